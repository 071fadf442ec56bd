package dev.prebake.lab.states;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A state of a definition: what it does, and where it leads. */
public sealed interface State {

    /** The state's name, unique in its definition. */
    String name();

    /** The state's type, as the language spells it; history events are named after it. */
    String type();

    /**
     * Calls a resource.
     *
     * @param resource the integration's ARN, such as {@code arn:aws:states:::lambda:invoke}
     * @param arguments what the resource gets; null for the state's input
     * @param timeoutSeconds evaluates to the whole seconds that one attempt may take; null for no limit
     * @param next the state that follows; null at an end
     */
    record TaskState(
            String name,
            String resource,
            @Nullable Template arguments,
            @Nullable Template timeoutSeconds,
            List<Retrier> retry,
            List<Catcher> catchers,
            Handover handover,
            @Nullable String next)
            implements State {
        @Override
        public String type() {
            return "Task";
        }
    }

    /** Hands its input on, or what it makes of it. */
    record PassState(
            String name, Handover handover, @Nullable String next) implements State {
        @Override
        public String type() {
            return "Pass";
        }
    }

    /**
     * Goes where the first rule that holds leads.
     *
     * @param handover applied when no rule holds
     * @param defaultNext where to go when no rule holds; null to fail with {@code States.NoChoiceMatched}
     */
    record ChoiceState(
            String name,
            List<ChoiceRule> rules,
            Handover handover,
            @Nullable String defaultNext) implements State {
        @Override
        public String type() {
            return "Choice";
        }
    }

    /**
     * Waits for a span, or until an instant; one of the two is null.
     *
     * @param seconds evaluates to whole seconds, 0 or more
     * @param timestamp evaluates to an ISO-8601 date and time with an offset
     */
    record WaitState(
            String name,
            @Nullable Template seconds,
            @Nullable Template timestamp,
            Handover handover,
            @Nullable String next)
            implements State {
        @Override
        public String type() {
            return "Wait";
        }
    }

    /** Ends the execution well. */
    record SucceedState(String name, Handover handover) implements State {
        @Override
        public String type() {
            return "Succeed";
        }
    }

    /** Ends the execution with an error, whose name and cause evaluate to strings. */
    record FailState(
            String name, @Nullable Template error, @Nullable Template cause) implements State {
        @Override
        public String type() {
            return "Fail";
        }
    }
}
