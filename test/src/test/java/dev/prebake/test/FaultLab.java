package dev.prebake.test;

import dev.prebake.kernel.Tags;
import dev.prebake.lab.cloud.FaultPlan;
import dev.prebake.lab.cloud.Lab;
import dev.prebake.lab.cloud.LabObserver;
import dev.prebake.lab.cloud.ObservedCall;
import dev.prebake.lab.cloud.Pace;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVolumeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DisableFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesRequest;
import software.amazon.awssdk.services.ec2.model.Volume;
import software.amazon.awssdk.services.ec2.model.VolumeState;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sfn.model.StartExecutionRequest;
import software.amazon.awssdk.services.ssm.model.ListCommandsRequest;
import software.amazon.awssdk.services.ssm.model.PutParameterRequest;

/**
 * One lab over folders for many runs, each of which begins with its cache as it should be and ends with a look into the ledger.
 * What takes time there takes it on the lab's clock alone.
 */
final class FaultLab implements AutoCloseable {
    static final Set<String> ZONES = new TreeSet<>(Set.of("us-east-1a", "us-east-1b"));

    private static final Pace PACE = new Pace(Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1));
    private static final String MAX_ATTEMPTS = "aws.maxAttempts";

    /** What a run finds and does. */
    enum Scenario {
        /** The cache is new. */
        BAKE("a bake from empty", "one", 3),
        /** The wanted content is in a snapshot that another one has superseded. */
        REUSE("a reuse", "one", 3),
        /** The cache has a published snapshot, the base of the new one. */
        BASE("a bake from a base", "two", 3),
        /** The wanted content is published already, and the cache has a snapshot that is too old to stay. */
        RETIREMENT("a retirement", "one", 1);

        final String title;
        final String image;
        final int retained;

        Scenario(String title, String image, int retained) {
            this.title = title;
            this.image = image;
            this.retained = retained;
        }

        String cache() {
            return name().toLowerCase(Locale.ROOT);
        }

        String parameter() {
            return "/prebake/" + cache() + "/snapshot-id";
        }
    }

    /**
     * How a run ended.
     *
     * @param status the execution's status
     * @param error its error's name; empty for none
     * @param cause its error's words; empty for none
     * @param retried errors of tasks on the way, in order
     * @param problems what the ledger has against it
     * @param calls what the functions called
     * @param states the states entered
     */
    record Outcome(
            ExecutionStatus status,
            String error,
            String cause,
            List<String> retried,
            List<String> problems,
            List<ObservedCall> calls,
            List<String> states) {
        /** In a table's words. */
        String end() {
            if (status == ExecutionStatus.SUCCEEDED) {
                return retried.isEmpty() ? "succeeds" : "retried";
            }
            return error.isEmpty()
                    ? status.toString()
                    : error.replaceFirst("^dev\\.prebake\\..*\\.", "").replaceFirst("Exception$", "");
        }
    }

    /** A cache as a run finds it. */
    record Prepared(Set<String> snapshots, @Nullable String published, String manifest) {}

    final Lab lab;
    final FaultPlan faults = new FaultPlan(1, PACE);
    final Map<String, Runnable> whenEntered = new ConcurrentHashMap<>();
    final Ledger ledger;
    private final LoopbackRegistry registry;
    private final BlockingQueue<HistoryEvent> ends = new LinkedBlockingQueue<>();
    private final List<HistoryEvent> events = new CopyOnWriteArrayList<>();
    private final Map<Scenario, Prepared> prepared = new ConcurrentHashMap<>();
    private @Nullable Path inMemory;
    private int runs;

    /**
     * Opens it.
     *
     * @param sdkAttempts how often the handlers' SDK makes a call: 1 brings each fault before the workflow
     */
    FaultLab(Path folder, int sdkAttempts) throws IOException {
        registry = LoopbackRegistry.serve(
                ImageLayout.write(folder.resolve("images"), image("zero"), image("one"), image("two")));
        System.setProperty(MAX_ATTEMPTS, Integer.toString(sdkAttempts));
        lab = Lab.open(
                DataPlanes.detect(home(folder)).openDirectories(),
                new LabObserver() {
                    @Override
                    public void happened(HistoryEvent event) {
                        events.add(event);
                        if (event.details() instanceof HistoryDetails.StateEntered entered) {
                            whenEntered.getOrDefault(entered.name(), () -> {}).run();
                        }
                        if (event.type().isLast()) {
                            ends.add(event);
                        }
                    }

                    @Override
                    public void progress(String line) {
                        // Nobody asked.
                    }
                },
                null,
                null,
                faults);
        ledger = new Ledger(lab, Set.of());
    }

    /** In memory, where the host has a folder for that: the lab writes its account through to the disk at each change. */
    private Path home(Path folder) throws IOException {
        Path memory = Path.of("/dev/shm");
        if (!Files.isWritable(memory)) {
            return folder.resolve("home");
        }
        inMemory = Files.createTempDirectory(memory, "prebake-faults");
        return inMemory;
    }

    @Override
    public void close() throws IOException {
        lab.close();
        registry.close();
        System.clearProperty(MAX_ATTEMPTS);
        if (inMemory != null) {
            try (Stream<Path> files = Files.walk(inMemory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** One execution of a scenario with faults, from its beginning to a clean account. */
    Outcome run(Scenario scenario, Consumer<FaultPlan> planned) throws InterruptedException {
        Prepared before = begin(scenario);
        planned.accept(faults);
        DescribeExecutionResponse ended = await(start(scenario));
        Outcome outcome = outcome(scenario, before, ended);
        restore(scenario, before);
        return outcome;
    }

    /** Makes the scenario's cache what it should be, with no faults planned. */
    Prepared begin(Scenario scenario) throws InterruptedException {
        Prepared before = prepared.get(scenario);
        if (before == null || !isThere(before)) {
            before = prepare(scenario);
            prepared.put(scenario, before);
        }
        faults.forget();
        faults.reseed(1);
        events.clear();
        ends.clear();
        return before;
    }

    Outcome outcome(Scenario scenario, Prepared before, DescribeExecutionResponse ended) {
        Set<String> zones = ended.status() == ExecutionStatus.SUCCEEDED ? ZONES : Set.of();
        List<String> problems = new ArrayList<>(ledger.problems(scenario.parameter(), before.published(), zones));
        boolean asBefore = Objects.equals(before.published(), ledger.parameter(scenario.parameter()));
        if (ended.status() == ExecutionStatus.SUCCEEDED && asBefore != (scenario == Scenario.RETIREMENT)) {
            problems.add("it succeeded, and " + ledger.parameter(scenario.parameter()) + " is published");
        }
        problems.addAll(madeTwice(before, ended.name()));
        String error = ended.error() == null ? "" : ended.error();
        return new Outcome(
                ended.status(),
                error,
                ended.cause() == null ? "" : ended.cause(),
                taskErrors(),
                problems,
                faults.calls(),
                states());
    }

    /** An execution makes one builder, sends one command and takes one snapshot, however often it has to ask. */
    private List<String> madeTwice(Prepared before, String execution) {
        List<String> problems = new ArrayList<>();
        long snapshots = ledger.snapshots().stream()
                .filter(snapshot -> !before.snapshots().contains(snapshot.snapshotId()))
                .filter(snapshot -> isOf(snapshot.tags(), execution))
                .count();
        if (snapshots > 1) {
            problems.add("it took " + snapshots + " snapshots");
        }
        long commands = lab.ssm().listCommands(ListCommandsRequest.builder().build()).commands().stream()
                .filter(command -> command.comment().endsWith(" " + execution))
                .count();
        if (commands > 1) {
            problems.add("it sent " + commands + " commands");
        }
        long builders = lab
                .ec2()
                .describeInstances(DescribeInstancesRequest.builder().build())
                .reservations()
                .stream()
                .flatMap(reservation -> reservation.instances().stream())
                .filter(instance -> isOf(instance.tags(), execution))
                .count();
        if (builders > (taskErrors().contains("dev.prebake.launch.BaseLostException") ? 2 : 1)) {
            problems.add("it launched " + builders + " builders");
        }
        return problems;
    }

    private static boolean isOf(List<Tag> tags, String execution) {
        return tags.stream()
                .anyMatch(tag -> tag.key().equals(Tags.EXECUTION) && tag.value().equals(execution));
    }

    /** Removes whatever a run has left, and publishes again what was. */
    void restore(Scenario scenario, Prepared before) throws InterruptedException {
        whenEntered.clear();
        faults.forget();
        for (Instance instance : ledger.instances()) {
            var terminate = TerminateInstancesRequest.builder()
                    .instanceIds(instance.instanceId())
                    .build();
            lab.ec2().terminateInstances(terminate);
        }
        for (List<Volume> left = ledger.volumes(); !left.isEmpty(); left = ledger.volumes()) {
            for (Volume volume : left) {
                if (volume.state() == VolumeState.AVAILABLE) {
                    lab.ec2()
                            .deleteVolume(DeleteVolumeRequest.builder()
                                    .volumeId(volume.volumeId())
                                    .build());
                } else {
                    Thread.sleep(1);
                }
            }
        }
        Set<String> others = new HashSet<>();
        prepared.values().forEach(each -> others.addAll(each.snapshots()));
        for (Snapshot snapshot : ledger.snapshots()) {
            if (!others.contains(snapshot.snapshotId()) && !before.snapshots().contains(snapshot.snapshotId())) {
                delete(snapshot.snapshotId());
            }
        }
        for (var restore : ledger.fastRestores()) {
            lab.ec2()
                    .disableFastSnapshotRestores(DisableFastSnapshotRestoresRequest.builder()
                            .sourceSnapshotIds(restore.snapshotId())
                            .availabilityZones(restore.availabilityZone())
                            .build());
        }
        put(scenario.parameter(), before.published());
        put(scenario.parameter() + "/manifest", before.manifest());
    }

    /** The ARN of the execution that is started next. */
    String nextArn() {
        return lab.stateMachineArn().replace(":stateMachine:", ":execution:") + ":run-" + runs;
    }

    String start(Scenario scenario) {
        return start(scenario, scenario.image, ZONES, scenario.retained);
    }

    private String start(Scenario scenario, String image, Set<String> zones, int retained) {
        String zoneList = zones.isEmpty() ? "" : "\"" + String.join("\", \"", zones) + "\"";
        return lab.states()
                .startExecution(StartExecutionRequest.builder()
                        .stateMachineArn(lab.stateMachineArn())
                        .name("run-" + runs++)
                        .input(
                                "{\"cacheName\": \"%s\", \"images\": [\"%s\"], \"fastRestoreZones\": [%s], \"retainSnapshots\": %d}"
                                        .formatted(
                                                scenario.cache(),
                                                registry.address() + "/team/" + image + ":1",
                                                zoneList,
                                                retained))
                        .build())
                .executionArn();
    }

    DescribeExecutionResponse await(String arn) throws InterruptedException {
        // Of real time: an execution of hours takes less than a second of it.
        if (ends.poll(2, TimeUnit.MINUTES) == null) {
            List<HistoryEvent> seen = List.copyOf(events);
            throw new AssertionError("After two minutes " + arn + " has not ended. Its last events: "
                    + seen.subList(Math.max(0, seen.size() - 6), seen.size()) + "; running: "
                    + lab.clock().running() + ", asleep: " + lab.clock().sleeping());
        }
        return ExecutionEnds.ended(lab, arn);
    }

    private boolean isThere(Prepared cache) {
        Set<String> present = new HashSet<>();
        ledger.snapshots().forEach(snapshot -> present.add(snapshot.snapshotId()));
        if (cache.published() != null && cache.snapshots().contains(cache.published())) {
            enable(cache.published());
        }
        return present.containsAll(cache.snapshots());
    }

    private Prepared prepare(Scenario scenario) throws InterruptedException {
        faults.forget();
        for (Snapshot snapshot : ledger.snapshots()) {
            if (snapshot.tags().stream()
                    .anyMatch(tag -> tag.key().equals(Tags.CACHE) && tag.value().equals(scenario.cache()))) {
                delete(snapshot.snapshotId());
            }
        }
        switch (scenario) {
            case BAKE -> {
                put(scenario.parameter(), "none");
                put(scenario.parameter() + "/manifest", "none");
            }
            case REUSE -> {
                bake(scenario, "one");
                bake(scenario, "two");
            }
            case BASE -> bake(scenario, "one");
            case RETIREMENT -> {
                bake(scenario, "zero");
                bake(scenario, "one");
            }
        }
        Set<String> snapshots = new HashSet<>();
        ledger.snapshots().stream()
                .filter(snapshot -> snapshot.tags().stream()
                        .anyMatch(tag ->
                                tag.key().equals(Tags.CACHE) && tag.value().equals(scenario.cache())))
                .forEach(snapshot -> snapshots.add(snapshot.snapshotId()));
        String published = ledger.parameter(scenario.parameter());
        if (snapshots.contains(published)) {
            enable(published);
        }
        return new Prepared(
                snapshots,
                published,
                Objects.requireNonNullElse(ledger.parameter(scenario.parameter() + "/manifest"), "none"));
    }

    private void bake(Scenario scenario, String image) throws InterruptedException {
        DescribeExecutionResponse ended = await(start(scenario, image, Set.of(), 10));
        if (ended.status() != ExecutionStatus.SUCCEEDED) {
            throw new AssertionError("Preparing " + scenario + " failed: " + ended.cause());
        }
    }

    private void enable(String snapshotId) {
        lab.ec2()
                .enableFastSnapshotRestores(EnableFastSnapshotRestoresRequest.builder()
                        .sourceSnapshotIds(snapshotId)
                        .availabilityZones(ZONES)
                        .build());
    }

    private void delete(String snapshotId) {
        lab.ec2()
                .deleteSnapshot(
                        DeleteSnapshotRequest.builder().snapshotId(snapshotId).build());
    }

    private void put(String name, @Nullable String value) {
        lab.ssm()
                .putParameter(PutParameterRequest.builder()
                        .name(name)
                        .value(value)
                        .overwrite(true)
                        .type("String")
                        .build());
    }

    /** Errors that tasks ended with since the run began. */
    List<String> taskErrors() {
        return events.stream()
                .map(HistoryEvent::details)
                .filter(HistoryDetails.TaskFailed.class::isInstance)
                .map(details -> ((HistoryDetails.TaskFailed) details).error())
                .toList();
    }

    /** The states entered since the run began. */
    List<String> states() {
        return events.stream()
                .map(HistoryEvent::details)
                .filter(HistoryDetails.StateEntered.class::isInstance)
                .map(details -> ((HistoryDetails.StateEntered) details).name())
                .toList();
    }

    private static ImageDefinition image(String name) throws IOException {
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
