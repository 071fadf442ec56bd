package dev.prebake.lab.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.ResourceBundle;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesResponse;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.RunInstancesResponse;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterResponse;
import software.amazon.awssdk.services.ssm.model.ListCommandsRequest;
import software.amazon.awssdk.services.ssm.model.ListCommandsResponse;

@DisplayName("Whatever is sent gets a proper error in its protocol, and the endpoint goes on")
class RefusalsTest {
    private static final String FORM = "application/x-www-form-urlencoded; charset=utf-8";
    private static final String JSON = "application/x-amz-json-1.1";

    private final List<String> logged = new CopyOnWriteArrayList<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private AwsEndpoint endpoint;

    @BeforeEach
    void start() throws IOException {
        endpoint = AwsEndpoint.serving(
                        Service.of(Ec2Client.class, new SmallEc2()), Service.of(SsmClient.class, new SmallSsm()))
                .loggingTo(new Recorder())
                .start(0);
    }

    @AfterEach
    void stop() {
        http.close();
        endpoint.close();
    }

    private static final class SmallEc2 implements Ec2Client {
        @Override
        public DescribeInstancesResponse describeInstances(DescribeInstancesRequest request) {
            return DescribeInstancesResponse.builder().reservations(List.of()).build();
        }

        @Override
        public RunInstancesResponse runInstances(RunInstancesRequest request) {
            throw new IllegalStateException("the loop device at /secret/path is gone");
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    private static final class SmallSsm implements SsmClient {
        @Override
        public GetParameterResponse getParameter(GetParameterRequest request) {
            if ("/overflow".equals(request.name())) {
                throw new StackOverflowError();
            }
            return "/null".equals(request.name())
                    ? null
                    : GetParameterResponse.builder()
                            .parameter(p -> p.name(request.name()))
                            .build();
        }

        @Override
        public ListCommandsResponse listCommands(ListCommandsRequest request) {
            throw software.amazon.awssdk.services.ssm.model.InvalidCommandIdException.builder()
                    .message("no code given")
                    .build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    private final class Recorder implements System.Logger {
        @Override
        public String getName() {
            return "recorder";
        }

        @Override
        public boolean isLoggable(Level level) {
            return true;
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
            logged.add(level + " " + message + " " + thrown);
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
            logged.add(level + " " + format);
        }
    }

    private static String signedFor(String service) {
        return "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260102/us-east-1/" + service
                + "/aws4_request, SignedHeaders=host;x-amz-date, Signature=0123abcd";
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError("no answer", e);
        }
    }

    private HttpRequest.Builder ec2(String form) {
        return HttpRequest.newBuilder(endpoint.uri())
                .header("Authorization", signedFor("ec2"))
                .header("Content-Type", FORM)
                .POST(BodyPublishers.ofString(form));
    }

    private HttpRequest.Builder ssm(String operation, String json) {
        return HttpRequest.newBuilder(endpoint.uri())
                .header("Authorization", signedFor("ssm"))
                .header("Content-Type", JSON)
                .header("X-Amz-Target", "AmazonSSM." + operation)
                .POST(BodyPublishers.ofString(json));
    }

    private static void assertJsonError(HttpResponse<String> answer, int status, String code) {
        assertThat(answer.body()).contains("\"__type\":\"" + code + "\"", "\"message\":\"");
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("x-amzn-ErrorType")).contains(code);
        assertThat(answer.headers().firstValue("x-amzn-RequestId").orElseThrow())
                .matches("[0-9a-f-]{36}");
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/x-amz-json-1.");
    }

    private static void assertXmlError(HttpResponse<String> answer, int status, String code) {
        assertThat(answer.body())
                .contains("<Response><Errors><Error><Code>" + code + "</Code><Message>")
                .contains("<RequestID>"
                        + answer.headers().firstValue("x-amzn-RequestId").orElseThrow() + "</RequestID></Response>");
        assertThat(answer.statusCode()).isEqualTo(status);
    }

    @ParameterizedTest(name = "EC2 refuses \"{0}\" with {2}")
    @DisplayName("Malformed forms are refused in EC2's form")
    @CsvSource(delimiter = '|', textBlock = """
                    Action=DescribeSpaceships                                 | 400 | InvalidAction
                    Action=describeInstances                                  | 400 | InvalidAction
                    Version=2016-11-15                                        | 400 | MissingAction
                    Action=DescribeInstances&MaxResults=many                  | 400 | InvalidParameterValue
                    Action=DescribeInstances&MaxResults=99999999999           | 400 | InvalidParameterValue
                    Action=DescribeInstances&MaxResults.1=1                   | 400 | InvalidParameterValue
                    Action=DescribeInstances&DryRun=perhaps                   | 400 | InvalidParameterValue
                    Action=DescribeInstances&InstanceId.first=i-1             | 400 | InvalidParameterValue
                    Action=DescribeInstances&InstanceId=i-1                   | 400 | InvalidParameterValue
                    Action=DescribeInstances&InstanceId.1.x=i-1               | 400 | InvalidParameterValue
                    Action=DescribeInstances&Filter.1.Name=%zz                | 404 | MalformedQueryString
                    Action=DescribeInstances&a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z.a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z.a.b.c.d.e.f.g.h.i.j.k.l.m.n=1 | 404 | MalformedQueryString
                    """)
    void malformedForms(String form, int status, String code) {
        assertXmlError(send(ec2(form)), status, code);
    }

    @ParameterizedTest(name = "SSM refuses {0} with {2}")
    @DisplayName("Malformed JSON is refused in JSON")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {"Name":                                   | 400 | SerializationException
                    {"Name":"/a"} trailing                     | 400 | SerializationException
                    ["/a"]                                     | 400 | SerializationException
                    "/a"                                       | 400 | SerializationException
                    {"Name":5}                                 | 400 | SerializationException
                    {"Name":{"a":1}}                           | 400 | SerializationException
                    {"Name":"/a","WithDecryption":"true"}      | 400 | SerializationException
                    """)
    void malformedJson(String json, int status, String code) {
        assertJsonError(send(ssm("GetParameter", json)), status, code);
    }

    @Test
    @DisplayName("Numbers, lists and structures of the wrong JSON type are refused, and deep nesting too")
    void wrongTypes() {
        assertJsonError(send(ssm("ListCommands", "{\"MaxResults\":1.5}")), 400, "SerializationException");
        assertJsonError(send(ssm("ListCommands", "{\"MaxResults\":1e99}")), 400, "SerializationException");
        assertJsonError(send(ssm("ListCommands", "{\"MaxResults\":3000000000}")), 400, "SerializationException");
        assertJsonError(send(ssm("ListCommands", "{\"Filters\":{\"key\":1}}")), 400, "SerializationException");
        assertJsonError(send(ssm("ListCommands", "{\"Filters\":[\"x\"]}")), 400, "SerializationException");
        assertJsonError(send(ssm("ListCommands", "{\"Filters\":[null]}")), 400, "SerializationException");
        assertJsonError(
                send(ssm("GetParameter", "{\"x\":".repeat(100_000) + "1" + "}".repeat(100_000))),
                400,
                "SerializationException");
    }

    @Test
    @DisplayName("Members that the model doesn't know, and nulls, are passed over")
    void unknownMembers() {
        assertThat(send(ssm("GetParameter", "{\"Name\":\"/a\",\"Colour\":[{}],\"WithDecryption\":null}"))
                        .body())
                .isEqualTo("{\"Parameter\":{\"Name\":\"/a\"}}");
        assertThat(send(ec2("Action=DescribeInstances&Version=2016-11-15&Colour.1.Of=red&&=&MaxResults=5"))
                        .body())
                .matches("(?s)<\\?xml version=\"1.0\" encoding=\"UTF-8\"\\?>\n"
                        + "<DescribeInstancesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">"
                        + "<requestId>[0-9a-f-]{36}</requestId><reservationSet></reservationSet>"
                        + "</DescribeInstancesResponse>");
    }

    @Test
    @DisplayName("An empty body has no members, so that one which is required is missing")
    void emptyBody() {
        var answer = send(ssm("GetParameter", ""));

        assertJsonError(answer, 400, "ValidationException");
        assertThat(answer.body())
                .contains("1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must"
                        + " not be null");
    }

    @Test
    @DisplayName("Unsigned requests and broken signatures are refused as AWS does")
    void signatures() {
        var unsigned = HttpRequest.newBuilder(endpoint.uri());
        assertXmlError(
                send(unsigned.copy()
                        .header("Content-Type", FORM)
                        .POST(BodyPublishers.ofString("Action=DescribeInstances&Version=2016-11-15"))),
                401,
                "AuthFailure");
        var json = unsigned.copy().header("Content-Type", JSON).header("X-Amz-Target", "AmazonSSM.GetParameter");
        assertJsonError(
                send(json.copy().POST(BodyPublishers.ofString("{}"))), 400, "MissingAuthenticationTokenException");
        for (var broken : List.of(
                "Bearer x",
                "AWS4-HMAC-SHA256",
                "AWS4-HMAC-SHA256 Credential=AKIA/20260102/us-east-1/ssm/aws4_request",
                "AWS4-HMAC-SHA256 Credential=AKIA/us-east-1/ssm/aws4_request, SignedHeaders=host, Signature=00",
                "AWS4-HMAC-SHA256 " + "Credential=".repeat(5000) + ", SignedHeaders=host, Signature=00")) {
            assertJsonError(
                    send(json.copy().header("Authorization", broken).POST(BodyPublishers.ofString("{}"))),
                    400,
                    "IncompleteSignatureException");
        }
        assertJsonError(send(unsigned.copy().GET()), 400, "MissingAuthenticationTokenException");
    }

    @Test
    @DisplayName("A request for a service, target, method or content type that isn't served says what is")
    void strays() {
        assertThat(send(ssm("GetParameter", "{}").setHeader("Authorization", signedFor("dynamodb")))
                        .body())
                .contains("UnknownOperationException", "dynamodb", "Served: ec2, ssm");
        var unknown = send(ssm("GetSpaceship", "{}"));
        assertJsonError(unknown, 400, "UnknownOperationException");
        assertThat(unknown.body()).contains("GetSpaceship", "Served for ssm: GetParameter, ListCommands");
        assertThat(send(ec2("Action=DescribeVolumes")).body())
                .contains("DescribeVolumes", "Served for ec2: DescribeInstances, RunInstances");
        assertJsonError(
                send(ssm("GetParameter", "{}").setHeader("X-Amz-Target", "AWSStepFunctions.StartExecution")),
                400,
                "UnknownOperationException");
        assertJsonError(
                send(ssm("GetParameter", "{}").method("PUT", BodyPublishers.ofString("{}"))),
                400,
                "UnknownOperationException");
        assertJsonError(
                send(ssm("GetParameter", "{}").setHeader("Content-Type", "text/html")),
                415,
                "UnsupportedMediaTypeException");
        assertXmlError(
                send(ec2("Action=DescribeInstances").setHeader("Content-Type", "text/html")),
                415,
                "UnsupportedMediaType");
        assertThat(send(HttpRequest.newBuilder(endpoint.uri().resolve("/../../etc/passwd?Action=DescribeInstances"))
                                .header("Authorization", signedFor("ec2")))
                        .body())
                .contains("<DescribeInstancesResponse");
        assertThat(send(ec2("Action=DescribeInstances").method("HEAD", BodyPublishers.noBody()))
                        .body())
                .isEmpty();
    }

    @Test
    @DisplayName("What a web page could send is refused")
    void webPages() throws IOException {
        assertJsonError(
                send(ssm("GetParameter", "{}").header("Origin", "https://example.com")), 403, "AccessDeniedException");
        assertXmlError(
                send(ec2("Action=DescribeInstances").header("Sec-Fetch-Site", "cross-site")), 403, "AccessDenied");
        assertThat(raw("GET /?Action=DescribeInstances HTTP/1.1\r\nHost: rebound.example.com\r\nConnection: close\r\n"
                        + "Authorization: " + signedFor("ec2") + "\r\n\r\n"))
                .startsWith("HTTP/1.1 403");
        assertThat(raw("GET /?Action=DescribeInstances HTTP/1.1\r\nHost: localhost:4566\r\nConnection: close\r\n"
                        + "Authorization: " + signedFor("ec2") + "\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
    }

    @Test
    @DisplayName("A body larger than the limit is refused and not kept")
    void giants() {
        var giant = "{\"Name\":\"" + "x".repeat(5 << 20) + "\"}";
        assertJsonError(send(ssm("GetParameter", giant)), 413, "RequestEntityTooLargeException");
        assertXmlError(
                send(ec2("Action=DescribeInstances&Filter.1.Name=" + "x".repeat(5 << 20))),
                413,
                "RequestEntityTooLarge");
        assertThat(send(ssm("GetParameter", "{\"Name\":\"" + "x".repeat(1_000_000) + "\"}"))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    @DisplayName("A double's own failure is InternalFailure, with its trace in the log and not in the answer")
    void failures() {
        var answer = send(ec2("Action=RunInstances&MinCount=1&MaxCount=1"));
        assertXmlError(answer, 500, "InternalFailure");
        assertThat(answer.body()).doesNotContain("/secret/path").doesNotContain("IllegalState");
        assertThat(logged)
                .anySatisfy(line -> assertThat(line)
                        .contains(
                                "ERROR",
                                answer.headers().firstValue("x-amzn-RequestId").orElseThrow())
                        .contains("IllegalStateException: the loop device at /secret/path is gone"));
        assertJsonError(send(ssm("GetParameter", "{\"Name\":\"/overflow\"}")), 500, "InternalFailure");
        assertJsonError(send(ssm("GetParameter", "{\"Name\":\"/null\"}")), 500, "InternalFailure");
        assertJsonError(send(ssm("ListCommands", "{}")), 500, "InternalFailure");
        assertThat(logged.getLast()).contains("without code or status");
    }

    @Test
    @DisplayName("Broken HTTP and 2,000 mutated requests leave it answering")
    void mutations() throws IOException {
        raw("NONSENSE\r\n\r\n");
        raw("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -5\r\nConnection: close\r\n\r\n");
        raw("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
        var random = new Random(7);
        var good = List.of(
                "Action=DescribeInstances&Version=2016-11-15&Filter.1.Name=a&Filter.1.Value.1=b&MaxResults=5",
                "{\"Name\":\"/a\",\"WithDecryption\":true}");
        var statuses = new ArrayList<Integer>();
        for (var i = 0; i < 2000; i++) {
            var json = i % 2;
            var body = new StringBuilder(good.get(json));
            for (var n = random.nextInt(1, 6); n > 0; n--) {
                body.setCharAt(random.nextInt(body.length()), (char) random.nextInt(0x2FF));
            }
            var answer = send(json == 1 ? ssm("GetParameter", body.toString()) : ec2(body.toString()));
            assertThat(answer.statusCode()).as("%s", body).isIn(200, 400, 404);
            assertThat(answer.body()).doesNotContain("Exception:").doesNotContain("\tat ");
            statuses.add(answer.statusCode());
        }
        assertThat(statuses).contains(200, 400, 404);
        assertThat(logged).noneMatch(line -> line.startsWith("ERROR"));
        assertThat(send(ec2("Action=DescribeInstances")).statusCode()).isEqualTo(200);
    }

    /** Sends bytes as they are, and reads what comes until the server closes. */
    private String raw(String request) throws IOException {
        try (var socket =
                new Socket(InetAddress.ofLiteral("127.0.0.1"), endpoint.uri().getPort())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    @DisplayName("It binds to 127.0.0.1 alone, and says so when its port is taken")
    void binding() {
        var setup = AwsEndpoint.serving(Service.of(SsmClient.class, new SmallSsm()));
        for (var elsewhere : List.of(
                new InetSocketAddress(0),
                new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 0),
                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), 0))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> setup.start(elsewhere))
                    .withMessageContaining("127.0.0.1 only");
        }
        assertThatThrownBy(() -> setup.start(endpoint.uri().getPort()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(
                        "Can't listen on 127.0.0.1:" + endpoint.uri().getPort());
    }

    @Test
    @DisplayName("A double without operations, and a service given twice, are refused")
    void services() {
        var empty = new SsmClient() {
            @Override
            public String serviceName() {
                return SERVICE_NAME;
            }

            @Override
            public void close() {}
        };
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Service.of(SsmClient.class, empty))
                .withMessageContaining("overrides no operation of SsmClient");
        var ssm = Service.of(SsmClient.class, new SmallSsm());
        assertThatIllegalArgumentException().isThrownBy(() -> AwsEndpoint.serving(ssm, ssm));
    }
}
