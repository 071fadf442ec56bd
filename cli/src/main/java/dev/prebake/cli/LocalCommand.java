package dev.prebake.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.lab.host.DataPlanes;
import dev.prebake.lab.host.Detection;
import dev.prebake.lab.registry.LoopbackRegistry;
import dev.prebake.lab.registry.SampleImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The whole job on this machine: bake, publish, then start the same pod with and without the snapshot. */
@Command(
        name = "local",
        description = {
            "Runs the whole workflow on this machine, without AWS: the definition and the handlers that AWS runs, over real"
                    + " volumes and a real containerd where the machine allows it. Then starts the same pod on a node"
                    + " with an empty volume and on one with the snapshot, and compares.",
            "",
            "Without --image it bakes a sample made from this JDK."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  ./prebake local",
            "  ./prebake local --image registry.k8s.io/pause:3.10",
            "  ./prebake local --image localhost:5000/pytorch:1 -- python3 -c 'import torch'",
            "  ./prebake local --image registry.example.com/team/app:1 --registry-secret registry.example.com=login.json",
            "  ./prebake local --input events/pytorch.json --json",
            "",
            "Environment: PREBAKE_HOME, where snapshots, parameters and executions are kept (default ~/.prebake);"
                    + " PREBAKE_INSTALL=never, to install no packages; PREBAKE_DEBUG=1, for whole stack traces."
        })
final class LocalCommand implements Callable<Integer> {
    private static final String HOME_VARIABLE = "PREBAKE_HOME";

    /** Where the sample's registry listens. */
    static final int SAMPLE_PORT = 5055;

    private static final Duration LONGEST_END = Duration.ofSeconds(30);

    @Option(
            names = "--image",
            paramLabel = "REF",
            description = "An image to bake; may be given several times. The first is the pod's.")
    private List<String> images = List.of();

    @Option(
            names = "--input",
            paramLabel = "FILE",
            description = "An execution's input as JSON, as in events/; --image goes over its images.")
    private @Nullable Path input;

    @Mixin
    private final RegistryOptions registries = new RegistryOptions();

    @Option(names = "--json", description = "Print one JSON document on standard output when done.")
    private boolean json;

    @Parameters(
            paramLabel = "COMMAND",
            description = "After --: what the pod runs instead of the image's own program. Its end is waited for.")
    private List<String> podCommand = List.of();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private CommandSpec spec;

    @Override
    public Integer call() {
        Terminal terminal = Terminal.of(spec.commandLine().getErr());
        ObjectNode request = InputFile.read(input, images);
        Path home = home();
        Detection detection = DataPlanes.detect(home);
        terminal.line("prebake: " + detection.inWords());
        if (!detection.real()) {
            terminal.line("prebake: The images are fetched and checked, but not unpacked." + remedy(detection));
        }

        LocalRun run = new LocalRun(terminal, request, registries.read(), podCommand);
        Thread worker = Thread.currentThread();
        CountDownLatch ended = new CountDownLatch(1);
        Thread interrupted = new Thread(() -> {
            terminal.line("prebake: interrupted; removing what runs. Earlier snapshots stay.");
            // The worker goes first: it would attach and start things while they are taken from under it.
            worker.interrupt();
            awaitQuietly(ended);
            run.close();
        });
        Runtime.getRuntime().addShutdownHook(interrupted);
        try (run) {
            if (request.path("images").isMissingNode()) {
                request.putArray("images").add(sample(run, terminal, home));
            }
            LocalReport report = run.execute(detection);
            print(report);
            return report.snapshot() == null ? ExitCode.FAILED : ExitCode.OK;
        } finally {
            ended.countDown();
            forget(interrupted);
        }
    }

    private static String remedy(Detection detection) {
        return " For a real bake run it as root on Linux"
                + (detection.debianPackages().isEmpty()
                        ? "."
                        : ", after: apt-get install " + String.join(" ", detection.debianPackages()));
    }

    private static void awaitQuietly(CountDownLatch ended) {
        try {
            ended.await(LONGEST_END.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The hook is what runs now; it waits for us and closes what we couldn't.
            return;
        }
    }

    private void print(LocalReport report) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(PrettyJson.of(report));
        } else {
            int columns = Terminal.outColumns();
            Folded.lines(ReportText.lines(report, columns), columns).forEach(out::println);
        }
        out.flush();
        String failure = ReportText.failure(report);
        if (!failure.isEmpty()) {
            PrintWriter err = spec.commandLine().getErr();
            err.println(failure);
            err.flush();
        }
    }

    private static String sample(LocalRun run, Terminal terminal, Path home) {
        try {
            SampleImage sample = SampleImage.in(home.resolve("sample"), line -> terminal.line("prebake: " + line));
            // The port is part of the reference, and so of the fingerprint: the same one each time lets a second run
            // reuse.
            LoopbackRegistry registry = run.serving(LoopbackRegistry.builder()
                    .layout(sample.layout())
                    .port(SAMPLE_PORT)
                    .start());
            return registry.reference(sample.image());
        } catch (IOException e) {
            throw new UncheckedIOException("Making the sample image failed: " + e.getMessage(), e);
        }
    }

    /** Where the lab keeps its things. */
    static Path home() {
        String home = System.getenv(HOME_VARIABLE);
        return (home == null || home.isBlank() ? Path.of(System.getProperty("user.home"), ".prebake") : Path.of(home))
                .toAbsolutePath();
    }
}
