package dev.prebake.lab.cloud;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.kernel.Json;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.scheduler.model.ActionAfterCompletion;
import software.amazon.awssdk.services.scheduler.model.CreateScheduleRequest;
import software.amazon.awssdk.services.scheduler.model.FlexibleTimeWindow;
import software.amazon.awssdk.services.scheduler.model.FlexibleTimeWindowMode;
import software.amazon.awssdk.services.scheduler.model.RetryPolicy;
import software.amazon.awssdk.services.scheduler.model.ScheduleState;
import software.amazon.awssdk.services.scheduler.model.Target;

/**
 * What a schedule is told to do.
 *
 * @param expression when, as it was given
 * @param timezone where the expression is meant
 * @param startsAt before which it isn't due; absent for none. Neither this nor the end counts for a single time
 * @param endsAt after which it isn't due; absent for none
 * @param windowMinutes the flexible window after each time, 1 to 1,440; absent for none
 * @param enabled whether it is due at all
 * @param deletedAfterCompletion whether it goes when it has invoked its target for the last time
 *
 * @see <a href="https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html">CreateSchedule</a>
 */
record ScheduleSettings(
        @Nullable String description,
        String expression,
        String timezone,
        @Nullable Instant startsAt,
        @Nullable Instant endsAt,
        @Nullable Integer windowMinutes,
        boolean enabled,
        boolean deletedAfterCompletion,
        ScheduleTarget target) {
    static final Pattern NAME = Pattern.compile("[0-9a-zA-Z-_.]+");
    static final int LONGEST_NAME = 64;

    private static final Pattern ROLE = Pattern.compile("arn:aws(-[a-z]+)?:iam::\\d{12}:role/[\\w+=,.@/-]+");
    private static final Pattern QUEUE = Pattern.compile("arn:aws(-[a-z]+)?:sqs:[a-z0-9\\-]+:\\d{12}:[a-zA-Z0-9\\-_]+");
    private static final Pattern TOKEN = Pattern.compile("[a-zA-Z0-9-_]+");
    private static final Pattern MACHINE =
            Pattern.compile("arn:aws(-[a-z]+)?:states:[a-z0-9-]+:\\d{12}:stateMachine:[^:]+");
    private static final int LONGEST_ARN = 1600;
    private static final int LONGEST_DESCRIPTION = 512;
    private static final int LONGEST_EXPRESSION = 256;
    private static final int LONGEST_TIMEZONE = 50;
    private static final int LONGEST_TOKEN = 64;
    private static final int LONGEST_WINDOW = 1440;
    private static final int SHORTEST_EVENT_AGE_SECONDS = 60;
    private static final Duration OLDEST_START = Duration.ofMinutes(5);

    /**
     * Reads a request.
     *
     * @param request an update's members stand in a creation's request, which are the same
     * @param now the machine's time
     */
    static ScheduleSettings of(CreateScheduleRequest request, Instant now) {
        check(request);
        FlexibleTimeWindow window = request.flexibleTimeWindow();
        Target target = request.target();
        RetryPolicy retries =
                target.retryPolicy() == null ? RetryPolicy.builder().build() : target.retryPolicy();
        ScheduleSettings settings = new ScheduleSettings(
                request.description(),
                request.scheduleExpression(),
                or(request.scheduleExpressionTimezone(), "UTC"),
                request.startDate(),
                request.endDate(),
                window.mode() == FlexibleTimeWindowMode.FLEXIBLE ? window.maximumWindowInMinutes() : null,
                request.state() != ScheduleState.DISABLED,
                request.actionAfterCompletion() == ActionAfterCompletion.DELETE,
                new ScheduleTarget(
                        target.arn(),
                        target.roleArn(),
                        target.input(),
                        target.deadLetterConfig() == null
                                ? null
                                : target.deadLetterConfig().arn(),
                        or(retries.maximumEventAgeInSeconds(), ScheduleTarget.LONGEST_EVENT_AGE_SECONDS),
                        or(retries.maximumRetryAttempts(), ScheduleTarget.MOST_RETRIES)));
        settings.checkMeaning(window, now);
        refuseExtras(request);
        return settings;
    }

    Optional<Instant> dueFrom(Instant earliest, Instant changedAt) {
        ScheduleExpression when = when();
        if (when instanceof ScheduleExpression.At) {
            return when.from(earliest, changedAt);
        }
        Instant start = startsAt == null ? changedAt : startsAt;
        return when.from(earliest.isBefore(start) ? start : earliest, start)
                .filter(due -> endsAt == null || !due.isAfter(endsAt));
    }

    private ScheduleExpression when() {
        return ScheduleExpression.parse(expression, ZoneId.of(timezone));
    }

    private static void check(CreateScheduleRequest request) {
        ConstraintViolations violations = new ConstraintViolations();
        violations
                .length("name", request.name(), 1, LONGEST_NAME)
                .pattern("name", request.name(), NAME)
                .length("groupName", request.groupName(), 1, LONGEST_NAME)
                .pattern("groupName", request.groupName(), NAME)
                .length("description", request.description(), 0, LONGEST_DESCRIPTION)
                .required("scheduleExpression", request.scheduleExpression())
                .length("scheduleExpression", request.scheduleExpression(), 1, LONGEST_EXPRESSION)
                .length("scheduleExpressionTimezone", request.scheduleExpressionTimezone(), 1, LONGEST_TIMEZONE)
                .length("clientToken", request.clientToken(), 1, LONGEST_TOKEN)
                .pattern("clientToken", request.clientToken(), TOKEN)
                .oneOf("state", request.stateAsString(), List.of(ScheduleState.ENABLED, ScheduleState.DISABLED))
                .oneOf(
                        "actionAfterCompletion",
                        request.actionAfterCompletionAsString(),
                        List.of(ActionAfterCompletion.NONE, ActionAfterCompletion.DELETE))
                .required("flexibleTimeWindow", request.flexibleTimeWindow())
                .required("target", request.target());
        if (request.flexibleTimeWindow() != null) {
            FlexibleTimeWindow window = request.flexibleTimeWindow();
            violations
                    .required("flexibleTimeWindow.mode", window.modeAsString())
                    .oneOf(
                            "flexibleTimeWindow.mode",
                            window.modeAsString(),
                            List.of(FlexibleTimeWindowMode.OFF, FlexibleTimeWindowMode.FLEXIBLE))
                    .range(
                            "flexibleTimeWindow.maximumWindowInMinutes",
                            window.maximumWindowInMinutes(),
                            1,
                            LONGEST_WINDOW);
        }
        if (request.target() != null) {
            check(request.target(), violations);
        }
        violations.refuse(SchedulerFault::validation);
    }

    private static void check(Target target, ConstraintViolations violations) {
        violations
                .required("target.arn", target.arn())
                .length("target.arn", target.arn(), 1, LONGEST_ARN)
                .required("target.roleArn", target.roleArn())
                .length("target.roleArn", target.roleArn(), 1, LONGEST_ARN)
                .pattern("target.roleArn", target.roleArn(), ROLE)
                .length("target.input", target.input(), 1, Integer.MAX_VALUE);
        if (target.deadLetterConfig() != null) {
            violations.pattern(
                    "target.deadLetterConfig.arn", target.deadLetterConfig().arn(), QUEUE);
        }
        if (target.retryPolicy() != null) {
            violations
                    .range(
                            "target.retryPolicy.maximumEventAgeInSeconds",
                            target.retryPolicy().maximumEventAgeInSeconds(),
                            SHORTEST_EVENT_AGE_SECONDS,
                            ScheduleTarget.LONGEST_EVENT_AGE_SECONDS)
                    .range(
                            "target.retryPolicy.maximumRetryAttempts",
                            target.retryPolicy().maximumRetryAttempts(),
                            0,
                            ScheduleTarget.MOST_RETRIES);
        }
    }

    /** What no model says: that dates are in order, that an expression is one, that a target is the lab's. */
    private void checkMeaning(FlexibleTimeWindow window, Instant now) {
        try {
            var _ = ZoneId.of(timezone);
        } catch (DateTimeException e) {
            throw SchedulerFault.validation("The ScheduleExpressionTimezone " + timezone
                    + " is none: give a name of the IANA time zone database, such as Europe/Paris.");
        }
        ScheduleExpression when;
        try {
            when = when();
        } catch (IllegalArgumentException e) {
            throw SchedulerFault.validation(String.valueOf(e.getMessage()));
        }
        if (window.mode() == FlexibleTimeWindowMode.FLEXIBLE && window.maximumWindowInMinutes() == null) {
            throw SchedulerFault.validation(
                    "A FlexibleTimeWindow of Mode FLEXIBLE needs MaximumWindowInMinutes, 1 to " + LONGEST_WINDOW + ".");
        }
        if (when instanceof ScheduleExpression.At at) {
            if (at.due().isBefore(now) && enabled) {
                throw SchedulerFault.validation("Invalid Schedule Expression " + expression + ": it is " + now
                        + " already, and a schedule that invokes its target once has to do so later.");
            }
        } else {
            checkDates(now);
        }
        checkTarget();
    }

    private void checkDates(Instant now) {
        if (startsAt != null && startsAt.isBefore(now.minus(OLDEST_START))) {
            throw SchedulerFault.validation("The StartDate you specify cannot be earlier than 5 minutes ago.");
        }
        if (endsAt != null && endsAt.isBefore(now)) {
            throw SchedulerFault.validation("The EndDate you specify cannot be earlier than now, " + now + ".");
        }
        if (startsAt != null && endsAt != null && endsAt.isBefore(startsAt)) {
            throw SchedulerFault.validation("The EndDate you specify cannot be earlier than the StartDate.");
        }
    }

    private void checkTarget() {
        boolean universal = target.arn().equals(ScheduleTarget.UNIVERSAL);
        if (!universal && !MACHINE.matcher(target.arn()).matches()) {
            throw SchedulerFault.validation(
                    "Provided Arn is not in correct format: the lab's schedules start executions;"
                            + " a target is a state machine's ARN or " + ScheduleTarget.UNIVERSAL + ", not "
                            + target.arn()
                            + ".");
        }
        String input = target.input();
        if (universal && input == null) {
            throw SchedulerFault.validation("A universal target needs an Input: the request of its operation.");
        }
        if (input != null
                && (!isJson(input)
                        || (universal && !json(input).path("StateMachineArn").isTextual()))) {
            throw SchedulerFault.validation("Provided Input is not valid for " + target.arn()
                    + ": it has to be well-formed JSON" + (universal ? ", with StateMachineArn." : "."));
        }
    }

    private static boolean isJson(String text) {
        try {
            return !Json.mapper().readTree(text).isMissingNode();
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    private static JsonNode json(String text) {
        try {
            return Json.mapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("This was JSON before: " + text, e);
        }
    }

    /** What the lab hasn't got is refused by its name, not passed over. */
    private static void refuseExtras(CreateScheduleRequest request) {
        if (request.kmsKeyArn() != null) {
            throw SchedulerFault.validation("The lab encrypts nothing: leave KmsKeyArn out.");
        }
        Target target = request.target();
        if (target.ecsParameters() != null
                || target.eventBridgeParameters() != null
                || target.kinesisParameters() != null
                || target.sageMakerPipelineParameters() != null
                || target.sqsParameters() != null) {
            throw SchedulerFault.validation(
                    "Parameters of other services don't go with the target " + target.arn() + ": leave them out.");
        }
    }

    private static <T> T or(@Nullable T value, T otherwise) {
        return value == null ? otherwise : value;
    }
}
