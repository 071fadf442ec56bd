package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.ScheduledEvent;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.prebake.catalogue.Definition;
import dev.prebake.cleanup.SweepHandler;
import dev.prebake.kernel.Tags;
import dev.prebake.lab.clock.Activity;
import dev.prebake.lab.cloud.FaultPlan;
import dev.prebake.lab.cloud.Lab;
import dev.prebake.lab.cloud.ThingFault;
import dev.prebake.test.Caches.Prepared;
import dev.prebake.test.FaultLab.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.joda.time.DateTime;
import org.joda.time.DateTimeZone;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.EbsBlockDevice;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateSpecification;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.TagSpecification;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sfn.model.StopExecutionRequest;

@Tag("faults")
@DisplayName("The sweeper")
@SuppressWarnings("NullAway.Init")
class SweepTest {
    private static final Duration SCHEDULE = Duration.ofHours(1);
    /** An execution ends there by itself before it sees that it is to end. */
    private static final Set<String> LAST = Set.of("Done", "Failed");

    /** Runs that together enter every state of the definition. */
    private static final List<Run> RUNS = List.of(
            new Run(Scenario.BAKE, false, _ -> {}),
            new Run(Scenario.REUSE, false, _ -> {}),
            new Run(Scenario.ROLL_OUT, false, _ -> {}),
            new Run(Scenario.BASE, false, plan -> plan.thing(ThingFault.COMMAND_CANCELLED, 1)),
            new Run(Scenario.BASE, true, plan -> plan.thing(ThingFault.AGENT_NEVER_REGISTERS, 1)));

    /**
     * A run.
     *
     * @param behindAnother whether another execution of the cache is at it before
     * @param faults what goes wrong, in the one before if there is one
     */
    private record Run(Scenario scenario, boolean behindAnother, Consumer<FaultPlan> faults) {}

    @TempDir
    private Path folder;

