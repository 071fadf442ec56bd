package dev.prebake.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import org.mockito.ArgumentMatchers;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsResponse;
import software.amazon.awssdk.services.ssm.SsmClient;

/** 500 inputs for each property; {@code -Djqwik.tries.default=10000} makes it more. */
@Tag("malformed")
final class MalformedInputTest {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final List<String> FIELDS = List.copyOf(
            Inputs.full().properties().stream().map(Map.Entry::getKey).toList());

    /** Made once: jqwik makes an object of this class for every try. */
    private static final Ec2Client EC2 = mock(Ec2Client.class);

    private final PlanBakeHandler handler = new PlanBakeHandler(
            EC2,
            mock(SsmClient.class),
            _ -> new FakeRegistry()
                    .has("nvcr.io/nvidia/pytorch:24.08-py3", 1_000)
                    .has("busybox", 1_000));

    static {
        when(EC2.describeSnapshots(ArgumentMatchers.any(DescribeSnapshotsRequest.class)))
                .thenReturn(DescribeSnapshotsResponse.builder().build());
    }

    @Property
    @Label(
            "an input with wrong fields ends in InvalidInputException, which names every one of them on a line of its own")
    void everyWrongFieldIsNamed(@ForAll("wrongFields") Map<String, JsonNode> wrong) {
        ObjectNode input = Inputs.full();
        wrong.forEach(input::set);
        Throwable thrown = catchThrowable(() -> handler.handle(new PlanRequest(input, null, Inputs.NOW)));
        assertThat(thrown).isExactlyInstanceOf(InvalidInputException.class);
        List<String> lines = String.valueOf(thrown.getMessage()).lines().toList();
        for (String field : wrong.keySet()) {
            assertThat(lines).anySatisfy(line -> assertThat(line).matches("- " + field + "(?:\\[[0-9]+])?: .+"));
        }
        assertThat(lines)
                .hasSizeLessThanOrEqualTo(43)
                .allSatisfy(line -> assertThat(line).hasSizeLessThan(1_000).doesNotContainPattern("\\p{Cntrl}"));
    }

    @Property
    @Label("any JSON at all, in any field, ends in a plan or in an error that lists problems")
    void anyJsonAtAll(@ForAll("fieldsOfAnything") Map<String, JsonNode> fields) {
        ObjectNode input = Inputs.full();
        fields.forEach(input::set);
        Throwable thrown = catchThrowable(() -> handler.handle(new PlanRequest(input, null, Inputs.NOW)));
        if (thrown != null) {
            assertThat(thrown).isInstanceOfAny(InvalidInputException.class, ImagesUnavailableException.class);
            assertThat(thrown).message().contains("\n- ");
        }
    }

    @Property
    @Label("what is no object is refused as such")
    void noObject(@ForAll("anything") JsonNode input) {
        if (!input.isObject()) {
            assertThatThrownBy(() -> handler.handle(new PlanRequest(input, null, Inputs.NOW)))
                    .isExactlyInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("\n- the input must be a JSON object");
        }
    }

    /** Fields of the full input, each with a value that is wrong there. */
    @Provide
    Arbitrary<Map<String, JsonNode>> wrongFields() {
        return Arbitraries.of(FIELDS).set().ofMinSize(1).flatMap(fields -> {
            List<Arbitrary<Map.Entry<String, JsonNode>>> entries = new ArrayList<>();
            for (String field : fields) {
                entries.add(wrong(field).map(value -> Map.entry(field, value)));
            }
            return Combinators.combine(entries).as(MalformedInputTest::map);
        });
    }

    private static Map<String, JsonNode> map(List<Map.Entry<String, JsonNode>> entries) {
        Map<String, JsonNode> map = new LinkedHashMap<>();
        entries.forEach(entry -> map.put(entry.getKey(), entry.getValue()));
        return map;
    }

    private static Arbitrary<JsonNode> wrong(String field) {
        Arbitrary<JsonNode> text = strings().map(JSON::textNode);
        Arbitrary<JsonNode> object = Arbitraries.just(JSON.objectNode().put("a", 1));
        Arbitrary<JsonNode> flag = Arbitraries.of(true, false).map(JSON::booleanNode);
        Arbitrary<JsonNode> number = Arbitraries.integers().lessOrEqual(0).map(JSON::numberNode);
        return switch (field) {
            case "cacheName" ->
                Arbitraries.oneOf(
                        object,
                        flag,
                        number,
                        text.filter(value -> !value.textValue().matches("[a-z0-9-]+")));
            case "images" ->
                Arbitraries.oneOf(object, flag, number, text, list(3, Arbitraries.oneOf(object, flag, number)));
            case "instanceTypes" ->
                Arbitraries.oneOf(object, flag, number, text, list(3, Arbitraries.oneOf(object, flag, number)));
            case "fastRestoreZones" ->
                Arbitraries.oneOf(
                        object,
                        flag,
                        number,
                        text,
                        list(3, Arbitraries.oneOf(object, flag, number)).filter(list -> !list.isEmpty()));
            case "registries" -> Arbitraries.oneOf(flag, number, text, list(3, text));
            case "architecture" -> Arbitraries.oneOf(object, flag, number, text);
            case "parameterName" ->
                Arbitraries.oneOf(
                        object,
                        flag,
                        number,
                        text.filter(value -> !value.textValue().startsWith("/")));
            case "force", "retentionDryRun" -> Arbitraries.oneOf(object, number, text);
            default -> Arbitraries.oneOf(object, flag, number, text, Arbitraries.just(JSON.numberNode(1e12)));
        };
    }

    @Provide
    Arbitrary<Map<String, JsonNode>> fieldsOfAnything() {
        Arbitrary<String> names = Arbitraries.oneOf(Arbitraries.of(FIELDS), strings());
        return Arbitraries.maps(names, anything()).ofMinSize(1).ofMaxSize(6);
    }

    @Provide
    Arbitrary<JsonNode> anything() {
        Arbitrary<JsonNode> scalar = Arbitraries.oneOf(
                strings().map(JSON::textNode),
                Arbitraries.longs().map(JSON::numberNode),
                Arbitraries.doubles().map(JSON::numberNode),
                Arbitraries.bigIntegers().map(JSON::numberNode),
                Arbitraries.of(true, false).map(JSON::booleanNode),
                Arbitraries.just(JSON.nullNode()));
        return Arbitraries.recursive(
                () -> scalar,
                inner -> Arbitraries.oneOf(
                        scalar,
                        list(30, inner),
                        Arbitraries.maps(strings(), inner).ofMaxSize(4).map(fields -> {
                            ObjectNode object = JSON.objectNode();
                            fields.forEach(object::set);
                            return object;
                        })),
                3);
    }

    private static Arbitrary<JsonNode> list(int maxSize, Arbitrary<JsonNode> entries) {
        return entries.list().ofMaxSize(maxSize).map(values -> JSON.arrayNode().addAll(values));
    }

    /** Texts of all kinds, those that come close to references, zones and names too. */
    private static Arbitrary<String> strings() {
        return Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(300),
                Arbitraries.strings().withChars("abZ09.:/@-_ \n[]").ofMaxLength(60),
                Arbitraries.of(
                        "x".repeat(20_000),
                        "$(shutdown -h now)",
                        "`reboot`",
                        "'; DROP TABLE images; --",
                        "{% $states.context.Execution %}",
                        "${Defaults}",
                        "{{resolve:secretsmanager:all}}",
                        "../../etc/passwd",
                        "%s%n\\u0000\u0000",
                        "\ud800",
                        "\u202e\u0000\ufeff",
                        "docker.io/a/b:1\n- images: fine"));
    }
}
