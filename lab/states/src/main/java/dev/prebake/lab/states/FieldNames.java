package dev.prebake.lab.states;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Which fields the language has where, for the parser to tell a slip of the pen from what is only unknown here. */
final class FieldNames {
    /** The fields of a definition itself. */
    static final Set<String> TOP = Set.of("Comment", "QueryLanguage", "StartAt", "States", "TimeoutSeconds", "Version");

    static final Set<String> RULE = Set.of("Comment", "Condition", "Next", "Assign", "Output");
    static final Set<String> CATCHER = Set.of("Comment", "ErrorEquals", "Next", "Assign", "Output");
    static final Set<String> RETRIER = Set.of(
            "Comment",
            "ErrorEquals",
            "IntervalSeconds",
            "MaxAttempts",
            "BackoffRate",
            "MaxDelaySeconds",
            "JitterStrategy");

    private static final Set<String> EVERY_STATE = Set.of("Type", "Comment", "QueryLanguage");

    private static final Map<String, Set<String>> BY_TYPE = Map.of(
            "Task",
            Set.of("Resource", "Arguments", "TimeoutSeconds", "Retry", "Catch", "Assign", "Output", "Next", "End"),
            "Pass",
            Set.of("Assign", "Output", "Next", "End"),
            "Choice",
            Set.of("Choices", "Default", "Assign", "Output"),
            "Wait",
            Set.of("Seconds", "Timestamp", "Assign", "Output", "Next", "End"),
            "Succeed",
            Set.of("Output"),
            "Fail",
            Set.of("Error", "Cause"));

    private static final Set<String> JSONPATH = Set.of(
            "InputPath",
            "Parameters",
            "ResultSelector",
            "ResultPath",
            "OutputPath",
            "Result",
            "SecondsPath",
            "TimestampPath",
            "TimeoutSecondsPath",
            "HeartbeatSecondsPath",
            "ErrorPath",
            "CausePath",
            "Variable",
            "And",
            "Or",
            "Not");

    private static final Map<String, String> UNKNOWN_HERE = Map.of(
            "HeartbeatSeconds", "heartbeats (HeartbeatSeconds) aren't run by the lab; AWS Step Functions has them",
            "Credentials", "cross-account Credentials aren't run by the lab; AWS Step Functions has them");

    private static final Map<String, String> UNKNOWN_TYPES = Map.of(
            "Map", "Map states aren't run by the lab; AWS Step Functions has them",
            "Parallel", "Parallel states aren't run by the lab; AWS Step Functions has them");

    private FieldNames() {}

    static boolean isType(String type) {
        return BY_TYPE.containsKey(type);
    }

    /** Why a state's type isn't accepted. */
    static String refusalOfType(String type) {
        return UNKNOWN_TYPES.getOrDefault(
                type,
                "'" + type + "' is no type of state; there are "
                        + BY_TYPE.keySet().stream().sorted().toList());
    }

    static void check(Fields fields, Set<String> known) {
        fields.each((name, value) -> {
            if (known.contains(name)) {
                return;
            }
            if (UNKNOWN_HERE.containsKey(name)) {
                fields.problem(name, UNKNOWN_HERE.getOrDefault(name, name));
            } else if (JSONPATH.contains(name)) {
                fields.problem(
                        name,
                        "'" + name + "' belongs to the JSONPath dialect; in JSONata, Arguments, Output, Assign and"
                                + " expressions in the fields themselves take its place");
            } else {
                fields.problem(
                        name,
                        "no field '" + name + "' here; there are "
                                + known.stream().sorted().toList());
            }
        });
    }

    static void checkState(Fields fields, String type) {
        Set<String> known = new HashSet<>(EVERY_STATE);
        known.addAll(BY_TYPE.getOrDefault(type, Set.of()));
        check(fields, known);
    }
}
