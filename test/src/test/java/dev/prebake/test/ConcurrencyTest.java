package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.cleanup.SweepHandler;
import dev.prebake.kernel.Json;
import dev.prebake.kernel.Tags;
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
import dev.prebake.lab.states.HistoryDetails;
import dev.prebake.lab.states.HistoryEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.SnapshotState;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sfn.model.StartExecutionRequest;
import software.amazon.awssdk.services.sfn.model.StopExecutionRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterHistoryRequest;
import software.amazon.awssdk.services.ssm.model.ParameterHistory;

/**
 * Two to eight executions at once in each round, their order left to chance: {@code -Dprebake.concurrency=all} makes 100 rounds, otherwise
 * it is a few. A round's executions can be repeated by its seed: {@code -Dprebake.concurrency.seed} is the first round's, and each next one's
 * is one more.
 */
@Tag("concurrency")
@DisplayName("Executions at once")
@SuppressWarnings("NullAway.Init")
class ConcurrencyTest {
    private static final int ALL = 100;
    private static final int SOME = 5;
    private static final String ZONE = "us-east-1a";
    private static final List<String> IMAGES = List.of("one", "two", "three");

    @TempDir
    private Path folder;

    private LoopbackRegistry registry;
    private Lab lab;
    private Ledger ledger;
    private final BlockingQueue<HistoryEvent> ends = new LinkedBlockingQueue<>();
    /** Each execution has a thread of its own. */
    private final Map<Thread, String> cacheOf = new ConcurrentHashMap<>();

    /** Which execution is at work on a cache: from the end of its wait on. */
    private final Map<String, Thread> atWork = new ConcurrentHashMap<>();

    private final List<String> overlaps = new CopyOnWriteArrayList<>();
    private final List<String> waited = new CopyOnWriteArrayList<>();
    private final Random pauses = new Random(1);
    private volatile Runnable whenBaking = () -> {};

    /** One execution to be. */
    private record Start(String cache, String image, Duration after) {}

    /** One that is. */
    private record Started(String arn, Start start) {}

    @BeforeEach
    void open() throws IOException {
        registry = LoopbackRegistry.serve(ImageLayout.write(
                folder.resolve("images"),
                IMAGES.stream().map(ConcurrencyTest::image).toArray(ImageDefinition[]::new)));
        lab = Lab.open(DataPlanes.detect(folder.resolve("home")).openDirectories(), new LabObserver() {
            @Override
            public void happened(HistoryEvent event) {
                ConcurrencyTest.this.happened(event);
            }

            @Override
            public void progress(String line) {}
        });
        ledger = new Ledger(lab, Set.of());
    }

    @AfterEach
    void close() {
        lab.close();
        registry.close();
    }

    @Test
    @DisplayName(
            "bake each content of a cache once, one after the other, and what the last to come wanted stays published, never going back to an older plan")
    void rounds() throws Exception {
        int rounds = System.getProperty("prebake.concurrency", "some").equals("all") ? ALL : SOME;
        long first = Long.getLong("prebake.concurrency.seed", 1);
        List<String> wrong = new ArrayList<>();
        int executions = 0;
        for (long seed = first; seed < first + rounds; seed++) {
            List<Start> starts = drawn(new Random(seed), "round-" + seed);
            executions += starts.size();
            for (String problem : problems(run(starts))) {
                wrong.add("seed " + seed + ", " + starts + ": " + problem);
            }
        }
        assertThat(wrong).isEmpty();
        System.getLogger(getClass().getName())
                .log(
                        System.Logger.Level.INFO,
                        "{0} rounds, {1} executions, {2} looks for a turn in vain",
                        rounds,
                        executions,
                        waited.size());
        assertThat(waited).as("some had to wait for their turn").isNotEmpty();
    }

    @Test
    @DisplayName("of two caches don't wait for each other")
    void twoCaches() throws Exception {
        List<Started> all =
                run(List.of(new Start("left", "one", Duration.ZERO), new Start("right", "one", Duration.ZERO)));

        assertThat(problems(all)).isEmpty();
        assertThat(waited).isEmpty();
    }

