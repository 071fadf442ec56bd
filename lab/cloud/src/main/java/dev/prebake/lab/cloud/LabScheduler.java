package dev.prebake.lab.cloud;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.scheduler.SchedulerClient;
import software.amazon.awssdk.services.scheduler.model.ActionAfterCompletion;
import software.amazon.awssdk.services.scheduler.model.CreateScheduleRequest;
import software.amazon.awssdk.services.scheduler.model.CreateScheduleResponse;
import software.amazon.awssdk.services.scheduler.model.DeadLetterConfig;
import software.amazon.awssdk.services.scheduler.model.DeleteScheduleRequest;
import software.amazon.awssdk.services.scheduler.model.DeleteScheduleResponse;
import software.amazon.awssdk.services.scheduler.model.FlexibleTimeWindow;
import software.amazon.awssdk.services.scheduler.model.FlexibleTimeWindowMode;
import software.amazon.awssdk.services.scheduler.model.GetScheduleGroupRequest;
import software.amazon.awssdk.services.scheduler.model.GetScheduleGroupResponse;
import software.amazon.awssdk.services.scheduler.model.GetScheduleRequest;
import software.amazon.awssdk.services.scheduler.model.GetScheduleResponse;
import software.amazon.awssdk.services.scheduler.model.ListScheduleGroupsRequest;
import software.amazon.awssdk.services.scheduler.model.ListScheduleGroupsResponse;
import software.amazon.awssdk.services.scheduler.model.ListSchedulesRequest;
import software.amazon.awssdk.services.scheduler.model.ListSchedulesResponse;
import software.amazon.awssdk.services.scheduler.model.RetryPolicy;
import software.amazon.awssdk.services.scheduler.model.ScheduleGroupState;
import software.amazon.awssdk.services.scheduler.model.ScheduleGroupSummary;
import software.amazon.awssdk.services.scheduler.model.ScheduleState;
import software.amazon.awssdk.services.scheduler.model.ScheduleSummary;
import software.amazon.awssdk.services.scheduler.model.Target;
import software.amazon.awssdk.services.scheduler.model.TargetSummary;
import software.amazon.awssdk.services.scheduler.model.UpdateScheduleRequest;
import software.amazon.awssdk.services.scheduler.model.UpdateScheduleResponse;

/** EventBridge Scheduler over the lab's {@link Schedules}: the default group, and state machines as targets. */
final class LabScheduler implements SchedulerClient {
    private static final int LARGEST_PAGE = 100;
    private static final String GROUP_ARN =
            "arn:aws:scheduler:" + Account.REGION + ":" + Account.ID + ":schedule-group/" + StoredSchedule.GROUP;

    private final Schedules schedules;
    /** The tokens that schedules were deleted with, by their names, for a client that asks for the same again. */
    private final Map<String, String> deletedWith = new HashMap<>();

    LabScheduler(Schedules schedules) {
        this.schedules = schedules;
    }

    @Override
    public synchronized CreateScheduleResponse createSchedule(CreateScheduleRequest request) {
        Instant now = now();
        ScheduleSettings settings = ScheduleSettings.of(request, now);
        checkGroup(request.groupName());
        StoredSchedule present = schedules.find(request.name()).orElse(null);
        if (present != null) {
            boolean repeated = present.clientToken() != null
                    && present.clientToken().equals(request.clientToken())
                    && present.settings().equals(settings);
            if (!repeated) {
                throw SchedulerFault.conflict("Schedule " + request.name() + " already exists.");
            }
            return CreateScheduleResponse.builder().scheduleArn(present.arn()).build();
        }
        StoredSchedule created = new StoredSchedule(request.name(), settings, now, now, request.clientToken(), null);
        schedules.put(created);
        return CreateScheduleResponse.builder().scheduleArn(created.arn()).build();
    }

    /** What the request doesn't have becomes what it is by default, whatever it was before. */
    @Override
    public synchronized UpdateScheduleResponse updateSchedule(UpdateScheduleRequest request) {
        CreateScheduleRequest.Builder same = CreateScheduleRequest.builder();
        PojoCopy.copy(request, same);
        Instant now = now();
        ScheduleSettings settings = ScheduleSettings.of(same.build(), now);
        StoredSchedule present = existing(request.name(), request.groupName());
        schedules.put(
                new StoredSchedule(present.name(), settings, present.createdAt(), now, present.clientToken(), null));
        return UpdateScheduleResponse.builder().scheduleArn(present.arn()).build();
    }

    @Override
    public synchronized DeleteScheduleResponse deleteSchedule(DeleteScheduleRequest request) {
        String token = request.clientToken();
        if (token == null || !token.equals(deletedWith.get(request.name()))) {
            StoredSchedule present = existing(request.name(), request.groupName());
            var ignored = schedules.remove(present.name());
            if (token != null) {
                deletedWith.put(present.name(), token);
            }
        }
        return DeleteScheduleResponse.builder().build();
    }

    @Override
    public GetScheduleResponse getSchedule(GetScheduleRequest request) {
        StoredSchedule schedule = existing(request.name(), request.groupName());
        ScheduleSettings settings = schedule.settings();
        return GetScheduleResponse.builder()
                .arn(schedule.arn())
                .name(schedule.name())
                .groupName(StoredSchedule.GROUP)
                .description(settings.description())
                .scheduleExpression(settings.expression())
                .scheduleExpressionTimezone(settings.timezone())
                .startDate(settings.startsAt())
                .endDate(settings.endsAt())
                .flexibleTimeWindow(window(settings.windowMinutes()))
                .state(state(settings))
                .actionAfterCompletion(
                        settings.deletedAfterCompletion() ? ActionAfterCompletion.DELETE : ActionAfterCompletion.NONE)
                .target(target(settings.target()))
                .creationDate(schedule.createdAt())
                .lastModificationDate(schedule.modifiedAt())
                .build();
    }

