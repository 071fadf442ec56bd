package dev.prebake.lab.states;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads states. What is wrong goes to the fields' problems; a state is empty when not even its type is known. */
final class StateReader {
    /** A service integration, and what may follow its action: the pattern of waiting for it. */
    private static final Pattern INTEGRATION = Pattern.compile(
            "arn:[a-z0-9-]+:states:::(?:aws-sdk:)?[A-Za-z0-9]+:[A-Za-z0-9.]+?(\\.sync(?::2)?|\\.waitForTaskToken)?");

    private static final Pattern ACTIVITY = Pattern.compile("arn:[a-z0-9-]+:states:[^:]+:[^:]+:activity:.+");
    private static final Pattern FUNCTION = Pattern.compile("arn:[a-z0-9-]+:lambda:[^:]+:[^:]+:function:.+");

    private final String defaultLanguage;

    StateReader(String defaultLanguage) {
        this.defaultLanguage = defaultLanguage;
    }

    Optional<State> read(String name, Fields fields) {
        fields.text("Comment");
        String type = fields.required("Type").isPresent() ? fields.text("Type").orElse("") : "";
        if (type.isEmpty()) {
            return Optional.empty();
        }
        if (!FieldNames.isType(type)) {
            fields.problem("Type", FieldNames.refusalOfType(type));
            return Optional.empty();
        }
        checkLanguage(fields);
        FieldNames.checkState(fields, type);
        return Optional.of(
                switch (type) {
                    case "Task" -> task(name, fields);
                    case "Pass" -> new State.PassState(name, handover(fields), next(fields));
                    case "Choice" -> choice(name, fields);
                    case "Wait" -> wait(name, fields);
                    case "Succeed" -> new State.SucceedState(name, handover(fields));
                    default ->
                        new State.FailState(
                                name,
                                typed(fields, "Error", JsonNodeType.STRING),
                                typed(fields, "Cause", JsonNodeType.STRING));
                });
    }

    private void checkLanguage(Fields fields) {
        String language = fields.text("QueryLanguage").orElse(defaultLanguage);
        if (language.equals("JSONPath") && defaultLanguage.equals("JSONata")) {
            fields.problem("QueryLanguage", "can't be JSONPath in a state machine whose QueryLanguage is JSONata");
        } else if (!language.equals("JSONata")) {
            fields.problem("this state's QueryLanguage is " + language
                    + "; the lab runs JSONata alone: set \"QueryLanguage\": \"JSONata\" at the top of the definition");
        }
    }

    private static State task(String name, Fields fields) {
        List<Retrier> retry = new ArrayList<>();
        fields.eachElement("Retry", element -> retry.add(retrier(element)));
        checkAllIsLast(fields, "Retry", retry.stream().map(Retrier::errorEquals).toList());
        List<Catcher> catchers = new ArrayList<>();
        fields.eachElement("Catch", element -> catchers.add(catcher(element)));
        checkAllIsLast(
                fields, "Catch", catchers.stream().map(Catcher::errorEquals).toList());
        return new State.TaskState(
                name,
                resource(fields),
                fields.template("Arguments"),
                seconds(fields, "TimeoutSeconds", 1),
                retry,
                catchers,
                handover(fields),
                next(fields));
    }

    private static String resource(Fields fields) {
        if (fields.required("Resource").isEmpty()) {
            return "";
        }
        String resource = fields.text("Resource").orElse("");
        Matcher integration = INTEGRATION.matcher(resource);
        if (integration.matches()) {
            if (integration.group(1) != null) {
                fields.problem(
                        "Resource",
                        "the integration pattern '" + integration.group(1)
                                + "' isn't run by the lab; AWS Step Functions has it. The lab runs request-response"
                                + " integrations, such as arn:aws:states:::lambda:invoke");
            }
        } else if (ACTIVITY.matcher(resource).matches()) {
            fields.problem("Resource", "activities aren't run by the lab; AWS Step Functions has them");
        } else if (FUNCTION.matcher(resource).matches()) {
            fields.problem(
                    "Resource",
                    "functions called by their own ARN aren't run by the lab; use arn:aws:states:::lambda:invoke with"
                            + " the function in Arguments");
        } else if (!resource.isEmpty()) {
            fields.problem(
                    "Resource",
                    "'" + resource + "' is no service integration; one reads arn:aws:states:::lambda:invoke");
        }
        return resource;
    }

    private static State choice(String name, Fields fields) {
        fields.required("Choices");
        List<ChoiceRule> rules = new ArrayList<>();
        fields.eachElement("Choices", rule -> {
            FieldNames.check(rule, FieldNames.RULE);
            rule.text("Comment");
            rule.required("Condition");
            rule.required("Next");
            Template condition = typed(rule, "Condition", JsonNodeType.BOOLEAN);
            rules.add(new ChoiceRule(
                    condition == null ? new Template.Constant(BooleanNode.FALSE) : condition,
                    handover(rule),
                    rule.text("Next").orElse("")));
        });
        return new State.ChoiceState(
                name, rules, handover(fields), fields.text("Default").orElse(null));
    }

