package dev.prebake.cli;

import dev.prebake.catalogue.Artifacts;
import dev.prebake.lab.cloud.Lab;
import dev.prebake.lab.cloud.LabObserver;
import dev.prebake.lab.cloud.Serving;
import dev.prebake.lab.host.DataPlane;
import dev.prebake.lab.registry.LoopbackRegistry;
import dev.prebake.lab.registry.SampleImage;
import dev.prebake.lab.wire.CallContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkResponse;

/** A lab with what its executions bake by default; closing it ends both. */
final class LabServer implements AutoCloseable {
    /** Calls that change nothing, and come by the hundred. */
    private static final Pattern LOOKS = Pattern.compile("(Describe|Get|List|Validate).*");

    private final Terminal terminal;
    private @Nullable LoopbackRegistry registry;
    private @Nullable Lab lab;

    LabServer(Terminal terminal) {
        this.terminal = terminal;
    }

    /**
     * Opens the lab.
     *
     * @param images what an execution bakes whose input names none; a sample when there are none here either
     * @param port on 127.0.0.1; 0 for any free one
     * @param faults what is to go wrong
     * @param zips the functions' zips, for each to run from its own; absent for all of them in this JVM
     * @throws UsageException when one is of an operation that the lab doesn't have
     */
    synchronized LabFile.Lab open(
            DataPlane plane,
            Path home,
            List<String> images,
            int port,
            List<PlannedFault> faults,
            @Nullable Artifacts zips) {
        List<String> baked;
        try {
            baked = images.isEmpty() ? List.of(sample(home)) : images;
        } catch (RuntimeException e) {
            plane.close();
            throw e;
        }
        Lab opened = Lab.serve(
                plane,
                LabObserver.none(),
                new Serving(port, baked, this::noted, faults.isEmpty() ? null : PlannedFault.plan(faults), zips));
        lab = opened;
        try {
            PlannedFault.requireServed(faults, opened.operations());
        } catch (UsageException e) {
            close();
            throw e;
        }
        opened.recovered().forEach(sentence -> terminal.line("prebake: left by an earlier run: " + sentence));
        if (zips != null) {
            terminal.line("prebake: functions run from their zips; their logs are in "
                    + plane.home().resolve("functions").resolve("log"));
        }
        terminal.line("prebake: the input {} bakes " + String.join(", ", baked) + ".");
        ProcessHandle own = ProcessHandle.current();
        return new LabFile.Lab(
                own.pid(),
                own.info().startInstant().orElseThrow(),
                opened.endpoint().toString(),
                opened.stateMachineArn());
    }

    @Override
    public synchronized void close() {
        if (lab != null) {
            lab.close();
        }
        if (registry != null) {
            registry.close();
            registry = null;
        }
    }

    /** A line in the log for each call that changes something, and for each that fails. */
    private SdkResponse noted(CallContext call, Supplier<SdkResponse> next) {
        try {
            SdkResponse response = next.get();
            if (!LOOKS.matcher(call.operation()).matches()) {
                note(call, "");
            }
            return response;
        } catch (AwsServiceException e) {
            note(
                    call,
                    ": " + e.awsErrorDetails().errorCode() + ": "
                            + e.awsErrorDetails().errorMessage());
            throw e;
        }
    }

    private void note(CallContext call, String end) {
        terminal.line(
                Instant.now().truncatedTo(ChronoUnit.SECONDS) + " " + call.service() + " " + call.operation() + end);
    }

    private String sample(Path home) {
        try {
            SampleImage sample = SampleImage.in(home.resolve("sample"), line -> terminal.line("prebake: " + line));
            // As in a local run: the port is part of the reference, and so of the fingerprint.
            LoopbackRegistry started = LoopbackRegistry.builder()
                    .layout(sample.layout())
                    .port(LocalCommand.SAMPLE_PORT)
                    .start();
            registry = started;
            return started.reference(sample.image());
        } catch (IOException e) {
            throw new UncheckedIOException("Making the sample image failed: " + e.getMessage(), e);
        }
    }
}
