package dev.prebake.test;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** What an input's fields can't be; nothing of it leads to a registry outside. */
final class WrongValues {
    /** The input's fields; {@link MalformedExecutionTest} holds them to those that PlanBake names. */
    static final List<String> FIELDS = List.of(
            "cacheName",
            "images",
            "registries",
            "architecture",
            "instanceTypes",
            "volumeSizeGiB",
            "volumeIops",
            "volumeThroughputMiBps",
            "fastRestoreZones",
            "retainSnapshots",
            "parameterName",
            "nodeGroups",
            "retentionDryRun",
            "rollbackTo",
            "force");

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private WrongValues() {}

    /** Values that a field can't have. */
    static Arbitrary<JsonNode> of(String field) {
        Arbitrary<JsonNode> text = strings().map(JSON::textNode);
        Arbitrary<JsonNode> object = Arbitraries.just(JSON.objectNode().put("a", 1));
        Arbitrary<JsonNode> flag = Arbitraries.of(true, false).map(JSON::booleanNode);
        Arbitrary<JsonNode> number = Arbitraries.integers().lessOrEqual(0).map(JSON::numberNode);
        Arbitrary<JsonNode> noTexts = list(3, Arbitraries.oneOf(object, flag, number));
        return switch (field) {
            case "cacheName" -> Arbitraries.oneOf(object, flag, number, unlike("[a-z0-9][a-z0-9-]*"));
            case "parameterName" -> Arbitraries.oneOf(object, flag, number, unlike("/.*"));
            case "images" -> Arbitraries.oneOf(object, flag, number, text, noTexts);
            case "instanceTypes" -> Arbitraries.oneOf(object, flag, number, text, noTexts);
            case "fastRestoreZones", "nodeGroups" ->
                Arbitraries.oneOf(object, flag, number, text, noTexts.filter(list -> !list.isEmpty()));
            case "registries" -> Arbitraries.oneOf(object, flag, number, text, list(3, text));
            case "architecture" -> Arbitraries.oneOf(object, flag, number, text);
            case "rollbackTo" -> Arbitraries.oneOf(object, flag, number, unlike("previous|snap-[0-9a-f]{8,17}"));
            case "force", "retentionDryRun" -> Arbitraries.oneOf(object, number, text);
            default -> Arbitraries.oneOf(object, flag, number, text, Arbitraries.just(JSON.numberNode(1e12)));
        };
    }

    private static Arbitrary<JsonNode> unlike(String right) {
        return strings().filter(text -> !text.matches("(?s)" + right)).map(JSON::textNode);
    }

    /** Any JSON. */
    static Arbitrary<JsonNode> anything() {
        Arbitrary<JsonNode> scalar = Arbitraries.oneOf(
                strings().map(JSON::textNode),
                Arbitraries.longs().map(JSON::numberNode),
                Arbitraries.doubles().map(JSON::numberNode),
                Arbitraries.bigIntegers().map(JSON::numberNode),
                Arbitraries.of(true, false).map(JSON::booleanNode),
                Arbitraries.just(JSON.nullNode()),
                Arbitraries.of(10, 100, 500).map(WrongValues::nested));
        return Arbitraries.recursive(
                () -> scalar,
                inner -> Arbitraries.oneOf(
                        scalar,
                        list(30, inner),
                        Arbitraries.maps(names(), inner).ofMaxSize(4).map(fields -> {
                            ObjectNode object = JSON.objectNode();
                            fields.forEach(object::set);
                            return object;
                        })),
                3);
    }

    private static JsonNode nested(int depth) {
        ArrayNode outermost = JSON.arrayNode();
        ArrayNode innermost = outermost;
        for (int i = 1; i < depth; i++) {
            innermost = innermost.addArray();
        }
        return outermost;
    }

    private static Arbitrary<JsonNode> list(int maxSize, Arbitrary<JsonNode> entries) {
        return entries.list().ofMaxSize(maxSize).map(values -> JSON.arrayNode().addAll(values));
    }

    /** Names of fields; with half of a surrogate pair in one, JSON isn't taken for an input at all. */
    static Arbitrary<String> names() {
        return strings().filter(name -> StandardCharsets.UTF_8.newEncoder().canEncode(name));
    }

    /** Texts of all kinds: those that come close to references, zones and names, those that mean something to somebody. */
    static Arbitrary<String> strings() {
        return Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(300),
                Arbitraries.strings().withChars("abZ09.:/@-_ \n[]").ofMaxLength(60),
                Arbitraries.of(
                        "x".repeat(20_000),
                        "é".repeat(20_000),
                        "",
                        "__proto__",
                        "$(shutdown -h now)",
                        "`reboot`",
                        "'; DROP TABLE images; --",
                        "') & $eval('1') & ('",
                        "{% $states.context.Execution %}",
                        "${Defaults}",
                        "{{resolve:secretsmanager:all}}",
                        "<script>alert(1)</script>",
                        "../../etc/passwd",
                        "%s%n\\u0000\u0000",
                        "\ud800",
                        "\u202e\u0000\ufeff",
                        "\u001b[2J",
                        "docker.io/a/b:1\n- images: fine"));
    }
}