    private static State wait(String name, Fields fields) {
        if (fields.has("Seconds") == fields.has("Timestamp")) {
            fields.problem("a Wait has either Seconds or Timestamp");
        }
        Template timestamp = typed(fields, "Timestamp", JsonNodeType.STRING);
        if (timestamp instanceof Template.Constant(JsonNode value)
                && value.isTextual()
                && !isMeantAsExpression(value)) {
            try {
                OffsetDateTime.parse(value.textValue());
            } catch (DateTimeParseException e) {
                fields.problem("Timestamp", "must be a date and time with an offset, such as 2026-01-31T18:00:00Z");
            }
        }
        return new State.WaitState(name, seconds(fields, "Seconds", 0), timestamp, handover(fields), next(fields));
    }

    private static Retrier retrier(Fields fields) {
        FieldNames.check(fields, FieldNames.RETRIER);
        fields.text("Comment");
        int interval = fields.whole("IntervalSeconds", 1, Limits.MAX_SECONDS, 1);
        int maxDelay = fields.whole("MaxDelaySeconds", 1, 31_622_399, 0);
        if (maxDelay != 0 && maxDelay <= interval) {
            fields.problem("MaxDelaySeconds", "must be greater than IntervalSeconds, which is " + interval);
        }
        double backoff = 2.0;
        JsonNode rate = fields.get("BackoffRate");
        if (rate != null && rate.isNumber() && rate.doubleValue() >= 1.0) {
            backoff = rate.doubleValue();
        } else if (rate != null) {
            fields.problem("BackoffRate", "must be a number of 1.0 or more");
        }
        String jitter = fields.text("JitterStrategy").orElse("NONE");
        if (!jitter.equals("FULL") && !jitter.equals("NONE")) {
            fields.problem("JitterStrategy", "must be FULL or NONE");
        }
        return new Retrier(
                errorEquals(fields),
                Duration.ofSeconds(interval),
                fields.whole("MaxAttempts", 0, Limits.MAX_SECONDS, 3),
                backoff,
                maxDelay == 0 ? null : Duration.ofSeconds(maxDelay),
                jitter.equals("FULL"));
    }

    private static Catcher catcher(Fields fields) {
        FieldNames.check(fields, FieldNames.CATCHER);
        fields.text("Comment");
        fields.required("Next");
        return new Catcher(
                errorEquals(fields), handover(fields), fields.text("Next").orElse(""));
    }

    private static List<String> errorEquals(Fields fields) {
        List<String> names = new ArrayList<>();
        JsonNode written = fields.required("ErrorEquals").orElse(null);
        if (written == null) {
            return names;
        }
        if (!written.isArray() || written.isEmpty()) {
            fields.problem("ErrorEquals", "must be an array with at least one error's name");
            return names;
        }
        for (int i = 0; i < written.size(); i++) {
            String name = written.get(i).isTextual() ? written.get(i).textValue() : "";
            if (name.isEmpty()) {
                fields.problem("ErrorEquals", i, "must be an error's name");
            } else if (name.startsWith("States.") && !ErrorNames.PREDEFINED.contains(name)) {
                fields.problem(
                        "ErrorEquals",
                        i,
                        "the language has no error '" + name + "', and the prefix 'States.' is its own");
            }
            names.add(name);
        }
        if (names.contains(ErrorNames.ALL) && names.size() > 1) {
            fields.problem("ErrorEquals", "States.ALL must stand alone");
        }
        return names;
    }

    private static void checkAllIsLast(Fields fields, String field, List<List<String>> errorEquals) {
        for (int i = 0; i < errorEquals.size() - 1; i++) {
            if (errorEquals.get(i).contains(ErrorNames.ALL)) {
                fields.problem(field, i, "States.ALL must be in the last element");
            }
        }
    }

    private static Handover handover(Fields fields) {
        return new Handover(fields.assign(), fields.template("Output"));
    }

    private static @Nullable String next(Fields fields) {
        String next = fields.text("Next").orElse(null);
        JsonNode end = fields.get("End");
        if (end != null && !end.isBoolean()) {
            fields.problem("End", "must be true");
        }
        boolean ends = end != null && end.booleanValue();
        if (ends == fields.has("Next")) {
            fields.problem("needs either Next or \"End\": true");
        }
        return next;
    }

    /** A field that holds an expression, or a constant of one type. */
    private static @Nullable Template typed(Fields fields, String field, JsonNodeType type) {
        Template template = fields.template(field);
        if (template == null) {
            return null;
        }
        JsonNode written = fields.get(field);
        if (!isMeantAsExpression(written) && (written == null || written.getNodeType() != type)) {
            fields.problem(field, "must be a " + type.name().toLowerCase(Locale.ROOT) + " or an expression");
        }
        return template;
    }

    private static @Nullable Template seconds(Fields fields, String field, int least) {
        Template template = fields.template(field);
        if (!isMeantAsExpression(fields.get(field))) {
            fields.whole(field, least, Limits.MAX_SECONDS, least);
        }
        return template;
    }

    /** Whether it is an expression, or would be if it were right, which has been said already. */
    private static boolean isMeantAsExpression(@Nullable JsonNode written) {
        return written != null
                && written.isTextual()
                && (Expression.isExpression(written.textValue()) || Expression.isHalfExpression(written.textValue()));
    }
}
