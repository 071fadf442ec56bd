package dev.prebake.test;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/**
 * What a role may do, decided as IAM does within one account: what no statement allows is refused, and a Deny wins
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html). Knows what our templates use; anything
 * else is an error, never a yes.
 *
 * @param statements the statements of all of its policies, with nothing left of CloudFormation's functions
 */
record RolePolicy(List<JsonNode> statements) {
    private static final int ARN_PARTS = 6;
    private static final Set<String> FIELDS = Set.of("Sid", "Effect", "Action", "Resource", "Condition");

    RolePolicy {
        statements = List.copyOf(statements);
        for (JsonNode statement : statements) {
            statement.fieldNames().forEachRemaining(field -> {
                if (!FIELDS.contains(field)) {
                    throw new IllegalArgumentException("A statement's " + field + " isn't known here: " + statement);
                }
            });
        }
    }

    boolean allows(Access access) {
        return matching(access, "Deny").isEmpty() && !matching(access, "Allow").isEmpty();
    }

    /** The statements of an effect that speak of this access. */
    List<JsonNode> matching(Access access, String effect) {
        return statements.stream()
                .filter(statement -> statement.path("Effect").asText().equals(effect))
                .filter(statement -> texts(statement.path("Action")).stream()
                        .anyMatch(action -> like(
                                action.toLowerCase(Locale.ROOT), access.action().toLowerCase(Locale.ROOT))))
                .filter(statement -> texts(statement.path("Resource")).stream()
                        .anyMatch(resource -> like(resource, access.resource())))
                .filter(statement -> holds(statement.path("Condition"), access.context()))
                .toList();
    }

    /** The same without one action of one statement. */
    RolePolicy without(JsonNode statement, String action) {
        List<JsonNode> left = new ArrayList<>();
        for (JsonNode each : statements) {
            if (!each.equals(statement)) {
                left.add(each);
                continue;
            }
            List<String> actions = texts(each.path("Action")).stream()
                    .filter(other -> !other.equals(action))
                    .toList();
            if (!actions.isEmpty()) {
                ObjectNode copy = each.deepCopy();
                var array = copy.putArray("Action");
                actions.forEach(array::add);
                left.add(copy);
            }
        }
        return new RolePolicy(left);
    }

    /** The same without one resource of one statement that has others. */
    RolePolicy withoutResource(JsonNode statement, String resource) {
        return new RolePolicy(statements.stream()
                .map(each -> {
                    if (!each.equals(statement)) {
                        return each;
                    }
                    ObjectNode copy = each.deepCopy();
                    var array = copy.putArray("Resource");
                    texts(each.path("Resource")).stream()
                            .filter(other -> !other.equals(resource))
                            .forEach(array::add);
                    return copy;
                })
                .toList());
    }

    private static boolean holds(JsonNode conditions, Map<String, List<String>> context) {
        return conditions
                .propertyStream()
                .allMatch(operator -> operator.getValue().propertyStream().allMatch(key -> {
                    // A key that a call doesn't have makes a positive operator false.
                    List<String> values = context.getOrDefault(key.getKey(), List.of());
                    return values.stream()
                            .anyMatch(value -> texts(key.getValue()).stream()
                                    .anyMatch(wanted -> matches(operator.getKey(), wanted, value)));
                }));
    }

    private static boolean matches(String operator, String wanted, String value) {
        return switch (operator) {
            case "StringEquals" -> value.equals(wanted);
            case "Bool" -> value.equalsIgnoreCase(wanted);
            case "StringLike" -> like(wanted, value);
            case "ArnLike" -> arnLike(wanted, value);
            default -> throw new IllegalArgumentException("The condition operator " + operator + " isn't known here.");
        };
    }

    /** Part by part: a wildcard doesn't reach over a colon. */
    private static boolean arnLike(String wanted, String value) {
        String[] patterns = wanted.split(":", ARN_PARTS);
        String[] parts = value.split(":", ARN_PARTS);
        return patterns.length == parts.length
                && IntStream.range(0, parts.length).allMatch(i -> like(patterns[i], parts[i]));
    }

    static List<String> texts(JsonNode node) {
        return node.isArray()
                ? StreamSupport.stream(node.spliterator(), false)
                        .map(JsonNode::asText)
                        .toList()
                : List.of(node.asText());
    }

    private static boolean like(String pattern, String text) {
        String regex = pattern.codePoints()
                .mapToObj(point -> switch (point) {
                    case '*' -> ".*";
                    case '?' -> ".";
                    default -> Pattern.quote(Character.toString(point));
                })
                .collect(Collectors.joining());
        return Pattern.compile(regex, Pattern.DOTALL).matcher(text).matches();
    }
}
