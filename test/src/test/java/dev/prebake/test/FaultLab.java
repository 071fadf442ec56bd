package dev.prebake.test;

import dev.prebake.kernel.Tags;
import dev.prebake.lab.cloud.FaultPlan;
import dev.prebake.lab.cloud.Lab;
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
import dev.prebake.test.Caches.Prepared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sfn.model.StartExecutionRequest;
import software.amazon.awssdk.services.ssm.model.ListCommandsRequest;

/**
 * One lab over folders for many runs, each of which begins with its cache as it should be and ends with a look into the ledger.
 * What takes time there takes it on the lab's clock alone.
 */
final class FaultLab implements AutoCloseable {
    static final Set<String> ZONES = new TreeSet<>(Set.of("us-east-1a", "us-east-1b"));

    private static final Pace PACE = new Pace(Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1));
    private static final String MAX_ATTEMPTS = "aws.maxAttempts";

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

    final Lab lab;
    final FaultPlan faults = new FaultPlan(1, PACE);
    final RunEvents events = new RunEvents();
    final Ledger ledger;
    private final LoopbackRegistry registry;
    private final Caches caches;
    private @Nullable NodeGroupOfLab nodeGroup;
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
        lab = Lab.open(DataPlanes.detect(home(folder)).openDirectories(), events, null, null, faults);
        ledger = new Ledger(lab, Set.of());
        caches = new Caches(lab, ledger, this::bake);
        NodeGroupOfLab.createCluster(lab);
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
        faults.forget();
        Prepared before = caches.begin(scenario);
        nodeGroup = scenario == Scenario.ROLL_OUT ? NodeGroupOfLab.create(lab, "gpu-" + runs) : null;
        faults.forget();
        faults.reseed(1);
        events.forget();
        return before;
    }

    Outcome outcome(Scenario scenario, Prepared before, DescribeExecutionResponse ended) {
        Set<String> zones = ended.status() == ExecutionStatus.SUCCEEDED ? ZONES : Set.of();
        List<String> problems = new ArrayList<>(ledger.problems(scenario.parameter(), before.published(), zones));
        boolean asBefore = Objects.equals(before.published(), ledger.parameter(scenario.parameter()));
        if (ended.status() == ExecutionStatus.SUCCEEDED && asBefore == scenario.publishes()) {
            problems.add("it succeeded, and " + ledger.parameter(scenario.parameter()) + " is published");
        }
        problems.addAll(madeTwice(before, ended.name()));
        if (nodeGroup != null) {
            problems.addAll(
                    nodeGroup.problems(ended.status() == ExecutionStatus.SUCCEEDED ? before.published() : null));
        }
        String error = ended.error() == null ? "" : ended.error();
        return new Outcome(
                ended.status(),
                error,
                ended.cause() == null ? "" : ended.cause(),
                events.taskErrors(),
                problems,
                faults.calls(),
                events.states());
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
        if (builders > (events.taskErrors().contains("dev.prebake.launch.BaseLostException") ? 2 : 1)) {
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
        events.whenEntered.clear();
        faults.forget();
        caches.restore(scenario, before);
    }

    /** The ARN of the execution that is started next. */
    String nextArn() {
        return lab.stateMachineArn().replace(":stateMachine:", ":execution:") + ":run-" + runs;
    }

    String start(Scenario scenario) {
        List<String> nodeGroups = nodeGroup == null ? List.of() : List.of(nodeGroup.toString());
        return start(scenario, scenario.image, ZONES, scenario.retained, nodeGroups);
    }

    private String start(Scenario scenario, String image, Set<String> zones, int retained, List<String> nodeGroups) {
        return start(
                "{\"cacheName\": \"%s\", \"images\": [\"%s\"], \"fastRestoreZones\": %s, \"retainSnapshots\": %d, \"nodeGroups\": %s}"
                        .formatted(scenario.cache(), reference(image), json(zones), retained, json(nodeGroups)));
    }

    /** Starts an execution with any input. */
    String start(String input) {
        return lab.states()
                .startExecution(StartExecutionRequest.builder()
                        .stateMachineArn(lab.stateMachineArn())
                        .name("run-" + runs++)
                        .input(input)
                        .build())
                .executionArn();
    }

    /** Runs an execution with any input to its end. */
    DescribeExecutionResponse run(String input) throws InterruptedException {
        faults.forget();
        events.forget();
        return await(start(input));
    }

    /** The reference of an image that the lab's registry has: zero, one or two. */
    String reference(String image) {
        return registry.address() + "/team/" + image + ":1";
    }

    DescribeExecutionResponse await(String arn) throws InterruptedException {
        events.awaitEnd(lab, arn);
        return ExecutionEnds.ended(lab, arn);
    }

    private void bake(Scenario scenario, String image) throws InterruptedException {
        DescribeExecutionResponse ended = await(start(scenario, image, Set.of(), 10, List.of()));
        if (ended.status() != ExecutionStatus.SUCCEEDED) {
            throw new AssertionError("Preparing " + scenario + " failed: " + ended.cause());
        }
    }

    private static String json(Collection<String> texts) {
        return texts.isEmpty() ? "[]" : "[\"" + String.join("\", \"", texts) + "\"]";
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
