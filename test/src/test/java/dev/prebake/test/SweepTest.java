package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.ScheduledEvent;
import dev.prebake.cleanup.SweepHandler;
import dev.prebake.kernel.Tags;
import dev.prebake.lab.cloud.Lab;
import dev.prebake.test.FaultLab.Outcome;
import dev.prebake.test.FaultLab.Prepared;
import dev.prebake.test.FaultLab.Scenario;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.joda.time.DateTime;
import org.joda.time.DateTimeZone;
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

    @TempDir
    private Path folder;

    @Test
    @DisplayName("removes what an execution leaves that is stopped at any of its states, or whose time is up there")
    void afterAborts() throws Exception {
        List<String> wrong = new ArrayList<>();
        List<String> swept = new ArrayList<>();
        try (FaultLab lab = new FaultLab(folder, 1)) {
            SweepHandler sweeper = new SweepHandler();
            for (Scenario scenario : List.of(Scenario.BAKE, Scenario.REUSE)) {
                Set<String> states =
                        new LinkedHashSet<>(lab.run(scenario, _ -> {}).states());
                for (String state : states) {
                    for (ExecutionStatus end : List.of(ExecutionStatus.ABORTED, ExecutionStatus.TIMED_OUT)) {
                        Outcome outcome = endedAt(lab, scenario, state, end, sweeper, swept);
                        String what = scenario.title + ", " + end + " at " + state + ": ";
                        outcome.problems().forEach(problem -> wrong.add(what + problem));
                        if (outcome.status() != end && !state.equals("Done")) {
                            wrong.add(what + "it ended as " + outcome.status());
                        }
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
        for (String kind : List.of("i-", "vol-", "snap-")) {
            assertThat(swept).anyMatch(id -> id.startsWith(kind));
        }
    }

    private static Outcome endedAt(
            FaultLab lab,
            Scenario scenario,
            String state,
            ExecutionStatus end,
            SweepHandler sweeper,
            List<String> swept)
            throws InterruptedException {
        Prepared before = lab.begin(scenario);
        String arn = lab.nextArn();
        lab.whenEntered.put(state, () -> {
            if (end == ExecutionStatus.TIMED_OUT) {
                lab.lab.clock().pass(Duration.ofDays(1));
            } else {
                lab.lab
                        .states()
                        .stopExecution(
                                StopExecutionRequest.builder().executionArn(arn).build());
            }
        });
        DescribeExecutionResponse ended = lab.await(lab.start(scenario));
        lab.whenEntered.clear();
        // Twice: a volume waits for its instance's end.
        for (int sweep = 0; sweep < 2; sweep++) {
            lab.lab.clock().sleep(SCHEDULE);
            swept.addAll(sweeper.handleRequest(event(lab.lab), null));
        }
        Outcome outcome = lab.outcome(scenario, before, ended);
        lab.restore(scenario, before);
        return outcome;
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
                    lab.whenEntered.put(state, () -> {
                        lab.lab.clock().pass(Duration.ofHours(2));
                        removed.addAll(sweeper.handleRequest(event(lab.lab), null));
                    });
                    DescribeExecutionResponse ended = lab.await(lab.start(scenario));
                    lab.whenEntered.clear();

                    assertThat(removed).as(scenario.title + " at " + state).isEmpty();
                    // Builders, commands and waits have their deadlines, and two hours are past some.
                    Outcome outcome = lab.outcome(scenario, before, ended);
                    assertThat(outcome.problems()).isEmpty();
                    lab.restore(scenario, before);
                }
            }
            Prepared before = lab.begin(Scenario.BAKE);
            String arn = lab.nextArn();
            lab.whenEntered.put(
                    "AwaitBake",
                    () -> lab.lab
                            .states()
                            .stopExecution(StopExecutionRequest.builder()
                                    .executionArn(arn)
                                    .build()));
            lab.await(lab.start(Scenario.BAKE));
            assertThat(sweeper.handleRequest(event(lab.lab), null)).isEmpty();
            assertThat(lab.ledger.instances()).hasSize(1);
            lab.restore(Scenario.BAKE, before);
        }
    }

    @Test
    @DisplayName(
            "touches nothing of another workflow's executions, of another cache under the same name, nor of anybody else")
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

            List<String> removed = sweeper.handleRequest(event(lab.lab), null);

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

    /** As the stack's rule makes it, of this moment of lab time. */
    static ScheduledEvent event(Lab lab) {
        ScheduledEvent event = new ScheduledEvent();
        event.setTime(new DateTime(lab.clock().instant().toEpochMilli(), DateTimeZone.UTC));
        event.setDetail(Map.of("stateMachineArn", lab.stateMachineArn(), "cacheName", "default"));
        return event;
    }
}