    @Test
    @DisplayName("go on when the one at work is stopped: the next bakes, the one after it reuses that")
    void stopped() throws Exception {
        AtomicBoolean once = new AtomicBoolean();
        String first = lab.stateMachineArn().replace(":stateMachine:", ":execution:") + ":stopped-0";
        whenBaking = () -> {
            if (once.compareAndSet(false, true)) {
                lab.states()
                        .stopExecution(StopExecutionRequest.builder()
                                .executionArn(first)
                                .build());
            }
        };
        List<Started> all = run(List.of(
                new Start("stopped", "one", Duration.ZERO),
                new Start("stopped", "one", Duration.ofSeconds(1)),
                new Start("stopped", "one", Duration.ofSeconds(1))));

        assertThat(all.stream().map(each -> ExecutionEnds.ended(lab, each.arn()).status()))
                .containsExactly(ExecutionStatus.ABORTED, ExecutionStatus.SUCCEEDED, ExecutionStatus.SUCCEEDED);
        // Which of the two took its ticket first is left to chance.
        assertThat(List.of(reused(all.get(1)), reused(all.get(2)))).containsExactlyInAnyOrder(false, true);
        for (int sweep = 0; sweep < 2; sweep++) {
            lab.clock().sleep(Duration.ofHours(1));
            var ignored = new SweepHandler().handleRequest(SweepTest.event(lab), null);
        }
        assertThat(ledger.problems(parameter("stopped"), null, Set.of(ZONE))).isEmpty();
        assertThat(snapshots("stopped")).hasSize(1);
    }

    /** Two to eight executions of one cache or of two, of the same content as a rule, within minutes. */
    private static List<Start> drawn(Random random, String name) {
        int caches = random.nextInt(3) == 0 ? 2 : 1;
        int contents = random.nextInt(3) == 0 ? IMAGES.size() : 1;
        List<Start> starts = new ArrayList<>();
        for (int left = 2 + random.nextInt(7); left > 0; left--) {
            starts.add(new Start(
                    name + (random.nextInt(caches) == 0 ? "-a" : "-b"),
                    IMAGES.get(random.nextInt(contents)),
                    random.nextBoolean() ? Duration.ZERO : Duration.ofSeconds(random.nextInt(240))));
        }
        return starts;
    }

    private List<Started> run(List<Start> starts) throws InterruptedException {
        ends.clear();
        overlaps.clear();
        List<Started> started = new ArrayList<>();
        for (Start start : starts) {
            if (start.after().isPositive()) {
                lab.clock().sleep(start.after());
            }
            started.add(new Started(
                    lab.states()
                            .startExecution(StartExecutionRequest.builder()
                                    .stateMachineArn(lab.stateMachineArn())
                                    .name(start.cache().replaceFirst("-[ab]$", "") + "-" + started.size())
                                    .input(
                                            "{\"cacheName\": \"%s\", \"images\": [\"%s/team/%s:1\"], \"fastRestoreZones\": [\"%s\"], \"retainSnapshots\": 10}"
                                                    .formatted(start.cache(), registry.address(), start.image(), ZONE))
                                    .build())
                            .executionArn(),
                    start));
        }
        for (Started each : started) {
            // Of real time: hours of waiting take less than a second of it.
            if (ends.poll(2, TimeUnit.MINUTES) == null) {
                throw new AssertionError("After two minutes not all have ended: " + each);
            }
        }
        return started;
    }

    private List<String> problems(List<Started> all) throws IOException {
        List<String> problems = new ArrayList<>(overlaps);
        for (Started each : all) {
            DescribeExecutionResponse ended = ExecutionEnds.ended(lab, each.arn());
            if (ended.status() != ExecutionStatus.SUCCEEDED) {
                problems.add(each + " is " + ended.status() + ": " + ended.error() + " " + ended.cause());
            }
        }
        Map<String, Set<String>> imagesOf = new LinkedHashMap<>();
        all.forEach(each -> imagesOf.computeIfAbsent(each.start().cache(), _ -> new TreeSet<>())
                .add(each.start().image()));
        for (Map.Entry<String, Set<String>> cache : imagesOf.entrySet()) {
            problems.addAll(problemsOf(cache.getKey(), cache.getValue().size(), all));
        }
        ledger.instances().forEach(instance -> problems.add(instance.instanceId() + " runs"));
        ledger.volumes().forEach(volume -> problems.add(volume.volumeId() + " is left"));
        ledger.snapshots().stream()
                .filter(snapshot -> snapshot.state() != SnapshotState.COMPLETED)
                .forEach(snapshot -> problems.add(snapshot.snapshotId() + " isn't whole"));
        return problems;
    }

