package dev.prebake.lab.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.prebake.lab.cloud.FilledRequest.Member;
import dev.prebake.lab.wire.AwsEndpoint;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;

/**
 * Every operation of the lab, asked for on the wire with members missing and of wrong types. {@code -Dprebake.required=write} draws the
 * table of required members anew.
 */
@DisplayName("Each operation of the lab's endpoint")
@SuppressWarnings("NullAway.Init")
class EndpointRefusalsTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Path TABLE = Path.of("../wire/src/main/resources/dev/prebake/lab/wire/required-members.json");

    private static final Map<String, Map<String, Set<String>>> REQUIRED = readTable();

    private static Session aws;
    private static URI endpoint;
    private static List<ServedOperation> operations;

    @BeforeAll
    static void open(@TempDir Path home) throws IOException {
        aws = new Session(home);
        endpoint = aws.lab.endpoint();
        operations = ServedOperation.of(endpoint);
    }

    @AfterAll
    static void close() {
        aws.close();
    }

    @Test
    @DisplayName("has the members in the table of required ones that AWS's models require")
    void table() throws Exception {
        BotocoreModels models = BotocoreModels.installed();
        Map<String, Map<String, Set<String>>> required = new TreeMap<>();
        for (ServedOperation operation : operations) {
            SdkPojo request = operation.requestBuilder();
            JsonNode model = models.of(operation.service());
            JsonNode shape = Optional.of(model.path("operations").path(operation.name()))
                    .filter(found -> !found.isMissingNode())
                    .orElseThrow(() -> new AssertionError("AWS's models have no " + operation))
                    .path("input")
                    .path("shape");
            if (!shape.isMissingNode()) {
                collect(
                        request,
                        model.path("shapes"),
                        shape.asText(),
                        required.computeIfAbsent(serviceOf(request), _ -> new TreeMap<>()));
            }
        }
        required.values().forEach(structures -> structures.values().removeIf(Set::isEmpty));
        required.values().removeIf(Map::isEmpty);
        if ("write".equals(System.getProperty("prebake.required"))) {
            Files.createDirectories(TABLE.getParent());
            Files.writeString(
                    TABLE,
                    MAPPER.writer().with(SerializationFeature.INDENT_OUTPUT).writeValueAsString(required) + "\n");
        }
        assertThat(MAPPER.readValue(TABLE.toFile(), new TypeReference<Map<String, Map<String, Set<String>>>>() {}))
                .as("-Dtest=EndpointRefusalsTest -Dprebake.required=write writes it anew")
                .isEqualTo(required);
    }

    private static void collect(SdkPojo builder, JsonNode shapes, String shape, Map<String, Set<String>> required) {
        String structure = builder.getClass().getEnclosingClass().getSimpleName();
        if (required.containsKey(structure)) {
            return;
        }
        Set<String> members = new TreeSet<>();
        required.put(structure, members);
        JsonNode model = shapes.path(shape);
        for (SdkField<?> field : builder.sdkFields()) {
            JsonNode member = model.path("members").path(field.memberName());
            if (model.path("required")
                    .valueStream()
                    .anyMatch(name -> name.asText().equals(field.memberName()))) {
                members.add(field.memberName());
            }
            within(field, shapes, member.path("shape").asText(), required);
        }
    }

    private static void within(SdkField<?> field, JsonNode shapes, String shape, Map<String, Set<String>> required) {
        switch (field.marshallingType().getKnownType()) {
            case SDK_POJO -> collect(field.constructor().get(), shapes, shape, required);
            case LIST ->
                within(
                        field.getRequiredTrait(ListTrait.class).memberFieldInfo(),
                        shapes,
                        shapes.path(shape).path("member").path("shape").asText(),
                        required);
            case MAP ->
                within(
                        field.getRequiredTrait(MapTrait.class).valueFieldInfo(),
                        shapes,
                        shapes.path(shape).path("value").path("shape").asText(),
                        required);
            default -> {}
        }
    }

    @Test
    @DisplayName(
            "refuses by AWS's code and names the member when one that is required is missing, in structures within too")
    void missing() throws Exception {
        List<String> wrong = new ArrayList<>();
        int asked = 0;
        for (ServedOperation operation : operations) {
            RawRequest whole = RawRequest.of(operation, filled(operation));
            for (Member member : FilledRequest.members(operation.requestBuilder(), form(operation))) {
                if (isRequired(member.structure(), member.field())) {
                    RawRequest request = whole.withBody(without(whole, member));
                    if (!hasStructureOf(member, request)) {
                        continue;
                    }
                    HttpResponse<String> answer = request.send(endpoint);
                    asked++;
                    expect(
                            operation + " without " + member.wire(),
                            answer,
                            missingCode(operation.service()),
                            operation.service().equals("ec2")
                                    ? "The request must contain the parameter " + member.name()
                                    : "1 validation error detected: Value null at '" + member.name() + "' failed",
                            wrong);
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(asked).isGreaterThan(operations.size());
    }

    /** Whether the structure that misses a member is still there: in a form it is its members. */
    private static boolean hasStructureOf(Member member, RawRequest request) {
        int end = member.wire().lastIndexOf('.');
        return request.isJson()
                || end < 0
                || ("&" + request.body()).contains("&" + member.wire().substring(0, end + 1));
    }

    private static FilledRequest.Form form(ServedOperation operation) {
        return switch (operation.service()) {
            case "ec2" -> FilledRequest.Form.EC2_QUERY;
            case "sts" -> FilledRequest.Form.AWS_QUERY;
            default -> FilledRequest.Form.JSON;
        };
    }

    private static String missingCode(String service) {
        return switch (service) {
            case "ec2" -> "MissingParameter";
            case "sts" -> "ValidationError";
            case "logs" -> "InvalidParameterException";
            default -> "ValidationException";
        };
    }

    @Test
    @DisplayName("names all members that are missing, where its service does")
    void allMissing() throws Exception {
        RawRequest request = RawRequest.of(
                operations.stream()
                        .filter(operation -> operation.name().equals("CreateStateMachine"))
                        .findFirst()
                        .orElseThrow(),
                software.amazon.awssdk.services.sfn.model.CreateStateMachineRequest.builder()
                        .build());

        assertThat(request.send(endpoint).body())
                .contains("3 validation errors detected: Value null at 'name'")
                .contains("; Value null at 'definition' failed to satisfy constraint: Member must not be null");
    }

    @Test
    @DisplayName("refuses a value of the wrong type, at any place")
    void wrongTypes() throws Exception {
        List<String> wrong = new ArrayList<>();
        int asked = 0;
        for (ServedOperation operation : operations) {
            RawRequest whole = RawRequest.of(operation, filled(operation));
            for (Member member : FilledRequest.members(operation.requestBuilder(), form(operation))) {
                Optional<String> body = whole.isJson() ? Optional.of(mistyped(whole, member)) : misspelt(whole, member);
                if (body.isPresent()) {
                    asked++;
                    expect(
                            operation + " with " + member.wire() + " of the wrong type",
                            whole.withBody(body.get()).send(endpoint),
                            whole.isJson() ? "SerializationException" : "InvalidParameterValue",
                            member.field().locationName(),
                            wrong);
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(asked).isGreaterThan(operations.size());
    }

    @Test
    @DisplayName(
            "fails on no request that is of the right form: with nothing in it, with what is required, and with everything")
    void rightForm() throws Exception {
        List<String> failed = new ArrayList<>();
        for (ServedOperation operation : operations) {
            SdkRequest required = FilledRequest.of(operation.requestBuilder(), EndpointRefusalsTest::isRequired);
            for (RawRequest request : List.of(
                    RawRequest.of(operation, required).withBody(""),
                    RawRequest.of(operation, required),
                    RawRequest.of(operation, filled(operation)))) {
                HttpResponse<String> answer = request.send(endpoint);
                if (answer.statusCode() >= 500) {
                    failed.add(operation + ": " + request.body() + "\n  " + answer.body());
                }
            }
        }
        assertThat(failed).isEmpty();
    }

    private static SdkRequest filled(ServedOperation operation) {
        return FilledRequest.of(operation.requestBuilder(), (_, _) -> true);
    }

    private static void expect(
            String what, HttpResponse<String> answer, String code, String fragment, List<String> wrong) {
        boolean coded = answer.body().contains("\"__type\":\"" + code + "\"")
                || answer.body().contains("<Code>" + code + "</Code>");
        String text = answer.body().replace("&apos;", "'");
        if (answer.statusCode() != 400 || !coded || !text.contains(fragment)) {
            wrong.add(what + ": " + answer.statusCode() + " " + answer.body());
        }
    }

    private static boolean isRequired(SdkPojo builder, SdkField<?> field) {
        return REQUIRED.getOrDefault(serviceOf(builder), Map.of())
                .getOrDefault(builder.getClass().getEnclosingClass().getSimpleName(), Set.of())
                .contains(field.memberName());
    }

    private static Map<String, Map<String, Set<String>>> readTable() {
        try (InputStream table = AwsEndpoint.class.getResourceAsStream("required-members.json")) {
            return MAPPER.readValue(table, new TypeReference<>() {});
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String serviceOf(SdkPojo builder) {
        return builder.getClass().getPackageName().replaceFirst(".*\\.services\\.(\\w+)\\.model$", "$1");
    }

    private static String without(RawRequest whole, Member member) throws IOException {
        return whole.isJson() ? replaced(whole, member, null) : parameters(whole, member, "");
    }

    private static String mistyped(RawRequest whole, Member member) throws IOException {
        JsonNodeFactory json = JsonNodeFactory.instance;
        return replaced(
                whole,
                member,
                switch (member.field().marshallingType().getKnownType()) {
                    case LIST, MAP, SDK_POJO -> IntNode.valueOf(7);
                    case STRING, SDK_BYTES, INSTANT -> json.arrayNode();
                    default -> TextNode.valueOf("seven");
                });
    }

    private static String replaced(RawRequest whole, Member member, @Nullable JsonNode value) throws IOException {
        JsonNode body = MAPPER.readTree(whole.body());
        JsonPointer pointer = JsonPointer.compile(member.wire());
        ObjectNode parent = (ObjectNode) body.at(pointer.head());
        String name = pointer.last().getMatchingProperty();
        assertThat(parent.has(name)).as(member.wire() + " in " + whole.body()).isTrue();
        if (value == null) {
            parent.remove(name);
        } else {
            parent.set(name, value);
        }
        return MAPPER.writeValueAsString(body);
    }

    /** The form with text in place of a number, a truth value, a timestamp or a structure. */
    private static Optional<String> misspelt(RawRequest whole, Member member) {
        return switch (member.field().marshallingType().getKnownType()) {
            case INTEGER, LONG, FLOAT, DOUBLE, BOOLEAN, INSTANT, LIST ->
                Optional.of(parameters(whole, member, member.wire() + "=seven"));
            default -> Optional.empty();
        };
    }

    private static String parameters(RawRequest whole, Member member, String instead) {
        String encoded = URLEncoder.encode(member.wire(), StandardCharsets.UTF_8);
        List<String> pairs = Arrays.asList(whole.body().split("&"));
        List<String> others = pairs.stream()
                .filter(pair -> !pair.startsWith(encoded + "=") && !pair.startsWith(encoded + "."))
                .collect(Collectors.toCollection(ArrayList::new));
        assertThat(others.size()).as(member.wire() + " in " + whole.body()).isLessThan(pairs.size());
        if (!instead.isEmpty()) {
            others.add(instead);
        }
        return String.join("&", others);
    }
}
