package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.prebake.lab.host.DataPlanes;
import dev.prebake.lab.host.Detection;
import dev.prebake.lab.registry.Fault;
import dev.prebake.lab.registry.ImageConfig;
import dev.prebake.lab.registry.ImageDefinition;
import dev.prebake.lab.registry.ImageLayout;
import dev.prebake.lab.registry.LoopbackRegistry;
import dev.prebake.lab.registry.Platform;
import dev.prebake.lab.registry.PlatformImage;
import dev.prebake.lab.registry.RegistryRequest;
import dev.prebake.test.LocalCommandLine.Outcome;
import dev.prebake.test.LocalCommandLine.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("prebake local, ended early,")
class InterruptTest {
    /** When a run is ended. */
    enum Moment {
        LAUNCH("LaunchBuilder", true),
        /** While the bake pulls a layer: the registry holds it back. */
        PULL("AwaitBake", true),
        SNAPSHOT("CreateSnapshot", true),
        NODE("starting a pod of ", false),
        /** While the pod's program runs on the node with an empty volume: it asks the registry, which holds the answer back. */
        POD("starting a pod of ", false);

        private final String line;
        /** Whether that's in a bake; what comes behind one is sooner there from a snapshot that an earlier run left. */
        private final boolean bakes;

        Moment(String line, boolean bakes) {
            this.line = line;
            this.bakes = bakes;
        }

        private boolean holdsBack(RegistryRequest request) {
            return switch (this) {
                case PULL -> isLayer(request);
                case POD -> request.subject() == RegistryRequest.Subject.OTHER;
                case LAUNCH, SNAPSHOT, NODE -> false;
            };
        }

        private boolean isHeldBack() {
            return this == PULL || this == POD;
        }
    }

    @TempDir
    private static Path folder;

    private static LoopbackRegistry registry;
    private static ImageLayout layout;

    @BeforeAll
    static void serve() throws IOException {
        Detection detection = DataPlanes.detect(home());
        assumeTrue(detection.real(), detection.inWords());
        layout = ImageLayout.write(
                folder.resolve("layout"),
                ImageDefinition.of(
                        "early/end:1",
                        new PlatformImage(Platform.current(), ImageConfig.EMPTY, List.of(Busybox.layer()))));
        registry = LoopbackRegistry.serve(layout);
    }

    @AfterAll
    static void close() {
        if (registry != null) {
            registry.close();
        }
    }

    @AfterEach
    void serveAll() {
        registry.inject(Fault.none());
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(names = {"LAUNCH", "PULL", "NODE", "POD"})
    @DisplayName("removes all that runs when it is interrupted")
    void interrupted(Moment moment) throws Exception {
        Outcome outcome = endAt(moment, "INT");
        assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(128 + 2);
        assertThat(outcome.err()).contains("interrupted; removing what runs").doesNotContain("Exception", "\tat ");
        Leftovers.assertNone(home(), outcome);
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(names = {"SNAPSHOT", "POD"})
    @DisplayName("leaves nothing, once it was killed, that the next run doesn't remove and name")
    void killed(Moment moment) throws Exception {
        Outcome killed = endAt(moment, "KILL");
        assertThat(killed.exitCode()).as(killed.err()).isEqualTo(128 + 9);
        Outcome next = LocalCommandLine.over(home()).run(arguments(false, "true"));
        assertThat(next.exitCode()).as(next.err()).isZero();
        assertThat(next.err()).contains("left by an earlier run: ").contains("Deleted volume vol-");
        Leftovers.assertNone(home(), killed, next);
    }

    @Test
    @Tag("faults")
    @DisplayName(
            "leaves nothing once it was killed at any moment and the lab was opened again, and all that it had before")
    void killedAtAnyMoment() throws Exception {
        String[] bake = arguments(true, "true");
        Outcome undisturbed = LocalCommandLine.over(home()).run(bake);
        assertThat(undisturbed.exitCode()).as(undisturbed.err()).isZero();
        Instant begin = Instant.now();
        assertThat(LocalCommandLine.over(home()).run(bake).exitCode()).isZero();
        Duration whole = Duration.between(begin, Instant.now());
        Survivors before = Survivors.of(home());
        assertThat(before.snapshots()).hasSizeGreaterThan(1);
        Random random = new Random(Long.getLong("prebake.faults.seed", 1));
        int kills = System.getProperty("prebake.faults", "some").equals("some") ? 3 : 20;
        int inTheMiddle = 0;
        for (int i = 0; i < kills; i++) {
            Duration moment = whole.multipliedBy(random.nextInt(100)).dividedBy(100);
            Outcome killed = LocalCommandLine.over(home()).start(bake).killAfter(moment);
            inTheMiddle += killed.exitCode() == 0 ? 0 : 1;
            String what = "kill " + i + ", after " + moment + ": " + killed.err();
            Survivors after = Survivors.of(home());
            Leftovers.assertNone(home(), killed);
            assertThat(after.snapshots()).as(what).containsAllEntriesOf(before.snapshots());
            assertThat(after.snapshots()).as(what).containsKey(after.published());
            before = after;
        }
        System.getLogger(getClass().getName())
                .log(System.Logger.Level.INFO, "{0} of {1} kills came in the middle of a run", inTheMiddle, kills);
        Outcome last = LocalCommandLine.over(home()).run(arguments(false, "true"));
        assertThat(last.exitCode()).as(last.err()).isZero();
        Leftovers.assertNone(home(), last);
    }

    private static Outcome endAt(Moment moment, String signal) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        registry.inject(request -> {
            if (moment.holdsBack(request)) {
                asked.countDown();
                awaitQuietly(over);
            }
            return Optional.empty();
        });
        // Shells start what runs in their background with SIGINT ignored, the tests' own run included.
        Running run = LocalCommandLine.over(home())
                .startedBy("env", "--default-signal=INT")
                .start(arguments(moment.bakes, "wget", "-q", "-O", "-", "http://" + registry.address() + "/pod"));
        try {
            run.awaitLine(moment.line);
            if (moment.isHeldBack()) {
                assertThat(asked.await(2, TimeUnit.MINUTES))
                        .as("the registry was asked")
                        .isTrue();
            }
            run.signal(signal);
            return run.await();
        } finally {
            over.countDown();
        }
    }

    private static boolean isLayer(RegistryRequest request) {
        return layout.images().getFirst().manifests().getFirst().layers().stream()
                .anyMatch(layer -> layer.digest().equals(request.reference()));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String[] arguments(boolean force, String... podProgram) throws IOException {
        Path input =
                Files.writeString(folder.resolve("input.json"), "{\"force\": " + force + ", \"retainSnapshots\": 100}");
        String image = registry.reference(layout.images().getFirst());
        List<String> arguments =
                new ArrayList<>(List.of("--input", input.toString(), "--image", image, "--", Busybox.PATH));
        arguments.addAll(List.of(podProgram));
        return arguments.toArray(String[]::new);
    }

    private static Path home() {
        return folder.resolve("home");
    }
}
