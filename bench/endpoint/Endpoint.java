import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.prebake.lab.clock.LabClock;
import dev.prebake.lab.cloud.Lab;
import dev.prebake.lab.cloud.LabObserver;
import dev.prebake.lab.host.DataPlanes;
import dev.prebake.lab.registry.ImageConfig;
import dev.prebake.lab.registry.ImageDefinition;
import dev.prebake.lab.registry.ImageLayout;
import dev.prebake.lab.registry.Layer;
import dev.prebake.lab.registry.LoopbackRegistry;
import dev.prebake.lab.registry.Platform;
import dev.prebake.lab.registry.PlatformImage;
import dev.prebake.lab.states.ExecutionIdentity;
import dev.prebake.lab.states.ExecutionOutcome;
import dev.prebake.lab.states.Interpreter;
import dev.prebake.lab.states.StateMachine;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sfn.model.ListExecutionsRequest;
import software.amazon.awssdk.services.sfn.model.StartExecutionRequest;

/**
 * One run of one part; prints a JSON object. Arguments: {@code endpoint N FOLDER LAUNCHER}, {@code process N FOLDER} or {@code
 * transitions}.
 */
final class Endpoint {
    private static final int CALLERS = 16;
    private static final int LOOK_MILLIS = 50;

    /** Two states go round, one of them with an assignment, the other with a condition; twice 25,000 events are the limit. */
    private static final String LOOP = """
            {"QueryLanguage": "JSONata", "StartAt": "Begin", "States": {
              "Begin": {"Type": "Pass", "Assign": {"i": 0, "sum": 0}, "Next": "Add"},
              "Add": {"Type": "Pass", "Assign": {"i": "{% $i + 1 %}", "sum": "{% $sum + $states.input.step * $i %}"}, "Next": "Again"},
              "Again": {"Type": "Choice", "Choices": [{"Condition": "{% $i < 5000 %}", "Next": "Add"}], "Default": "End"},
              "End": {"Type": "Pass", "Output": {"sum": "{% $sum %}"}, "End": true}}}""";

    private static final int TRANSITIONS = 2 * 5000 + 2;
    private static final int WARM_UP = 3;

    private Endpoint() {}

    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "endpoint" -> endpoint(Integer.parseInt(arguments[1]), Path.of(arguments[2]), arguments[3]);
            case "process" -> process(Integer.parseInt(arguments[1]), Path.of(arguments[2]));
            default -> transitions();
        }
        System.exit(0);
    }

    private static void endpoint(int executions, Path folder, String launcher) throws Exception {
        Path home = folder.resolve("home");
        try (LoopbackRegistry registry = registry(folder)) {
            ProcessBuilder builder = new ProcessBuilder(launcher, "lab", "--directories", "--port", "0", "--image", image(registry))
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("lab.log").toFile());
            builder.environment().put("PREBAKE_HOME", home.toString());
            Process lab = builder.start();
            try {
                while (!Files.exists(home.resolve("lab.json"))) {
                    if (!lab.isAlive()) {
                        throw new IllegalStateException(Files.readString(folder.resolve("lab.log")));
                    }
                    Thread.sleep(LOOK_MILLIS);
                }
                JsonNode file = new ObjectMapper().readTree(Files.readString(home.resolve("lab.json")));
                try (SfnClient states = SfnClient.builder()
                        .endpointOverride(URI.create(file.path("endpoint").asText()))
                        .region(Region.US_EAST_1)
                        .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("lab", "lab")))
                        .httpClient(UrlConnectionHttpClient.create())
                        .build()) {
                    double perSecond =
                            run(states, file.path("stateMachineArn").asText(), executions, image(registry));
                    System.out.printf(
                            "{\"kind\": \"endpoint\", \"perSecond\": %.2f, \"peakMiB\": %d}%n", perSecond, peakMiB(lab.pid()));
                }
            } finally {
                lab.destroy();
                lab.onExit().join();
            }
        }
    }

    private static void process(int executions, Path folder) throws Exception {
        try (LoopbackRegistry registry = registry(folder);
                Lab lab = Lab.open(DataPlanes.detect(folder.resolve("home")).openDirectories(), LabObserver.none())) {
            System.out.printf(
                    "{\"kind\": \"process\", \"perSecond\": %.2f}%n",
                    run(lab.states(), lab.stateMachineArn(), executions, image(registry)));
        }
    }

    /** Starts all at once, waits until none runs, and gives how many there were in a second. */
    private static double run(SfnClient states, String machine, int executions, String image) throws Exception {
        long began = System.nanoTime();
        try (ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
            List<Callable<String>> starts = IntStream.range(0, executions)
                    .<Callable<String>>mapToObj(i -> () -> states.startExecution(StartExecutionRequest.builder()
                                    .stateMachineArn(machine)
                                    .name("run-" + i)
                                    .input("{\"cacheName\": \"cache-" + i + "\", \"fastRestoreZones\": [], \"images\": [\"" + image
                                            + "\"]}")
                                    .build())
                            .executionArn())
                    .toList();
            for (Future<String> start : callers.invokeAll(starts)) {
                start.get();
            }
        }
        while (count(states, machine, ExecutionStatus.RUNNING) > 0) {
            Thread.sleep(LOOK_MILLIS);
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        int succeeded = count(states, machine, ExecutionStatus.SUCCEEDED);
        if (succeeded != executions) {
            throw new IllegalStateException("Only " + succeeded + " of " + executions + " executions succeeded");
        }
        return executions / seconds;
    }

    private static int count(SfnClient states, String machine, ExecutionStatus status) {
        return states.listExecutions(ListExecutionsRequest.builder()
                        .stateMachineArn(machine)
                        .statusFilter(status)
                        .maxResults(1000)
                        .build())
                .executions()
                .size();
    }

    private static void transitions() throws Exception {
        StateMachine machine = StateMachine.parse(LOOP);
        Interpreter interpreter = new Interpreter(
                new LabClock(),
                (_, _, _) -> {
                    throw new IllegalStateException("The loop has no tasks");
                },
                new Random(1));
        long micros = Long.MAX_VALUE;
        for (int i = 0; i <= WARM_UP; i++) {
            long began = System.nanoTime();
            ExecutionOutcome outcome = interpreter
                    .start(
                            machine,
                            new ExecutionIdentity("arn", "loop", "arn", "loop", "arn", "us-east-1"),
                            new ObjectMapper().readTree("{\"step\": 2}"),
                            _ -> {})
                    .run();
            micros = (System.nanoTime() - began) / 1000;
            if (!outcome.toString().contains("24995000")) {
                throw new IllegalStateException("The loop came to " + outcome);
            }
        }
        System.out.printf(
                "{\"kind\": \"transitions\", \"transitions\": %d, \"micros\": %.2f}%n",
                TRANSITIONS, (double) micros / TRANSITIONS);
    }

    private static LoopbackRegistry registry(Path folder) throws Exception {
        Files.createDirectories(folder);
        return LoopbackRegistry.serve(ImageLayout.write(
                folder.resolve("layout"),
                ImageDefinition.index(
                        "team/app:1",
                        List.of(new PlatformImage(
                                Platform.current(),
                                ImageConfig.EMPTY,
                                List.of(Layer.builder()
                                        .file("/model", "weights".repeat(1000))
                                        .build()))))));
    }

    private static String image(LoopbackRegistry registry) {
        return registry.address() + "/team/app:1";
    }

    /** The most memory that the process has had resident; Linux alone tells. */
    private static long peakMiB(long pid) throws Exception {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) >> 10)
                .findFirst()
                .orElseThrow();
    }
}
