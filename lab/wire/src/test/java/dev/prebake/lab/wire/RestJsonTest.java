package dev.prebake.lab.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.AwsClient;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.eks.EksClient;
import software.amazon.awssdk.services.eks.model.DescribeAddonVersionsRequest;
import software.amazon.awssdk.services.eks.model.DescribeAddonVersionsResponse;
import software.amazon.awssdk.services.eks.model.DescribeClusterRequest;
import software.amazon.awssdk.services.eks.model.DescribeClusterResponse;
import software.amazon.awssdk.services.eks.model.DescribeNodegroupRequest;
import software.amazon.awssdk.services.eks.model.DescribeNodegroupResponse;
import software.amazon.awssdk.services.eks.model.ResourceInUseException;
import software.amazon.awssdk.services.eks.model.UpdateNodegroupVersionRequest;
import software.amazon.awssdk.services.eks.model.UpdateNodegroupVersionResponse;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.mediastoredata.MediaStoreDataClient;
import software.amazon.awssdk.services.mediastoredata.model.DeleteObjectRequest;
import software.amazon.awssdk.services.mediastoredata.model.DeleteObjectResponse;
import software.amazon.awssdk.services.mediastoredata.model.DescribeObjectRequest;
import software.amazon.awssdk.services.mediastoredata.model.DescribeObjectResponse;

@DisplayName("REST JSON")
class RestJsonTest {
    private final List<AutoCloseable> open = new ArrayList<>();
    private final AtomicReference<SdkRequest> received = new AtomicReference<>();

    @AfterEach
    void close() throws Exception {
        for (var each : open.reversed()) {
            each.close();
        }
    }

    private static final class Eks implements EksClient {
        @Override
        public DescribeClusterResponse describeCluster(DescribeClusterRequest request) {
            return DescribeClusterResponse.builder()
                    .cluster(c -> c.name(request.name()))
                    .build();
        }

        @Override
        public DescribeNodegroupResponse describeNodegroup(DescribeNodegroupRequest request) {
            return DescribeNodegroupResponse.builder()
                    .nodegroup(n -> n.clusterName(request.clusterName()))
                    .build();
        }

        @Override
        public DescribeAddonVersionsResponse describeAddonVersions(DescribeAddonVersionsRequest request) {
            return DescribeAddonVersionsResponse.builder().addons(List.of()).build();
        }

