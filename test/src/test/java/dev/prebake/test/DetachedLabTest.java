package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prebake.test.LocalCommandLine.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;
import software.amazon.awssdk.services.ssm.model.ParameterType;
import software.amazon.awssdk.services.ssm.model.PutParameterRequest;

@DisplayName("prebake lab --detach")
@SuppressWarnings("NullAway.Init")
class DetachedLabTest {
    private static final String ENDPOINT = "export AWS_ENDPOINT_URL=";

    @TempDir
    private Path folder;

    @AfterEach
    void stop() throws Exception {
        assertThat(lab("stop").exitCode()).isZero();
    }

    @Test
    @DisplayName(
            "leaves a lab that serves, which status finds, logs tells of and stop ends; what it kept is there again")
    void lives() throws Exception {
        Outcome started = detach("0");
        assertThat(started.exitCode()).as(started.err()).isZero();
        List<String> lines = started.out().lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).startsWith(ENDPOINT + "http://127.0.0.1:");
        URI endpoint = URI.create(lines.get(0).substring(ENDPOINT.length()));
        ProcessHandle process = process(started.err()).orElseThrow();
        assertThat(process.isAlive()).isTrue();

        Outcome status = lab("status");
        assertThat(status.exitCode()).isZero();
        assertThat(status.out()).isEqualTo(started.out());
        assertThat(process(status.err())).contains(process);

        Outcome second = detach("0");
        assertThat(second.exitCode()).isEqualTo(2);
        assertThat(second.err()).contains("serves " + endpoint).contains("./prebake lab stop");

        try (SsmClient ssm = LabProcess.ssm(endpoint)) {
            put(ssm);
        }
        Outcome logs = lab("logs");
        assertThat(logs.exitCode()).isZero();
        assertThat(logs.out()).contains("ssm PutParameter");

        Outcome stopped = lab("stop");
        assertThat(stopped.exitCode()).as(stopped.err()).isZero();
        assertThat(stopped.err()).contains("the lab has stopped");
        assertThat(process.isAlive()).isFalse();
        try (SsmClient ssm = LabProcess.ssm(endpoint)) {
            assertThatThrownBy(() -> put(ssm)).isInstanceOf(SdkClientException.class);
        }
        Outcome none = lab("status");
        assertThat(none.exitCode()).isEqualTo(1);
        assertThat(none.out()).isEmpty();

        Outcome again = detach("0");
        assertThat(again.exitCode()).as(again.err()).isZero();
        try (SsmClient ssm = LabProcess.ssm(
                URI.create(again.out().lines().findFirst().orElseThrow().substring(ENDPOINT.length())))) {
            assertThat(ssm.getParameter(
                                    GetParameterRequest.builder().name("/kept").build())
                            .parameter()
                            .value())
                    .isEqualTo("yes");
        }
    }

    @Test
    @DisplayName("that can't serve says why, from its log, and leaves nothing running")
    void fails() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            Outcome failed = detach(Integer.toString(taken.getLocalPort()));

            assertThat(failed.exitCode()).isEqualTo(1);
            assertThat(failed.out()).isEmpty();
            assertThat(failed.err())
                    .contains("Can't listen on 127.0.0.1:" + taken.getLocalPort())
                    .contains("choose another port");
        }
        assertThat(lab("status").exitCode()).isEqualTo(1);
    }

    @Test
    @DisplayName("has no log before it was ever used, and there is nothing to stop")
    void unused() throws Exception {
        Outcome logs = lab("logs");

        assertThat(logs.exitCode()).isEqualTo(2);
        assertThat(logs.err()).contains("no lab was started with --detach in this home");
        assertThat(lab("stop").err()).contains("no lab serves");
    }

    private Outcome detach(String port) throws IOException, InterruptedException {
        return lab("--detach", "--directories", "--port", port, "--image", "127.0.0.1:1/none:1");
    }

    private Outcome lab(String... arguments) throws IOException, InterruptedException {
        return LocalCommandLine.over(folder.resolve("home"))
                .startCommand("lab", arguments)
                .await();
    }

    /** The process that a message names. */
    private static Optional<ProcessHandle> process(String message) {
        return ProcessHandle.of(Long.parseLong(message.replaceAll("(?s).*process (\\d+).*", "$1")));
    }

    private static void put(SsmClient ssm) {
        ssm.putParameter(PutParameterRequest.builder()
                .name("/kept")
                .value("yes")
                .type(ParameterType.STRING)
                .overwrite(true)
                .build());
    }
}