    @Override
    public ListSchedulesResponse listSchedules(ListSchedulesRequest request) {
        checkPage(request.namePrefix(), request.maxResults())
                .length("groupName", request.groupName(), 1, ScheduleSettings.LONGEST_NAME)
                .oneOf("state", request.stateAsString(), List.of(ScheduleState.ENABLED, ScheduleState.DISABLED))
                .refuse(SchedulerFault::validation);
        if (request.groupName() != null) {
            checkGroup(request.groupName());
        }
        Page<StoredSchedule> page = page(
                schedules.all().stream()
                        .filter(each ->
                                request.namePrefix() == null || each.name().startsWith(request.namePrefix()))
                        .filter(each -> request.state() == null || state(each.settings()) == request.state())
                        .toList(),
                request.maxResults(),
                request.nextToken());
        return ListSchedulesResponse.builder()
                .schedules(page.items().stream().map(LabScheduler::summary).toList())
                .nextToken(page.nextToken())
                .build();
    }

    @Override
    public GetScheduleGroupResponse getScheduleGroup(GetScheduleGroupRequest request) {
        checkGroup(request.name());
        return GetScheduleGroupResponse.builder()
                .arn(GROUP_ARN)
                .name(StoredSchedule.GROUP)
                .state(ScheduleGroupState.ACTIVE)
                .build();
    }

    @Override
    public ListScheduleGroupsResponse listScheduleGroups(ListScheduleGroupsRequest request) {
        checkPage(request.namePrefix(), request.maxResults()).refuse(SchedulerFault::validation);
        boolean asked = request.namePrefix() == null || StoredSchedule.GROUP.startsWith(request.namePrefix());
        ScheduleGroupSummary group = ScheduleGroupSummary.builder()
                .arn(GROUP_ARN)
                .name(StoredSchedule.GROUP)
                .state(ScheduleGroupState.ACTIVE)
                .build();
        return ListScheduleGroupsResponse.builder()
                .scheduleGroups(asked ? List.of(group) : List.of())
                .build();
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {
        schedules.close();
    }

    /** Whole seconds, as they are written in a schedule's expression and dates. */
    private Instant now() {
        return schedules.now().truncatedTo(ChronoUnit.SECONDS);
    }

    private StoredSchedule existing(String name, @Nullable String group) {
        checkGroup(group);
        return schedules.find(name).orElseThrow(() -> notFound("Schedule " + name + " does not exist."));
    }

    private static void checkGroup(@Nullable String group) {
        if (group != null && !group.equals(StoredSchedule.GROUP)) {
            throw notFound("Schedule group " + group + " does not exist.");
        }
    }

    private static AwsServiceException notFound(String message) {
        return SchedulerFault.notFound(message);
    }

    private static ConstraintViolations checkPage(@Nullable String namePrefix, @Nullable Integer maxResults) {
        return new ConstraintViolations()
                .length("namePrefix", namePrefix, 1, ScheduleSettings.LONGEST_NAME)
                .pattern("namePrefix", namePrefix, ScheduleSettings.NAME)
                .range("maxResults", maxResults, 1, LARGEST_PAGE);
    }

    private static Page<StoredSchedule> page(
            List<StoredSchedule> all, @Nullable Integer asked, @Nullable String token) {
        try {
            return Page.of(all, StoredSchedule::name, asked, LARGEST_PAGE, token);
        } catch (Page.InvalidPageTokenException e) {
            throw SchedulerFault.validation(String.valueOf(e.getMessage()));
        }
    }

    private static ScheduleSummary summary(StoredSchedule schedule) {
        return ScheduleSummary.builder()
                .arn(schedule.arn())
                .name(schedule.name())
                .groupName(StoredSchedule.GROUP)
                .state(state(schedule.settings()))
                .creationDate(schedule.createdAt())
                .lastModificationDate(schedule.modifiedAt())
                .target(TargetSummary.builder()
                        .arn(schedule.settings().target().arn())
                        .build())
                .build();
    }

    private static ScheduleState state(ScheduleSettings settings) {
        return settings.enabled() ? ScheduleState.ENABLED : ScheduleState.DISABLED;
    }

    private static FlexibleTimeWindow window(@Nullable Integer minutes) {
        return FlexibleTimeWindow.builder()
                .mode(minutes == null ? FlexibleTimeWindowMode.OFF : FlexibleTimeWindowMode.FLEXIBLE)
                .maximumWindowInMinutes(minutes)
                .build();
    }

    private static Target target(ScheduleTarget target) {
        return Target.builder()
                .arn(target.arn())
                .roleArn(target.roleArn())
                .input(target.input())
                .deadLetterConfig(
                        target.deadLetterArn() == null
                                ? null
                                : DeadLetterConfig.builder()
                                        .arn(target.deadLetterArn())
                                        .build())
                .retryPolicy(RetryPolicy.builder()
                        .maximumEventAgeInSeconds(target.maxEventAgeSeconds())
                        .maximumRetryAttempts(target.maxRetries())
                        .build())
                .build();
    }
}
