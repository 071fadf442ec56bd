package dev.prebake.lab.cloud;

import static dev.prebake.lab.cloud.Doubles.START;
import static dev.prebake.lab.cloud.Doubles.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.prebake.lab.clock.LabClock;
import dev.prebake.lab.wire.AwsFault;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.scheduler.model.ActionAfterCompletion;
import software.amazon.awssdk.services.scheduler.model.CreateScheduleRequest;
import software.amazon.awssdk.services.scheduler.model.DeadLetterConfig;
import software.amazon.awssdk.services.scheduler.model.DeleteScheduleRequest;
import software.amazon.awssdk.services.scheduler.model.FlexibleTimeWindow;
import software.amazon.awssdk.services.scheduler.model.FlexibleTimeWindowMode;
import software.amazon.awssdk.services.scheduler.model.GetScheduleGroupRequest;
import software.amazon.awssdk.services.scheduler.model.GetScheduleRequest;
import software.amazon.awssdk.services.scheduler.model.GetScheduleResponse;
import software.amazon.awssdk.services.scheduler.model.ListScheduleGroupsRequest;
import software.amazon.awssdk.services.scheduler.model.ListSchedulesRequest;
import software.amazon.awssdk.services.scheduler.model.ListSchedulesResponse;
import software.amazon.awssdk.services.scheduler.model.RetryPolicy;
import software.amazon.awssdk.services.scheduler.model.ScheduleGroupSummary;
import software.amazon.awssdk.services.scheduler.model.ScheduleState;
import software.amazon.awssdk.services.scheduler.model.ScheduleSummary;
import software.amazon.awssdk.services.scheduler.model.Target;
import software.amazon.awssdk.services.scheduler.model.UpdateScheduleRequest;
import software.amazon.awssdk.services.sfn.model.SfnException;
import software.amazon.awssdk.services.sfn.model.StartExecutionRequest;

/** Lab time moves by its jumps alone, the machine's when a test says so; what is started is told, and never runs. */
@DisplayName("The lab's schedules")
@SuppressWarnings("NullAway.Init")
class SchedulesTest {
    private static final String MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:prebake";
    private static final String ROLE = "arn:aws:iam::123456789012:role/schedule";

    @TempDir
    private Path home;