        @Override
        public UpdateNodegroupVersionResponse updateNodegroupVersion(UpdateNodegroupVersionRequest request) {
            throw AwsFault.of(
                    ResourceInUseException.builder().clusterName("ml").nodegroupName("gpu"),
                    409,
                    "ResourceInUseException",
                    "Nodegroup cannot be updated as it is currently not in Active State");
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    private <C extends AwsClient> URI serve(Class<C> type, C implementation) throws IOException {
        var endpoint = AwsEndpoint.serving(Service.of(type, implementation, RestJson::of))
                .intercepting((call, next) -> {
                    received.set(call.request());
                    return next.get();
                })
                .start(0);
        open.add(endpoint);
        return endpoint.uri();
    }

    private <C extends AwsClient> C opened(C client) {
        open.add(client);
        return client;
    }

    private EksClient eks() throws IOException {
        return opened(Clients.of(EksClient.builder(), serve(EksClient.class, new Eks())));
    }

    @Test
    @DisplayName("Path parameters are decoded, slashes, plus signs and letters of any script among them")
    void labels() throws IOException {
        var client = eks();
        for (var name : List.of("ml", "a/b", "a+b c%2F", "Grüße-世界", "..", "?x=1#y")) {
            assertThat(client.describeCluster(
                                    DescribeClusterRequest.builder().name(name).build())
                            .cluster()
                            .name())
                    .isEqualTo(name);
        }
        client.describeNodegroup(DescribeNodegroupRequest.builder()
                .clusterName("m/l")
                .nodegroupName("g/pu")
                .build());
        assertThat(((DescribeNodegroupRequest) received.get()).clusterName()).isEqualTo("m/l");
        assertThat(((DescribeNodegroupRequest) received.get()).nodegroupName()).isEqualTo("g/pu");
    }

    @Test
    @DisplayName("The query string carries texts, numbers and lists, and an empty list of the answer stays one")
    void query() throws IOException {
        var request = DescribeAddonVersionsRequest.builder()
                .kubernetesVersion("1.34 & more")
                .maxResults(7)
                .owners("aws", "a,b=c")
                .build();

        assertThat(eks().describeAddonVersions(request).hasAddons()).isTrue();

        assertThat(received.get()).isEqualTo(request);
    }

    @Test
    @DisplayName("An error is its modelled class, with its HTTP status and its own fields")
    void errors() throws IOException {
        var client = eks();
        assertThatExceptionOfType(ResourceInUseException.class)
                .isThrownBy(() -> client.updateNodegroupVersion(UpdateNodegroupVersionRequest.builder()
                        .clusterName("ml")
                        .nodegroupName("gpu")
                        .build()))
                .satisfies(e -> {
                    assertThat(e.statusCode()).isEqualTo(409);
                    assertThat(e.awsErrorDetails().errorCode()).isEqualTo("ResourceInUseException");
                    assertThat(e.awsErrorDetails().errorMessage())
                            .isEqualTo("Nodegroup cannot be updated as it is currently not in Active State");
                    assertThat(e.nodegroupName()).isEqualTo("gpu");
                });
    }

    @Test
    @DisplayName("Headers, a body that is a member as it is, and a status that is another")
    void headersAndPayload() throws IOException {
        var client = opened(Clients.of(LambdaClient.builder(), serve(LambdaClient.class, new LambdaClient() {
            @Override
            public InvokeResponse invoke(InvokeRequest request) {
                return InvokeResponse.builder()
                        .statusCode(202)
                        .functionError("Unhandled")
                        .payload(request.payload())
                        .build();
            }

            @Override
            public String serviceName() {
                return SERVICE_NAME;
            }

            @Override
            public void close() {}
        })));
        var request = InvokeRequest.builder()
                .functionName("arn:aws:lambda:us-east-1:123456789012:function:plan")
                .qualifier("live")
                .invocationType(InvocationType.EVENT)
                .payload(SdkBytes.fromUtf8String("[1, \"no object\"]"))
                .build();

        var response = client.invoke(request);

        assertThat(received.get()).isEqualTo(request);
        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(response.functionError()).isEqualTo("Unhandled");
        assertThat(response.payload().asUtf8String()).isEqualTo("[1, \"no object\"]");
        client.invoke(InvokeRequest.builder().functionName("plan").build());
        assertThat(((InvokeRequest) received.get()).payload()).isNull();
    }

    @Test
    @DisplayName("A greedy path parameter has slashes, and an answer without a body its headers, times among them")
    void greedy() throws IOException {
        var at = Instant.parse("2026-01-02T03:04:05Z");
        var client = opened(Clients.of(
                MediaStoreDataClient.builder(), serve(MediaStoreDataClient.class, new MediaStoreDataClient() {
                    @Override
                    public DescribeObjectResponse describeObject(DescribeObjectRequest request) {
                        return DescribeObjectResponse.builder()
                                .eTag("e-1")
                                .contentType("text/plain")
                                .lastModified(at)
                                .build();
                    }

                    @Override
                    public DeleteObjectResponse deleteObject(DeleteObjectRequest request) {
                        return DeleteObjectResponse.builder().build();
                    }

                    @Override
                    public String serviceName() {
                        return SERVICE_NAME;
                    }

                    @Override
                    public void close() {}
                })));

        var described = client.describeObject(
                DescribeObjectRequest.builder().path("folder/a b/c+d").build());

        assertThat(((DescribeObjectRequest) received.get()).path()).isEqualTo("folder/a b/c+d");
        assertThat(described.eTag()).isEqualTo("e-1");
        assertThat(described.contentType()).isEqualTo("text/plain");
        assertThat(described.lastModified()).isEqualTo(at);
        client.deleteObject(DeleteObjectRequest.builder().path("x/y").build());
        assertThat(received.get()).isInstanceOf(DeleteObjectRequest.class);
    }

    @Test
    @DisplayName("What is asked of no operation, or in another form than JSON, is refused in JSON")
    void refusals() throws IOException {
        var uri = serve(EksClient.class, new Eks());
        var http = HttpClient.newHttpClient();
        open.add(http);
        assertRefused(send(http, uri, "/clusters/ml/nonsense", "GET", "", ""), 400, "UnknownOperationException");
        assertRefused(send(http, uri, "/clusters/ml", "PUT", "", ""), 400, "UnknownOperationException");
        assertRefused(send(http, uri, "/clusters//", "GET", "", ""), 400, "UnknownOperationException");
        assertRefused(
                send(http, uri, "/addons/supported-versions?maxResults=many", "GET", "", ""),
                400,
                "SerializationException");
        assertRefused(
                send(http, uri, "/addons/supported-versions?maxResults=1&maxResults=2", "GET", "", ""),
                400,
                "SerializationException");
        var update = "/clusters/ml/node-groups/gpu/update-version";
        assertRefused(
                send(http, uri, update, "POST", "application/json", "{\"force\":"), 400, "SerializationException");
        assertRefused(
                send(http, uri, update, "POST", "application/json", "{\"force\":\"yes\"}"),
                400,
                "SerializationException");
        assertRefused(
                send(http, uri, update, "POST", "text/plain", "{\"force\":true}"),
                415,
                "UnsupportedMediaTypeException");
        assertRefused(send(http, uri, update, "POST", "application/json", "{}"), 409, "ResourceInUseException");
        assertThat(http.sendAsync(
                                HttpRequest.newBuilder(uri.resolve("/clusters/ml"))
                                        .build(),
                                BodyHandlers.ofString())
                        .join()
                        .headers()
                        .firstValue("x-amzn-ErrorType"))
                .contains("MissingAuthenticationTokenException");
    }

    @Test
    @DisplayName("Where two paths match, the one that spells more out is meant; a path with a query isn't known")
    void order() {
        var service = Operation.implementedBy(EksClient.class, new Eks());
        var one = service.get("DescribeCluster");
        var two = service.get("DescribeNodegroup");
        assertThat(HttpBinding.of(one, "GET", "/a/{name+}").order())
                .isGreaterThan(HttpBinding.of(two, "GET", "/a/{name}").order())
                .isGreaterThan(HttpBinding.of(two, "GET", "/a/b").order());
        assertThat(HttpBinding.of(one, "GET", "/a/{name}").order())
                .isGreaterThan(HttpBinding.of(two, "GET", "/a/b").order());
        assertThatIllegalStateException().isThrownBy(() -> HttpBinding.of(one, "GET", "/a?b"));
    }

    private static HttpResponse<String> send(
            HttpClient http, URI uri, String path, String method, String mediaType, String body) {
        var request = HttpRequest.newBuilder(URI.create(uri + path))
                .header(
                        "Authorization",
                        "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260102/us-east-1/eks/aws4_request,"
                                + " SignedHeaders=host;x-amz-date, Signature=0123abcd")
                .method(method, BodyPublishers.ofString(body));
        if (!mediaType.isEmpty()) {
            request.header("Content-Type", mediaType);
        }
        return http.sendAsync(request.build(), BodyHandlers.ofString()).join();
    }

    private static void assertRefused(HttpResponse<String> answer, int status, String code) {
        assertThat(answer.headers().firstValue("x-amzn-ErrorType")).contains(code);
        assertThat(answer.body()).contains("\"message\":\"");
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
    }
}
