package dev.prebake.lab.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Functions in processes")
@SuppressWarnings("NullAway.Init")
class FunctionProcessesTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration SHORT = Duration.ofMillis(1500);

    @TempDir
    private Path folder;

    private TestFunctions functions;
    private FunctionProcesses processes;

    @BeforeEach
    void open() throws IOException, URISyntaxException {
        functions = new TestFunctions(folder.resolve("handlers.zip"));
        processes = new FunctionProcesses(folder.resolve("functions"), 2);
    }

    @AfterEach
    void close() {
        processes.close();
    }

    @Test
    @DisplayName("answer as their handlers do, one process serving one invocation after another")
    void answers() throws Exception {
        JsonNode first = answer(functions.function(Handlers.Echo.class), "{\"a\": \"ä\"}");
        JsonNode second = answer(functions.function(Handlers.Echo.class), "[1]");

        assertThat(first.at("/event/a").asText()).isEqualTo("ä");
        assertThat(second.path("event").path(0).asInt()).isEqualTo(1);
        assertThat(second.path("pid")).isEqualTo(first.path("pid"));
        assertThat(log("Echo").lines().filter(line -> line.contains("Init Duration")))
                .hasSize(1);
        assertThat(log("Echo").lines().filter(line -> line.startsWith("REPORT")))
                .hasSize(2);
    }

    @Test
    @DisplayName("are billed for what an invocation takes, and for their start once")
    void billed() throws Exception {
        answer(functions.function(Handlers.Echo.class), "1");
        long began = System.nanoTime();
        answer(functions.function(Handlers.Echo.class), "2");
        double took = (System.nanoTime() - began) / 1e6;

        List<MatchResult> reports = Pattern.compile("\tDuration: ([0-9.]+) ms\tBilled Duration: (\\d+) ms")
                .matcher(log("Echo"))
                .results()
                .toList();
        assertThat(Double.parseDouble(reports.get(1).group(1))).isLessThanOrEqualTo(took);
        assertThat(Long.parseLong(reports.get(1).group(2))).isLessThanOrEqualTo((long) Math.ceil(took));
        assertThat(Double.parseDouble(reports.get(0).group(2)))
                .isGreaterThan(Double.parseDouble(reports.get(0).group(1)) + 1);
    }

    @Test
    @DisplayName("have the environment, the memory and the context that Lambda gives them, and nothing of the user's")
    void environment() throws Exception {
        JsonNode told = answer(functions.function(Handlers.Introspection.class), "{}");

        assertThat(told)
                .extracting(JsonNode::asText)
                .containsExactly(
                        "hello",
                        "null",
                        folder.resolve("functions/code/handlers").toString(),
                        "Introspection",
                        "arn:aws:lambda:us-east-1:123456789012:function:Introspection",
                        "128",
                        told.path(6).asText(),
                        "true");
        assertThat(told.path(6).asInt()).isBetween(90, 108);
    }

    @Test
    @DisplayName("fail under their exception's class name, and go on")
    void failure() throws Exception {
        for (int i = 0; i < 2; i++) {
            JsonNode error = error(functions.function(Handlers.Failing.class));
            assertThat(error.path("errorType").asText()).isEqualTo("java.lang.IllegalStateException");
            assertThat(error.path("errorMessage").asText()).isEqualTo("no such \"image\"\n");
            assertThat(error.path("stackTrace").path(0).asText()).contains("Handlers$Failing.handleRequest");
        }
        assertThat(log("Failing").lines().filter(line -> line.contains("Init Duration")))
                .hasSize(1);
    }

    @Test
    @DisplayName("that can't be made say why, each time")
    void unmakable() throws Exception {
        for (int i = 0; i < 2; i++) {
            JsonNode error = error(functions.function(Handlers.Unmakable.class));
            assertThat(error.path("errorType").asText()).isEqualTo("java.lang.UnsupportedOperationException");
            assertThat(error.path("errorMessage").asText()).contains("not today");
        }
    }

    @Test
    @DisplayName("whose class isn't in the zip say so")
    void missingClass() throws Exception {
        FunctionConfiguration echo = functions.function(Handlers.Echo.class);
        JsonNode error = error(new FunctionConfiguration(
                echo.name(), echo.arn(), "com.example.Gone", echo.zip(), 128, echo.timeout(), echo.environment()));

        assertThat(error.path("errorType").asText()).isEqualTo("java.lang.ClassNotFoundException");
        assertThat(error.path("errorMessage").asText()).contains("com.example.Gone");
    }

    @Test
    @DisplayName("that exit are Lambda's Runtime.ExitError, and are started anew")
    void exit() throws Exception {
        for (int i = 0; i < 2; i++) {
            JsonNode error = error(functions.function(Handlers.Exiting.class));
            assertThat(error.path("errorType").asText()).isEqualTo("Runtime.ExitError");
            assertThat(error.path("errorMessage").asText())
                    .matches("RequestId: \\S+ Error: Runtime exited with error: exit status 3");
        }
    }

    @Test
    @DisplayName("that run out of memory fail as Java does, and are started anew")
    void outOfMemory() throws Exception {
        for (int i = 0; i < 2; i++) {
            assertThat(error(functions.function(Handlers.Greedy.class))
                            .path("errorType")
                            .asText())
                    .isEqualTo("java.lang.OutOfMemoryError");
        }
        assertThat(log("Greedy").lines().filter(line -> line.contains("Init Duration")))
                .hasSize(2);
    }

    @Test
    @DisplayName("that take longer than they may are ended: Lambda's Sandbox.Timedout")
    void timeout() throws Exception {
        Path pidFile = folder.resolve("pid");
        InvocationResult result = processes.invoke(
                functions.function(Handlers.Endless.class, SHORT),
                ('"' + pidFile.toString() + '"').getBytes(StandardCharsets.UTF_8));

        assertThat(result.failed()).isTrue();
        JsonNode error = JSON.readTree(result.payload());
        assertThat(error.path("errorType").asText()).isEqualTo("Sandbox.Timedout");
        assertThat(error.path("errorMessage").asText())
                .matches("RequestId: \\S+ Error: Task timed out after 1\\.50 seconds");
        assertThat(ProcessHandle.of(Long.parseLong(awaited(pidFile)))).isEmpty();
    }

    @Test
    @DisplayName("make room for each other: the one that is idle for longest goes")
    void limit() throws Exception {
        JsonNode first = answer(functions.function(Handlers.Echo.class), "1");
        answer(functions.function(Handlers.Introspection.class), "2");
        error(functions.function(Handlers.Failing.class));

        assertThat(ProcessHandle.of(first.path("pid").asLong())).isEmpty();
        assertThat(answer(functions.function(Handlers.Echo.class), "3").path("pid"))
                .isNotEqualTo(first.path("pid"));
    }

    @Test
    @DisplayName("that run when all is closed end with it, and none is invoked after that")
    void closing() throws Exception {
        Path pidFile = folder.resolve("pid");
        var invocation = new FutureTask<>(() -> processes.invoke(
                functions.function(Handlers.Endless.class),
                ('"' + pidFile.toString() + '"').getBytes(StandardCharsets.UTF_8)));
        Thread.ofPlatform().daemon().start(invocation);
        long pid = Long.parseLong(awaited(pidFile));

        processes.close();

        assertThat(ProcessHandle.of(pid)).isEmpty();
        assertThat(invocation.get().failed()).isTrue();
        assertThat(folder.resolve("functions/code")).doesNotExist();
        assertThatThrownBy(() -> answer(functions.function(Handlers.Echo.class), "1"))
                .isInstanceOf(LambdaException.class)
                .hasMessageContaining("closed");
    }

    @Test
    @DisplayName("end with the process that started them, even if that is killed in the middle of an invocation")
    void killed() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "no setpriv here");
        Path pidFile = folder.resolve("pid");
        Process lab = KilledLab.start(folder, pidFile);
        ProcessHandle function =
                ProcessHandle.of(Long.parseLong(awaited(pidFile))).orElseThrow();

        lab.destroyForcibly().waitFor();

        assertThat(function.onExit().get().isAlive()).isFalse();
    }

    private JsonNode answer(FunctionConfiguration function, String event) throws Exception {
        InvocationResult result = processes.invoke(function, event.getBytes(StandardCharsets.UTF_8));
        assertThat(result.failed())
                .as(new String(result.payload(), StandardCharsets.UTF_8))
                .isFalse();
        return JSON.readTree(result.payload());
    }

    private JsonNode error(FunctionConfiguration function) throws Exception {
        InvocationResult result = processes.invoke(function, "{}".getBytes(StandardCharsets.UTF_8));
        assertThat(result.failed()).isTrue();
        return JSON.readTree(result.payload());
    }

    private String log(String name) throws IOException {
        return Files.readString(folder.resolve("functions/log/" + name + ".log"));
    }

    private static String awaited(Path file) throws IOException, InterruptedException {
        while (!Files.exists(file)) {
            Thread.sleep(20);
        }
        return Files.readString(file);
    }
}
