package dev.prebake.lab.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.ResourceBundle;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesResponse;
import software.amazon.awssdk.services.eks.EksClient;
import software.amazon.awssdk.services.eks.model.DescribeClusterRequest;
import software.amazon.awssdk.services.eks.model.DescribeClusterResponse;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterResponse;

/**
 * 5,000 requests drawn by chance, most of them wrong somewhere, byte by byte on a socket: no HTTP client would send them. {@code
 * -Dprebake.malformed.seed=N} draws others.
 */
@Tag("malformed")
@DisplayName("Requests that no client would send")
class MalformedRequestsTest {
    private static final int COUNT = 5_000;
    private static final int LIMIT_BYTES = 1 << 16;
    private static final int TIMEOUT_MILLIS = 20_000;

    private final List<String> failures = new CopyOnWriteArrayList<>();

    @Test
    @DisplayName(
            "get a proper error each or are hung up on, show no stack trace, fail nothing in the lab, and it goes on")
    void malformed() throws Exception {
        long seed = Long.getLong("prebake.malformed.seed", 1);
        Random random = new Random(seed);
        int refused = 0;
        int answered = 0;
        try (AwsEndpoint endpoint = AwsEndpoint.serving(
                        Service.of(Ec2Client.class, new Ec2()),
                        Service.of(SsmClient.class, new Ssm()),
                        Service.of(EksClient.class, new Eks()))
                .maxRequestBytes(LIMIT_BYTES)
                .loggingTo(new Failures())
                .start(0)) {
            int port = endpoint.uri().getPort();
            for (int i = 0; i < COUNT; i++) {
                byte[] request = request(random);
                String answer = send(port, request);
                String what = "request " + i + " of seed " + seed + ": "
                        + new String(request, 0, Math.min(request.length, 600), StandardCharsets.ISO_8859_1)
                        + "\nanswer: " + answer;
                if (answer.isEmpty()) {
                    continue;
                }
                assertThat(answer).as(what).matches("(?s)HTTP/1\\.1 [2345]\\d\\d .*");
                assertThat(answer).as(what).doesNotContain("\tat ", "Exception in thread", "java.lang.", "dev.prebake");
                assertThat(answer).as(what).doesNotStartWith("HTTP/1.1 5");
                if (answer.startsWith("HTTP/1.1 2")) {
                    answered++;
                } else {
                    refused++;
                }
            }
            assertThat(send(port, right(random))).startsWith("HTTP/1.1 200");
        }
        assertThat(failures).isEmpty();
        assertThat(refused).isGreaterThan(COUNT / 3);
        // Some are right, or the rest would prove little.
        assertThat(answered).isGreaterThan(COUNT / 20);
    }

    private static byte[] request(Random random) {
        if (random.nextInt(10) == 0) {
            return right(random);
        }
        String service = pick(random, "ec2", "ssm", "eks", "s3", "", "../ssm", "ssm\u0001", "x".repeat(5000));
        String body = body(random);
        String target = pick(
                random,
                "AmazonSSM.GetParameter",
                "AmazonSSM.DropEverything",
                "AmazonSSM.",
                "",
                "a.b.c.d",
                "AmazonSSM.getClass",
                "AmazonSSM." + "x".repeat(3000));
        return random.nextInt(10) == 0 ? noise(random) : whole(random, service, target, body);
    }

    private static byte[] right(Random random) {
        return whole(random, "ssm", "AmazonSSM.GetParameter", "{\"Name\": \"/one\"}");
    }