    @Test
    @DisplayName(
            "removes what an execution leaves that is stopped at any state of the definition, or whose time is up there")
    void afterAborts() throws Exception {
        List<String> wrong = new ArrayList<>();
        List<String> swept = new ArrayList<>();
        Set<String> never = new TreeSet<>(statesOfDefinition());
        try (FaultLab lab = new FaultLab(folder, 1)) {
            SweepHandler sweeper = new SweepHandler();
            for (Run run : RUNS) {
                Outcome undisturbed = end(lab, run, null, null, sweeper, swept);
                for (String state : new LinkedHashSet<>(undisturbed.states())) {
                    if (!never.remove(state)) {
                        continue;
                    }
                    for (ExecutionStatus end : List.of(ExecutionStatus.ABORTED, ExecutionStatus.TIMED_OUT)) {
                        Outcome outcome = end(lab, run, state, end, sweeper, swept);
                        String what = run.scenario().title + ", " + end + " at " + state + ": ";
                        outcome.problems().forEach(problem -> wrong.add(what + problem));
                        if (outcome.status() != end && !LAST.contains(state)) {
                            wrong.add(what + "it ended as " + outcome.status());
                        }
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(never)
                .as("states that no run of this test enters: give it one that does")
                .isEmpty();
        for (String kind : List.of("i-", "vol-", "snap-")) {
            assertThat(swept).anyMatch(id -> id.startsWith(kind));
        }
    }

    private static Set<String> statesOfDefinition() throws IOException {
        Set<String> names = new TreeSet<>();
        new ObjectMapper()
                .readTree(Definition.text())
                .path("States")
                .fieldNames()
                .forEachRemaining(names::add);
        return names;
    }

    /** Runs one, ends it at a state unless that is absent, and sweeps behind it. */
    private static Outcome end(
            FaultLab lab,
            Run run,
            @Nullable String state,
            @Nullable ExecutionStatus end,
            SweepHandler sweeper,
            List<String> swept)
            throws InterruptedException {
        Scenario scenario = run.scenario();
        Prepared before = lab.begin(scenario);
        run.faults().accept(lab.faults);
        String ahead = null;
        Runnable inLine = () -> {};
        if (run.behindAnother()) {
            // In real time, so that the one ahead is at it while the other one gets in line.
            Activity standing = lab.lab.clock().begin("two executions of a cache");
            inLine = standing::close;
            CountDownLatch hasTurn = new CountDownLatch(1);
            lab.events.whenEntered.put("LaunchBuilder", hasTurn::countDown);
            ahead = lab.start(scenario);
            hasTurn.await();
            lab.events.whenEntered.remove("LaunchBuilder");
        }
        String arn = lab.nextArn();
        lab.events.whenEntered.put("WaitForTurn", inLine);
        if (state != null) {
            Runnable first = state.equals("WaitForTurn") ? inLine : () -> {};
            lab.events.whenEntered.put(state, () -> {
                first.run();
                stop(lab, arn, end);
            });
        }
        DescribeExecutionResponse ended = lab.await(lab.start(scenario));
        if (ahead != null) {
            lab.await(ahead);
        }
        lab.events.whenEntered.clear();
        // Twice: a volume waits for its instance's end.
        for (int sweep = 0; sweep < 2; sweep++) {
            lab.lab.clock().sleep(SCHEDULE);
            swept.addAll(sweep(sweeper, lab.lab));
        }
        Outcome outcome = lab.outcome(scenario, before, ended);
        lab.restore(scenario, before);
        return outcome;
    }

    private static void stop(FaultLab lab, String arn, @Nullable ExecutionStatus end) {
        if (end == ExecutionStatus.TIMED_OUT) {
            lab.lab.clock().pass(Duration.ofDays(1));
        } else {
            lab.lab
                    .states()
                    .stopExecution(
                            StopExecutionRequest.builder().executionArn(arn).build());
        }
    }

    @Test
    @DisplayName("touches nothing of an execution that runs, whatever its age, nor of one that has ended just now")
    void leavesRunningAlone() throws Exception {
        try (FaultLab lab = new FaultLab(folder, 1)) {
            SweepHandler sweeper = new SweepHandler();
            for (Scenario scenario : List.of(Scenario.BAKE, Scenario.REUSE)) {
                for (String state : List.of("AwaitBake", "AwaitSnapshot", "AwaitFastRestore", "PublishSnapshot")) {
                    Prepared before = lab.begin(scenario);
                    List<String> removed = new ArrayList<>();
                    lab.events.whenEntered.put(state, () -> {
                        lab.lab.clock().pass(Duration.ofHours(2));
                        removed.addAll(sweep(sweeper, lab.lab));
                    });
                    DescribeExecutionResponse ended = lab.await(lab.start(scenario));
                    lab.events.whenEntered.clear();

                    assertThat(removed).as(scenario.title + " at " + state).isEmpty();
                    // Builders, commands and waits have their deadlines, and two hours are past some.
                    Outcome outcome = lab.outcome(scenario, before, ended);
                    assertThat(outcome.problems()).isEmpty();
                    lab.restore(scenario, before);
                }
            }
            Prepared before = lab.begin(Scenario.BAKE);
            String arn = lab.nextArn();
            lab.events.whenEntered.put(
                    "AwaitBake",
                    () -> lab.lab
                            .states()
                            .stopExecution(StopExecutionRequest.builder()
                                    .executionArn(arn)
                                    .build()));
            lab.await(lab.start(Scenario.BAKE));
            assertThat(sweep(sweeper, lab.lab)).isEmpty();
            assertThat(lab.ledger.instances()).hasSize(1);
            lab.restore(Scenario.BAKE, before);
        }
    }

    @Test
    @DisplayName(
            "touches nothing of another workflow's executions, of another cache under the same name, nor of anybody else; a dry run"
                    + " touches nothing at all, and says what would go and why")
    void leavesOthersAlone() throws Exception {
        try (FaultLab lab = new FaultLab(folder, 1)) {
            SweepHandler sweeper = new SweepHandler();
            Prepared before = lab.begin(Scenario.BAKE);
            String over = lab.nextArn().replaceFirst(".*:", "");
            assertThat(lab.await(lab.start(Scenario.BAKE)).status()).isEqualTo(ExecutionStatus.SUCCEEDED);
            String foreign = launch(lab.lab, Map.of(Tags.EXECUTION, "somebody's", Tags.CACHE, "bake"));
            String sameName = launch(lab.lab, Map.of(Tags.EXECUTION, over, Tags.CACHE, "somebody's"));
            String untagged = launch(lab.lab, Map.of("Name", "mail"));
            String ours = launch(lab.lab, Map.of(Tags.EXECUTION, over, Tags.CACHE, "bake"));
            lab.lab.clock().sleep(SCHEDULE);

            List<Map<String, String>> said = sweeper.handleRequest(event(lab.lab, true), null);
            assertThat(said).hasSize(1);
            assertThat(said.getFirst())
                    .containsEntry("id", ours)
                    .containsEntry("standing", "running")
                    .containsEntry("execution", over)
                    .containsEntry("cacheName", "bake")
                    .hasEntrySatisfying(
                            "because",
                            because ->
                                    assertThat(because).startsWith("its execution " + over + " ended SUCCEEDED at "));
            assertThat(lab.ledger.instances()).hasSize(4);

            List<String> removed = sweep(sweeper, lab.lab);

            assertThat(removed).containsExactly(ours);
            assertThat(lab.ledger.instances())
                    .extracting(Instance::instanceId)
                    .containsExactlyInAnyOrder(foreign, sameName, untagged);
            lab.restore(Scenario.BAKE, before);
        }
    }

    private static String launch(Lab lab, Map<String, String> tags) {
        return lab.ec2()
                .runInstances(RunInstancesRequest.builder()
                        .launchTemplate(LaunchTemplateSpecification.builder()
                                .launchTemplateId("lt-0bbbbbbbbbbbbbbbb")
                                .build())
                        .subnetId("subnet-0aaaaaaaaaaaaaaaa")
                        .imageId("ami-0eeeeeeeeeeeeeeee")
                        .instanceType("c6in.4xlarge")
                        .minCount(1)
                        .maxCount(1)
                        .blockDeviceMappings(BlockDeviceMapping.builder()
                                .deviceName("/dev/xvdb")
                                .ebs(EbsBlockDevice.builder()
                                        .volumeSize(1)
                                        .deleteOnTermination(true)
                                        .build())
                                .build())
                        .tagSpecifications(TagSpecification.builder()
                                .resourceType(ResourceType.INSTANCE)
                                .tags(tags.entrySet().stream()
                                        .map(tag -> software.amazon.awssdk.services.ec2.model.Tag.builder()
                                                .key(tag.getKey())
                                                .value(tag.getValue())
                                                .build())
                                        .toList())
                                .build())
                        .build())
                .instances()
                .getFirst()
                .instanceId();
    }

    private static List<String> sweep(SweepHandler sweeper, Lab lab) {
        return sweeper.handleRequest(event(lab), null).stream()
                .map(thing -> thing.get("id"))
                .toList();
    }

    /** As the stack's rule makes it, of this moment of lab time. */
    static ScheduledEvent event(Lab lab) {
        return event(lab, false);
    }

    private static ScheduledEvent event(Lab lab, boolean dryRun) {
        ScheduledEvent event = new ScheduledEvent();
        event.setTime(new DateTime(lab.clock().instant().toEpochMilli(), DateTimeZone.UTC));
        event.setDetail(Map.of("stateMachineArn", lab.stateMachineArn(), "cacheName", "default", "dryRun", dryRun));
        return event;
    }
}