    private final BlockingQueue<StartExecutionRequest> started = new LinkedBlockingQueue<>();
    private final Deque<AwsServiceException> answers = new ArrayDeque<>();
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().factory());
    private LabClock clock;
    private SetTime machine;
    private Schedules schedules;
    private LabScheduler scheduler;

    /** The machine's time, which a test sets. */
    private static final class SetTime implements Timeline {
        private Instant now = START;
        private boolean woken;

        synchronized void pass(Duration span) {
            now = now.plus(span);
            notifyAll();
        }

        @Override
        public synchronized Instant instant() {
            return now;
        }

        @Override
        public Presence join() {
            return () -> {};
        }

        @Override
        public synchronized void awaitUntil(Instant due) throws InterruptedException {
            while (!woken && now.isBefore(due)) {
                wait();
            }
            woken = false;
        }

        @Override
        public synchronized void wake() {
            woken = true;
            notifyAll();
        }
    }

    @BeforeEach
    void open() {
        clock = LabClock.frozenAt(START);
        machine = new SetTime();
        begin();
    }

    private void begin() {
        schedules = new Schedules(
                new JsonFile<>(home.resolve("schedules.json"), StoredSchedules.class),
                Timeline.of(clock),
                machine,
                request -> {
                    started.add(request);
                    synchronized (answers) {
                        if (!answers.isEmpty()) {
                            throw answers.pop();
                        }
                    }
                },
                new Random(1),
                threads);
        scheduler = new LabScheduler(schedules);
        schedules.begin();
    }

    @AfterEach
    void close() {
        scheduler.close();
        threads.close();
    }

    @Test
    @DisplayName("One with an end is due until then, its waits passed over, and its target is told which time it was")
    void firesTwice() throws InterruptedException {
        create(
                schedule("twice", "rate(1 minute)")
                        .endDate(START.plusSeconds(90))
                        .target(
                                target(
                                        "{\"at\": \"<aws.scheduler.scheduled-time>\", \"by\": \"<aws.scheduler.schedule-arn>\","
                                                + " \"attempt\": \"<aws.scheduler.attempt-number>\", \"id\": \"<aws.scheduler.execution-id>\"}")));

        StartExecutionRequest first = started.take();
        StartExecutionRequest second = started.take();
        assertThat(first.stateMachineArn()).isEqualTo(MACHINE);
        assertThat(first.input())
                .matches("\\{\"at\": \"2026-01-01T00:00:00Z\","
                        + " \"by\": \"arn:aws:scheduler:us-east-1:123456789012:schedule/default/twice\","
                        + " \"attempt\": \"1\", \"id\": \"[0-9a-f]{16}\"}");
        assertThat(second.input()).contains("2026-01-01T00:01:00Z").doesNotContain(idOf(first));
        assertDone("twice");
        assertThat(clock.instant()).isEqualTo(START.plusSeconds(60));
        assertThat(started).isEmpty();
    }

    @Test
    @DisplayName("One without an end never moves lab time; it is due when the machine's clock says so")
    void endless() throws InterruptedException {
        create(schedule("endless", "rate(1 minute)"));
        assertThat(started.take().input()).contains("\"time\":\"2026-01-01T00:00:00Z\"");

        machine.pass(Duration.ofSeconds(60));
        assertThat(started.take().input()).contains("\"time\":\"2026-01-01T00:01:00Z\"");

        // The machine slept: it is made up for once.
        machine.pass(Duration.ofMinutes(30).minusSeconds(30));
        assertThat(started.take().input()).contains("\"time\":\"2026-01-01T00:02:00Z\"");
        machine.pass(Duration.ofSeconds(30));
        assertThat(started.take().input()).contains("\"time\":\"2026-01-01T00:31:00Z\"");
        assertThat(started).isEmpty();
        assertThat(clock.instant()).isEqualTo(START);
    }

    @Test
    @DisplayName("One that is due once goes afterwards, if it is to")
    void goes() throws InterruptedException {
        create(schedule("once", "at(2026-03-01T08:00:00)")
                .scheduleExpressionTimezone("Europe/Paris")
                .actionAfterCompletion(ActionAfterCompletion.DELETE));

        assertThat(started.take().input()).contains("\"time\":\"2026-03-01T07:00:00Z\"");

        while (schedules.find("once").isPresent()) {
            Thread.sleep(1);
        }
        assertThat(clock.instant()).isEqualTo(Instant.parse("2026-03-01T07:00:00Z"));
    }

    @Test
    @DisplayName("A flexible window lets it be late by less than it is wide; the scheduled time stays")
    void flexible() throws InterruptedException {
        create(schedule("late", "at(2026-01-02T00:00:00)")
                .flexibleTimeWindow(FlexibleTimeWindow.builder()
                        .mode(FlexibleTimeWindowMode.FLEXIBLE)
                        .maximumWindowInMinutes(15)
                        .build()));

        assertThat(started.take().input()).contains("\"time\":\"2026-01-02T00:00:00Z\"");
        assertDone("late");
        assertThat(clock.instant())
                .isAfter(Instant.parse("2026-01-02T00:00:00Z"))
                .isBefore(Instant.parse("2026-01-02T00:15:00Z"));
    }

    @Test
    @DisplayName(
            "A target that is throttled is tried again, as often as the retry policy says; one that isn't there is not")
    void retried() throws InterruptedException {
        answers.add(refusal("ThrottlingException"));
        answers.add(refusal("ThrottlingException"));
        String input = "{\"attempt\": \"<aws.scheduler.attempt-number>\"}";
        create(schedule("patient", "at(2026-01-02T00:00:00)")
                .target(target(input).toBuilder()
                        .retryPolicy(
                                RetryPolicy.builder().maximumRetryAttempts(2).build())
                        .build()));

        assertThat(List.of(
                        started.take().input(),
                        started.take().input(),
                        started.take().input()))
                .containsExactly("{\"attempt\": \"1\"}", "{\"attempt\": \"2\"}", "{\"attempt\": \"3\"}");
        assertDone("patient");

        answers.add(refusal("StateMachineDoesNotExist"));
        create(schedule("hopeless", "at(2026-01-03T00:00:00)").target(target(input)));
        assertThat(started.take().input()).isEqualTo("{\"attempt\": \"1\"}");
        assertDone("hopeless");
        assertThat(started).isEmpty();
    }

    @Test
    @DisplayName("The universal target is StartExecution's own request")
    void universal() throws InterruptedException {
        create(schedule("universal", "rate(1 day)")
                .target(Target.builder()
                        .arn(ScheduleTarget.UNIVERSAL)
                        .roleArn(ROLE)
                        .input("{\"StateMachineArn\": \"" + MACHINE
                                + "\", \"Name\": \"n-<aws.scheduler.attempt-number>\", \"Input\": \"{}\"}")
                        .build()));

        assertThat(started.take())
                .isEqualTo(StartExecutionRequest.builder()
                        .stateMachineArn(MACHINE)
                        .name("n-1")
                        .input("{}")
                        .build());
    }

    @Test
    @DisplayName(
            "One that is disabled isn't due, and one that is deleted isn't any more; enabled again, a rate begins anew")
    void disabled() throws InterruptedException {
        create(schedule("off", "rate(1 hour)").state(ScheduleState.DISABLED));
        create(schedule("gone", "rate(1 hour)"));
        assertThat(started.take().input()).contains("/gone");
        scheduler.deleteSchedule(
                DeleteScheduleRequest.builder().name("gone").clientToken("t").build());
        scheduler.deleteSchedule(
                DeleteScheduleRequest.builder().name("gone").clientToken("t").build());

        machine.pass(Duration.ofMinutes(90));
        assertThat(get("off").state()).isEqualTo(ScheduleState.DISABLED);
        assertThat(started).isEmpty();
        scheduler.updateSchedule(UpdateScheduleRequest.builder()
                .name("off")
                .scheduleExpression("rate(1 hour)")
                .flexibleTimeWindow(off())
                .target(target(null))
                .build());

        assertThat(started.take().input()).contains("/off", "\"time\":\"2026-01-01T01:30:00Z\"");
        assertRefused(
                "ResourceNotFoundException",
                404,
                "Schedule gone does not exist.",
                () -> scheduler.deleteSchedule(
                        DeleteScheduleRequest.builder().name("gone").build()));
    }

    @Test
    @DisplayName("They outlive the lab; what was due meanwhile is made up for once, unless it has become too old")
    void outlive() throws InterruptedException {
        create(schedule("daily", "rate(1 day)"));
        create(schedule("hasty", "rate(1 day)")
                .target(target(null).toBuilder()
                        .retryPolicy(RetryPolicy.builder()
                                .maximumEventAgeInSeconds(60)
                                .build())
                        .build()));
        assertThat(List.of(started.take().input(), started.take().input()))
                .allSatisfy(input -> assertThat(input).contains("\"time\":\"2026-01-01T00:00:00Z\""));
        GetScheduleResponse before = get("daily");
        scheduler.close();

        machine = new SetTime();
        machine.pass(Duration.ofHours(30));
        begin();

        assertThat(started.take().input()).contains("/daily", "\"time\":\"2026-01-02T00:00:00Z\"");
        assertThat(get("daily")).isEqualTo(before);
        machine.pass(Duration.ofHours(18));
        assertThat(List.of(started.take().input(), started.take().input()))
                .allSatisfy(input -> assertThat(input).contains("\"time\":\"2026-01-03T00:00:00Z\""));
        assertThat(started).isEmpty();
    }

    @Test
    @DisplayName("One is described with all that it was given, and with AWS's defaults")
    void described() {
        create(schedule("full", "cron(0 3 ? * SUN *)")
                .description("Sundays")
                .scheduleExpressionTimezone("America/New_York")
                .startDate(START.plusSeconds(60))
                .groupName("default")
                .state(ScheduleState.DISABLED)
                .target(target("{}").toBuilder()
                        .deadLetterConfig(DeadLetterConfig.builder()
                                .arn("arn:aws:sqs:us-east-1:123456789012:dead")
                                .build())
                        .build()));

        assertThat(get("full"))
                .isEqualTo(GetScheduleResponse.builder()
                        .arn("arn:aws:scheduler:us-east-1:123456789012:schedule/default/full")
                        .name("full")
                        .groupName("default")
                        .description("Sundays")
                        .scheduleExpression("cron(0 3 ? * SUN *)")
                        .scheduleExpressionTimezone("America/New_York")
                        .startDate(START.plusSeconds(60))
                        .flexibleTimeWindow(off())
                        .state(ScheduleState.DISABLED)
                        .actionAfterCompletion(ActionAfterCompletion.NONE)
                        .target(Target.builder()
                                .arn(MACHINE)
                                .roleArn(ROLE)
                                .input("{}")
                                .deadLetterConfig(DeadLetterConfig.builder()
                                        .arn("arn:aws:sqs:us-east-1:123456789012:dead")
                                        .build())
                                .retryPolicy(RetryPolicy.builder()
                                        .maximumEventAgeInSeconds(86_400)
                                        .maximumRetryAttempts(185)
                                        .build())
                                .build())
                        .creationDate(START)
                        .lastModificationDate(START)
                        .build());
    }

    @Test
    @DisplayName("They are listed by name, by prefix, by state and by the page")
    void listed() {
        for (String name : List.of("b-two", "a", "b-one")) {
            create(schedule(name, "cron(0 3 1 1 ? *)")
                    .state(name.equals("b-two") ? ScheduleState.DISABLED : ScheduleState.ENABLED));
        }

        assertThat(names(scheduler.listSchedules(ListSchedulesRequest.builder().build())))
                .containsExactly("a", "b-one", "b-two");
        assertThat(names(scheduler.listSchedules(ListSchedulesRequest.builder()
                        .namePrefix("b-")
                        .state(ScheduleState.ENABLED)
                        .groupName("default")
                        .build())))
                .containsExactly("b-one");
        ListSchedulesResponse page = scheduler.listSchedules(
                ListSchedulesRequest.builder().maxResults(2).build());
        assertThat(names(page)).containsExactly("a", "b-one");
        ListSchedulesResponse last = scheduler.listSchedules(
                ListSchedulesRequest.builder().nextToken(page.nextToken()).build());
        assertThat(names(last)).containsExactly("b-two");
        assertThat(last.nextToken()).isNull();
        assertRefused(
                "ValidationException",
                "nothing",
                () -> scheduler.listSchedules(
                        ListSchedulesRequest.builder().nextToken("nothing").build()));
        assertRefused(
                "ValidationException",
                "'maxResults'",
                () -> scheduler.listSchedules(
                        ListSchedulesRequest.builder().maxResults(101).build()));
    }

    @Test
    @DisplayName("There is the one group")
    void group() {
        assertThat(scheduler
                        .listScheduleGroups(ListScheduleGroupsRequest.builder().build())
                        .scheduleGroups())
                .extracting(ScheduleGroupSummary::name, ScheduleGroupSummary::arn)
                .containsExactly(tuple("default", "arn:aws:scheduler:us-east-1:123456789012:schedule-group/default"));
        assertThat(scheduler
                        .getScheduleGroup(GetScheduleGroupRequest.builder()
                                .name("default")
                                .build())
                        .stateAsString())
                .isEqualTo("ACTIVE");
        assertRefused(
                "ResourceNotFoundException",
                404,
                "Schedule group other does not exist.",
                () -> create(schedule("one", "rate(1 day)").groupName("other")));
    }

    @Test
    @DisplayName("A name is taken, but for who creates the same again with the same token")
    void taken() {
        CreateScheduleRequest.Builder request =
                schedule("one", "cron(0 3 1 1 ? *)").clientToken("first");
        create(request);
        create(request);

        assertRefused(
                "ConflictException",
                409,
                "Schedule one already exists.",
                () -> create(schedule("one", "cron(0 3 1 1 ? *)").clientToken("second")));
        assertRefused(
                "ConflictException",
                409,
                "Schedule one already exists.",
                () -> create(schedule("one", "rate(1 day)").clientToken("first")));
        assertThat(started).isEmpty();
    }

    @Test
    @DisplayName("A request is told all that its model finds wrong with it at once")
    void violations() {
        assertRefused(
                "ValidationException",
                "4 validation errors detected: Value 'a b' at 'name' failed to satisfy constraint: Member must satisfy"
                        + " regular expression pattern: [0-9a-zA-Z-_.]+; Value null at 'flexibleTimeWindow' failed to"
                        + " satisfy constraint: Member must not be null; Value 'me' at 'target.roleArn'",
                () -> create(CreateScheduleRequest.builder()
                        .name("a b")
                        .scheduleExpression("rate(1 day)")
                        .target(Target.builder()
                                .arn(MACHINE)
                                .roleArn("me")
                                .retryPolicy(RetryPolicy.builder()
                                        .maximumRetryAttempts(186)
                                        .build())
                                .build())));
    }

    @Test
    @DisplayName("What can't be is refused, and what the lab hasn't got, by name")
    void refused() {
        List<CreateScheduleRequest.Builder> requests = new ArrayList<>();
        requests.add(schedule("one", "rate(0 days)"));
        requests.add(schedule("one", "at(2025-01-01T00:00:00)"));
        requests.add(schedule("one", "rate(1 day)").scheduleExpressionTimezone("Mars/Base"));
        requests.add(schedule("one", "rate(1 day)").startDate(START.minusSeconds(301)));
        requests.add(schedule("one", "rate(1 day)").endDate(START.minusSeconds(1)));
        requests.add(
                schedule("one", "rate(1 day)").startDate(START.plusSeconds(60)).endDate(START.plusSeconds(59)));
        requests.add(schedule("one", "rate(1 day)")
                .flexibleTimeWindow(FlexibleTimeWindow.builder()
                        .mode(FlexibleTimeWindowMode.FLEXIBLE)
                        .build()));
        requests.add(schedule("one", "rate(1 day)").target(target("no JSON")));
        requests.add(schedule("one", "rate(1 day)")
                .target(target("{}").toBuilder().arn(ScheduleTarget.UNIVERSAL).build()));
        requests.add(schedule("one", "rate(1 day)")
                .target(target("{}").toBuilder()
                        .arn("arn:aws:sqs:us-east-1:123456789012:queue")
                        .build()));
        requests.add(schedule("one", "rate(1 day)").kmsKeyArn("arn:aws:kms:us-east-1:123456789012:key/1"));
        List<String> said = List.of(
                "Invalid Schedule Expression rate(0 days)",
                "Invalid Schedule Expression at(2025-01-01T00:00:00)",
                "Mars/Base",
                "StartDate you specify cannot be earlier than 5 minutes ago",
                "EndDate you specify cannot be earlier than now",
                "EndDate you specify cannot be earlier than the StartDate",
                "MaximumWindowInMinutes",
                "Provided Input",
                "StateMachineArn",
                "Provided Arn",
                "KmsKeyArn");
        for (int i = 0; i < said.size(); i++) {
            CreateScheduleRequest.Builder request = requests.get(i);
            assertRefused("ValidationException", said.get(i), () -> create(request));
        }
        assertThat(schedules.all()).isEmpty();
    }

    private static CreateScheduleRequest.Builder schedule(String name, String expression) {
        return CreateScheduleRequest.builder()
                .name(name)
                .scheduleExpression(expression)
                .flexibleTimeWindow(off())
                .target(target(null));
    }

    private static FlexibleTimeWindow off() {
        return FlexibleTimeWindow.builder().mode(FlexibleTimeWindowMode.OFF).build();
    }

    private static Target target(@Nullable String input) {
        return Target.builder().arn(MACHINE).roleArn(ROLE).input(input).build();
    }

    private void create(CreateScheduleRequest.Builder request) {
        var ignored = scheduler.createSchedule(request.build());
    }

    private GetScheduleResponse get(String name) {
        return scheduler.getSchedule(GetScheduleRequest.builder().name(name).build());
    }

    private static List<String> names(ListSchedulesResponse response) {
        return response.schedules().stream().map(ScheduleSummary::name).toList();
    }

    private static String idOf(StartExecutionRequest request) {
        return Session.json(request.input()).path("id").asText();
    }

    /** Waits until a schedule has been invoked for the last time. */
    private void assertDone(String name) throws InterruptedException {
        while (schedules.find(name).orElseThrow().next() != null) {
            Thread.sleep(1);
        }
    }

    private static AwsServiceException refusal(String code) {
        return AwsFault.of(SfnException.builder(), 400, code, "No.");
    }
}