    private static byte[] whole(Random random, String service, String target, String body) {
        boolean right = target.equals("AmazonSSM.GetParameter") && body.equals("{\"Name\": \"/one\"}");
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        String method = right ? "POST" : pick(random, "POST", "GET", "PUT", "DELETE", "HEAD", "PATCH", "BREW", "post");
        String path = right
                ? "/"
                : pick(
                        random,
                        "/",
                        "/clusters/one",
                        "/clusters/../../etc/passwd",
                        "/clusters/%2e%2e%2fone",
                        "//",
                        "/%00",
                        "/%zz",
                        "/?Action=DescribeInstances",
                        "*",
                        "http://example.com/",
                        "/" + "a/".repeat(500));
        String type = right
                ? "application/x-amz-json-1.1"
                : pick(
                        random,
                        "application/x-amz-json-1.1",
                        "application/x-www-form-urlencoded",
                        "application/json",
                        "text/html",
                        "multipart/form-data; boundary=x",
                        ";;;",
                        "");
        String authorization = right || random.nextInt(4) > 0
                ? "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260102/us-east-1/" + service
                        + "/aws4_request, SignedHeaders=host;x-amz-date, Signature=0123abcd"
                : pick(
                        random,
                        "",
                        "Basic dXNlcjpwYXNz",
                        "AWS4-HMAC-SHA256",
                        "AWS4-HMAC-SHA256 Credential=////, SignedHeaders=, Signature=",
                        "AWS4-HMAC-SHA256 " + "Credential=a/".repeat(2000),
                        "Bearer \u00e9\u00e9");
        String length = right || random.nextInt(5) > 0
                ? Integer.toString(content.length)
                : pick(random, "-1", "abc", "0", "99999999999999999999", "");
        String head = method + " " + path + " "
                + (right ? "HTTP/1.1" : pick(random, "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/9.9", ""))
                + "\r\nHost: "
                + (right ? "127.0.0.1" : pick(random, "127.0.0.1", "127.0.0.1", "localhost:1", "evil.example", ""))
                + "\r\nContent-Type: " + type
                + "\r\nX-Amz-Target: " + target
                + (authorization.isEmpty() ? "" : "\r\nAuthorization: " + authorization)
                + "\r\nContent-Length: " + length
                + (right || random.nextInt(20) > 0 ? "" : "\r\nTransfer-Encoding: chunked")
                + "\r\nConnection: close\r\n\r\n";
        byte[] first = head.getBytes(StandardCharsets.ISO_8859_1);
        byte[] all = new byte[first.length + content.length];
        System.arraycopy(first, 0, all, 0, first.length);
        System.arraycopy(content, 0, all, first.length, content.length);
        return all;
    }

    private static String body(Random random) {
        return switch (random.nextInt(12)) {
            case 0, 1 -> "{\"Name\": \"/one\"}";
            case 2 -> "{\"Name\": " + pick(random, "1", "[]", "{}", "null", "true", "1e999", "\"\\ud800\"") + "}";
            case 3 -> "{\"Name\": \"/one\"";
            case 4 -> "[".repeat(random.nextInt(20_000));
            case 5 -> "{\"a\":".repeat(random.nextInt(5_000));
            case 6 -> "Action=DescribeInstances&Version=2016-11-15" + "&InstanceId.1=i-1".repeat(random.nextInt(50));
            case 7 ->
                "Action=" + pick(random, "DescribeInstances", "Nothing", "", "%zz", "a%00b") + "&Version="
                        + pick(random, "2016-11-15", "1066-10-14", "")
                        + pick(
                                random,
                                "",
                                "&InstanceId.2147483647=x",
                                "&InstanceId.-1=x",
                                "&Filter.1.Value.999999999=x",
                                "&=&&==");
            case 8 -> "x".repeat(LIMIT_BYTES + random.nextInt(1000));
            case 9 -> "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>";
            case 10 -> new String(noise(random), StandardCharsets.ISO_8859_1);
            default -> "";
        };
    }

    private static byte[] noise(Random random) {
        byte[] noise = new byte[1 + random.nextInt(400)];
        random.nextBytes(noise);
        return noise;
    }

    private static String pick(Random random, String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    /** All that comes back; nothing where the other side hangs up without a word. */
    private static String send(int port, byte[] request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            try {
                OutputStream out = socket.getOutputStream();
                out.write(request);
                out.flush();
                // Whoever waits for more of the body gets the end of it.
                socket.shutdownOutput();
                return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            } catch (SocketException _) {
                // Hung up on while still sending.
                return "";
            }
        }
    }

    /** What goes wrong inside: an error of the endpoint's own. */
    private final class Failures implements System.Logger {
        @Override
        public String getName() {
            return "failures";
        }

        @Override
        public boolean isLoggable(Level level) {
            return level.getSeverity() >= Level.ERROR.getSeverity();
        }

        @Override
        public void log(Level level, @Nullable ResourceBundle bundle, String message, @Nullable Throwable thrown) {
            if (isLoggable(level)) {
                failures.add(message + " " + thrown);
            }
        }

        @Override
        public void log(Level level, @Nullable ResourceBundle bundle, String format, Object @Nullable ... parameters) {
            if (isLoggable(level)) {
                failures.add(format);
            }
        }
    }

    private static final class Ec2 implements Ec2Client {
        @Override
        public DescribeInstancesResponse describeInstances(DescribeInstancesRequest request) {
            return DescribeInstancesResponse.builder().reservations(List.of()).build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    private static final class Ssm implements SsmClient {
        @Override
        public GetParameterResponse getParameter(GetParameterRequest request) {
            return GetParameterResponse.builder()
                    .parameter(parameter -> parameter.name(request.name()))
                    .build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    private static final class Eks implements EksClient {
        @Override
        public DescribeClusterResponse describeCluster(DescribeClusterRequest request) {
            return DescribeClusterResponse.builder()
                    .cluster(cluster -> cluster.name(request.name()))
                    .build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }
}