    private List<String> problemsOf(String cache, int contents, List<Started> all) throws IOException {
        List<String> problems = new ArrayList<>();
        List<Snapshot> snapshots = snapshots(cache);
        long fingerprints = snapshots.stream()
                .map(snapshot -> tag(snapshot, Tags.FINGERPRINT))
                .distinct()
                .count();
        long builders = lab
                .ec2()
                .describeInstances(DescribeInstancesRequest.builder()
                        .filters(Filter.builder()
                                .name("tag:" + Tags.CACHE)
                                .values(cache)
                                .build())
                        .build())
                .reservations()
                .stream()
                .mapToLong(reservation -> reservation.instances().size())
                .sum();
        if (snapshots.size() != contents || fingerprints != contents || builders != contents) {
            problems.add(cache + " has " + contents + " contents, and came to " + snapshots.size() + " snapshots with "
                    + fingerprints + " fingerprints, from " + builders + " builders");
        }
        String published = ledger.parameter(parameter(cache));
        Instant latest = Instant.EPOCH;
        JsonNode manifest = Json.mapper().nullNode();
        for (ParameterHistory version : history(parameter(cache) + "/manifest")) {
            manifest = Json.mapper().readTree(version.value());
            Instant plannedAt = Instant.parse(manifest.path("plannedAt").asText());
            if (plannedAt.isBefore(latest)) {
                problems.add(cache + " went back from " + latest + " to " + manifest);
            }
            latest = plannedAt;
        }
        if (!manifest.path("snapshotId").asText().equals(published)) {
            problems.add(cache + " has " + published + " published, and the manifest " + manifest);
        }
        String last = Json.mapper()
                .readTree(history("/prebake/" + cache + "/turns").getLast().value())
                .path("execution")
                .asText();
        String wanted = all.stream()
                .filter(each -> each.arn().endsWith(":" + last))
                .map(each -> each.start().image())
                .findFirst()
                .orElseThrow();
        if (!manifest.at("/images/0/reference").asText().contains("/" + wanted + ":")) {
            problems.add(cache + ": " + last + " came last and wanted " + wanted + ", and published is " + manifest);
        }
        Set<String> own =
                new TreeSet<>(snapshots.stream().map(Snapshot::snapshotId).toList());
        List<String> fast = ledger.fastRestores().stream()
                .map(restore -> restore.snapshotId())
                .filter(own::contains)
                .toList();
        if (!fast.equals(List.of(String.valueOf(published)))) {
            problems.add(cache + " has " + published + " published, and Fast Snapshot Restore is on for " + fast);
        }
        return problems;
    }

    private void happened(HistoryEvent event) {
        Thread self = Thread.currentThread();
        switch (event.details()) {
            case HistoryDetails.ExecutionStarted started ->
                cacheOf.put(self, started.input().path("cacheName").asText());
            case HistoryDetails.StateEntered entered -> entered(self, entered.name());
            default -> {}
        }
        if (event.type().isLast()) {
            atWork.values().remove(self);
            ends.add(event);
        }
    }

    private void entered(Thread self, String state) {
        String cache = String.valueOf(cacheOf.get(self));
        switch (state) {
            case "IsBaked" -> {
                Thread other = atWork.put(cache, self);
                if (other != null) {
                    overlaps.add("two are at work on " + cache);
                }
            }
            case "WaitForTurn" -> waited.add(cache);
            case "StartBake" -> whenBaking.run();
            default -> {}
        }
        try {
            Thread.sleep(pauses.nextInt(3));
        } catch (InterruptedException e) {
            self.interrupt();
        }
    }

    private List<Snapshot> snapshots(String cache) {
        return ledger.snapshots().stream()
                .filter(snapshot -> tag(snapshot, Tags.CACHE).equals(cache))
                .toList();
    }

    private static String tag(Snapshot snapshot, String key) {
        return snapshot.tags().stream()
                .filter(tag -> tag.key().equals(key))
                .map(tag -> tag.value())
                .findFirst()
                .orElse("");
    }

    private List<ParameterHistory> history(String name) {
        return lab
                .ssm()
                .getParameterHistoryPaginator(
                        GetParameterHistoryRequest.builder().name(name).build())
                .stream()
                .flatMap(page -> page.parameters().stream())
                .toList();
    }

    private boolean reused(Started execution) throws IOException {
        return Json.mapper()
                .readTree(ExecutionEnds.ended(lab, execution.arn()).output())
                .path("reused")
                .asBoolean();
    }

    private static String parameter(String cache) {
        return "/prebake/" + cache + "/snapshot-id";
    }

    private static ImageDefinition image(String name) {
        return ImageDefinition.of(
                "team/" + name + ":1",
                new PlatformImage(
                        Platform.current(),
                        ImageConfig.EMPTY,
                        List.of(
                                Layer.builder().file("/shared", "shared").build(),
                                Layer.builder().file("/" + name, name).build())));
    }
}
