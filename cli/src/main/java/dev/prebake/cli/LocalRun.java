package dev.prebake.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.kernel.BakeReport;
import dev.prebake.kernel.Json;
import dev.prebake.lab.cloud.Lab;
import dev.prebake.lab.cloud.LabObserver;
import dev.prebake.lab.host.Detection;
import dev.prebake.lab.registry.LoopbackRegistry;
import dev.prebake.lab.states.HistoryEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionRequest;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sfn.model.StartExecutionRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;

/** One run of the workflow and of the comparison after it; closing it ends whatever of it still runs. */
final class LocalRun implements AutoCloseable {
    private static final double NANOS = 1e9;

    private final Terminal terminal;
    private final ObjectNode input;
    private final RegistryOptions.Given registries;
    private final List<String> podCommand;
    private @Nullable LoopbackRegistry registry;
    private @Nullable Lab lab;
    private boolean closed;

    LocalRun(Terminal terminal, ObjectNode input, RegistryOptions.Given registries, List<String> podCommand) {
        this.terminal = terminal;
        this.input = input;
        this.registries = registries;
        this.podCommand = podCommand;
    }

    /** Keeps a registry for as long as the run goes. */
    synchronized LoopbackRegistry serving(LoopbackRegistry started) {
        registry = started;
        return started;
    }

    LocalReport execute(Detection detection) {
        CountDownLatch ended = new CountDownLatch(1);
        Relay relay = new Relay(ended);
        Lab opened = Lab.open(detection.open(), relay);
        synchronized (this) {
            lab = opened;
            if (closed) {
                opened.close();
            }
        }
        opened.recovered().forEach(sentence -> terminal.line("prebake: left by an earlier run: " + sentence));
        registries.into(opened, input);
        long started = System.nanoTime();
        WorkflowView view = new WorkflowView(
                terminal,
                () -> Duration.ofNanos(System.nanoTime() - started),
                () -> opened.clock().skipped());
        relay.view = view;
        String arn = opened.states()
                .startExecution(StartExecutionRequest.builder()
                        .stateMachineArn(opened.stateMachineArn())
                        .name("local-" + UUID.randomUUID())
                        .input(input.toString())
                        .build())
                .executionArn();
        DescribeExecutionResponse execution = await(opened, arn, ended);
        double seconds = (System.nanoTime() - started) / NANOS;
        JsonNode output = execution.output() == null ? Json.mapper().nullNode() : tree(execution.output());
        boolean succeeded = execution.status() == ExecutionStatus.SUCCEEDED;
        LocalReport.Execution done = new LocalReport.Execution(
                execution.name(),
                execution.statusAsString(),
                rounded(seconds),
                rounded(opened.clock().skipped().toNanos() / NANOS),
                view.passed(),
                succeeded ? output.path("reused").asBoolean() : null,
                execution.error(),
                execution.cause());
        if (!succeeded) {
            return new LocalReport(done, null, null, null, null, null);
        }
        String parameterName = output.at("/published/parameterName").asText();
        String snapshotId = parameter(opened, parameterName);
        LocalReport.Snapshot snapshot = snapshot(parameter(opened, parameterName + "/manifest"));
        LocalReport.Bake bake = bake(output);
        LocalReport.Parameter parameter = new LocalReport.Parameter(parameterName, snapshotId);
        terminal.line(String.format(Locale.ROOT, "prebake: published %s in %.1f s", snapshotId, seconds));
        if (!detection.real()) {
            return new LocalReport(done, snapshot, bake, parameter, null, detection.reasons());
        }
        var pull =
                RegistryOptions.pullSettings(input, snapshot.images().getFirst().reference());
        LocalReport.PodStart podStart = new PodComparison(opened.plane(), terminal)
                .measure(snapshotId, snapshot, pull, podCommand, registry != null);
        return new LocalReport(done, snapshot, bake, parameter, podStart, null);
    }

    @Override
    public synchronized void close() {
        // An interrupt has done its work by now; what follows has to run to its end.
        boolean interrupted = Thread.interrupted();
        try {
            closed = true;
            if (lab != null) {
                lab.close();
            }
            if (registry != null) {
                registry.close();
                registry = null;
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static DescribeExecutionResponse await(Lab lab, String arn, CountDownLatch ended) {
        try {
            ended.await();
            DescribeExecutionRequest request =
                    DescribeExecutionRequest.builder().executionArn(arn).build();
            DescribeExecutionResponse execution = lab.states().describeExecution(request);
            // The last event is seen a moment before the execution is marked as ended.
            while (execution.status() == ExecutionStatus.RUNNING) {
                Thread.sleep(Duration.ofMillis(2));
                execution = lab.states().describeExecution(request);
            }
            return execution;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the execution ran.", e);
        }
    }

    private static String parameter(Lab lab, String name) {
        return lab.ssm()
                .getParameter(GetParameterRequest.builder().name(name).build())
                .parameter()
                .value();
    }

    private static LocalReport.Snapshot snapshot(String manifest) {
        JsonNode tree = tree(manifest);
        List<LocalReport.Image> images = new ArrayList<>();
        for (JsonNode image : tree.path("images")) {
            images.add(new LocalReport.Image(
                    image.path("reference").asText(),
                    image.path("digest").asText(),
                    image.path("compressedBytes").asLong(),
                    image.has("unpackedBytes") ? image.path("unpackedBytes").asLong() : null));
        }
        return new LocalReport.Snapshot(
                tree.path("snapshotId").asText(),
                tree.path("volumeSizeGiB").asInt(),
                tree.has("usedBytes") ? tree.path("usedBytes").asLong() : null,
                images);
    }

    private static LocalReport.@Nullable Bake bake(JsonNode output) {
        try {
            BakeReport report = Json.mapper().treeToValue(output.path("report"), BakeReport.class);
            return report == null
                    ? null
                    : new LocalReport.Bake(
                            report.base(),
                            report.volume().fetchedBytes(),
                            output.path("compressedBytes").asLong());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The workflow's output has no bake's report: " + output, e);
        }
    }

    private static JsonNode tree(String json) {
        try {
            return Json.mapper().readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The workflow gave no JSON: " + json, e);
        }
    }

    static double rounded(double seconds) {
        return Math.round(seconds * 1000) / 1000.0;
    }

    /** Hands what happens to the view, once there is one, and tells when the execution has ended. */
    private static final class Relay implements LabObserver {
        private final CountDownLatch ended;
        private volatile @Nullable WorkflowView view;

        Relay(CountDownLatch ended) {
            this.ended = ended;
        }

        @Override
        public void happened(HistoryEvent event) {
            try {
                WorkflowView shown = view;
                if (shown != null) {
                    shown.happened(event);
                }
            } finally {
                if (event.type().isLast()) {
                    ended.countDown();
                }
            }
        }

        @Override
        public void progress(String line) {
            WorkflowView shown = view;
            if (shown != null) {
                shown.progress(line);
            }
        }
    }
}
