import dev.prebake.catalogue.Artifacts;
import dev.prebake.catalogue.FunctionCatalogue;
import dev.prebake.catalogue.FunctionEntry;
import dev.prebake.lab.cloud.Lab;
import dev.prebake.lab.cloud.LabObserver;
import dev.prebake.lab.host.DataPlanes;
import dev.prebake.lab.lambda.FunctionConfiguration;
import dev.prebake.lab.lambda.FunctionProcesses;
import dev.prebake.lab.registry.ImageLayout;
import dev.prebake.lab.registry.LoopbackRegistry;
import dev.prebake.lab.states.HistoryEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionRequest;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sfn.model.StartExecutionRequest;

/**
 * Runs each function from its zip in a process of its own, and then whole bakes in such processes; prints a JSON object a line.
 * Arguments: the repository, a folder to work in, an image layout, how many runs.
 */
final class Handlers {
    private static final Pattern REPORT = Pattern.compile(
            "REPORT .*\tDuration: ([0-9.]+) ms\tBilled Duration: (\\d+) ms\t.*Max Memory Used: (\\d+) MB(?:\tInit Duration: ([0-9.]+) ms)?");

    private record Report(double duration, long billed, long peak, double init) {}

    public static void main(String[] arguments) throws Exception {
        Path root = Path.of(arguments[0]).toAbsolutePath();
        Path work = Path.of(arguments[1]).toAbsolutePath();
        Artifacts zips = new Artifacts(root);
        for (int run = 1; run <= Integer.parseInt(arguments[3]); run++) {
            each(root, work.resolve("each-" + run), zips);
            bake(work.resolve("bake-" + run), zips, ImageLayout.open(Path.of(arguments[2])));
        }
    }

    /** Each function once, cold, with its event in events/functions; the lab that answers its calls has nothing in it. */
    private static void each(Path root, Path folder, Artifacts zips) throws Exception {
        try (Lab lab = Lab.open(DataPlanes.detect(folder.resolve("home")).openDirectories(), new Ends());
                FunctionProcesses processes = new FunctionProcesses(folder.resolve("functions"), 1)) {
            for (FunctionEntry function : FunctionCatalogue.load().functions()) {
                Path event = root.resolve("events/functions/" + function.name() + ".json");
                if (!Files.exists(event)) {
                    continue;
                }
                var result = processes.invoke(
                        new FunctionConfiguration(
                                function.name(),
                                "arn:aws:lambda:us-east-1:123456789012:function:" + function.name(),
                                function.handler(),
                                zips.zip(function),
                                function.memoryMiB(),
                                Duration.ofSeconds(function.timeoutSeconds()),
                                Map.of(
                                        "AWS_REGION", "us-east-1",
                                        "AWS_ACCESS_KEY_ID", function.name(),
                                        "AWS_SECRET_ACCESS_KEY", "none",
                                        "AWS_ENDPOINT_URL", lab.endpoint().toString())),
                        Files.readAllBytes(event));
                Report report = reports(folder.resolve("functions/log/" + function.name() + ".log")).getFirst();
                System.out.printf(
                        "{\"function\": \"%s\", \"zip\": %d, \"memory\": %d, \"init\": %.0f, \"first\": %.0f, \"peak\": %d, \"failed\": %b}%n",
                        function.name(),
                        Files.size(zips.zip(function)),
                        function.memoryMiB(),
                        report.init(),
                        report.duration(),
                        report.peak(),
                        result.failed());
            }
        }
    }

    /** A bake with all functions cold, and one that follows it while they are warm. */
    private static void bake(Path folder, Artifacts zips, ImageLayout images) throws Exception {
        Ends ends = new Ends();
        try (LoopbackRegistry registry = LoopbackRegistry.serve(images);
                Lab lab = Lab.openWithProcesses(DataPlanes.detect(folder).openDirectories(), ends, zips)) {
            long billedBefore = 0;
            int invocationsBefore = 0;
            for (String name : List.of("cold", "again")) {
                String input = "{\"force\": true, \"images\": [\"" + registry.address() + "/bench/image:1\"]}";
                DescribeExecutionResponse execution = ends.run(lab, name, input);
                if (execution.status() != ExecutionStatus.SUCCEEDED) {
                    throw new IllegalStateException(execution.error() + ": " + execution.cause());
                }
                List<Report> all = new ArrayList<>();
                int functions = 0;
                try (var logs = Files.list(lab.plane().home().resolve("functions/log"))) {
                    for (Path log : logs.toList()) {
                        all.addAll(reports(log));
                        functions++;
                    }
                }
                long billed = all.stream().mapToLong(Report::billed).sum();
                System.out.printf(
                        "{\"bake\": \"%s\", \"functions\": %d, \"invocations\": %d, \"billed\": %d}%n",
                        name, functions, all.size() - invocationsBefore, billed - billedBefore);
                billedBefore = billed;
                invocationsBefore = all.size();
            }
        }
    }

    private static List<Report> reports(Path log) throws Exception {
        List<Report> reports = new ArrayList<>();
        for (String line : Files.readAllLines(log)) {
            Matcher matcher = REPORT.matcher(line);
            if (matcher.find()) {
                reports.add(new Report(
                        Double.parseDouble(matcher.group(1)),
                        Long.parseLong(matcher.group(2)),
                        Long.parseLong(matcher.group(3)),
                        matcher.group(4) == null ? 0 : Double.parseDouble(matcher.group(4))));
            }
        }
        return reports;
    }

    /** Waits for executions' ends. */
    private static final class Ends implements LabObserver {
        private final LinkedBlockingQueue<HistoryEvent> ends = new LinkedBlockingQueue<>();

        @Override
        public void happened(HistoryEvent event) {
            if (event.type().isLast()) {
                ends.add(event);
            }
        }

        @Override
        public void progress(String line) {}

        DescribeExecutionResponse run(Lab lab, String name, String input) throws InterruptedException {
            String arn = lab.states()
                    .startExecution(StartExecutionRequest.builder()
                            .stateMachineArn(lab.stateMachineArn())
                            .name(name)
                            .input(input)
                            .build())
                    .executionArn();
            ends.take();
            DescribeExecutionResponse execution;
            do {
                execution = lab.states()
                        .describeExecution(DescribeExecutionRequest.builder().executionArn(arn).build());
            } while (execution.status() == ExecutionStatus.RUNNING);
            return execution;
        }
    }
}
