package dev.prebake.lab.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategy;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.introspect.AnnotatedMethod;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.prebake.lab.wire.AwsEndpoint;
import dev.prebake.lab.wire.Service;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.awscore.AwsClient;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.traits.DefaultValueTrait;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.ListFunctionsRequest;
import software.amazon.awssdk.services.lambda.model.ListFunctionsResponse;
import software.amazon.awssdk.utils.builder.Buildable;

/** The wire against the requests and responses that AWS publishes; their sources stand beside them. */
@DisplayName("AWS's published examples")
class PublishedExamplesTest {
    /** Operations of the lab that neither the API's nor the CLI's examples have, nor the developer guide's sample code. */
    private static final List<String> WITHOUT_EXAMPLE = List.of(
            "scheduler CreateSchedule",
            "scheduler DeleteSchedule",
            "scheduler GetSchedule",
            "scheduler GetScheduleGroup",
            "scheduler ListScheduleGroups",
            "scheduler ListSchedules",
            "scheduler UpdateSchedule",
            "states DeleteStateMachine",
            "states DescribeStateMachine",
            "states DescribeStateMachineForExecution",
            "states ListExecutions",
            "states ListStateMachines",
            "states RedriveExecution",
            "states StopExecution",
            "states UpdateStateMachine",
            "states ValidateStateMachineDefinition");

    /** Makes the SDK's objects of an example's JSON by their setters, which know nothing of the wire. */
    private static final ObjectMapper BY_SETTERS = JsonMapper.builder()
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .propertyNamingStrategy(new PropertyNamingStrategy() {
                private static final long serialVersionUID = 1L;

                @Override
                public String nameForSetterMethod(MapperConfig<?> config, AnnotatedMethod setter, String name) {
                    // The one member that the SDK calls otherwise.
                    return name.equals("publicLaunchPermissions") ? "public" : name;
                }
            })
            .addModule(new SimpleModule()
                    .addDeserializer(Instant.class, new InstantOfExample())
                    .addDeserializer(ByteBuffer.class, new BytesOfExample()))
            .build();

    private static final AtomicReference<SdkRequest> RECEIVED = new AtomicReference<>();
    private static final AtomicReference<SdkResponse> ANSWER = new AtomicReference<>();

    private static @Nullable AwsEndpoint endpoint;

    /** What AWS publishes of one call; the output may be absent. */
    record Example(ServedOperation operation, String source, JsonNode input, JsonNode output) {
        @Override
        public String toString() {
            return operation + " of " + source;
        }
    }

    @BeforeAll
    static void open() throws IOException {
        endpoint = AwsEndpoint.serving(ServedOperation.CLIENTS.values().stream()
                        .map(PublishedExamplesTest::scripted)
                        .toArray(Service[]::new))
                .start(0);
    }

    /** A service that has all operations, remembers what it was asked and answers as it was told to. */
    private static <C extends AwsClient> Service scripted(Class<C> client) {
        // The paths of other operations of Lambda have a query, which the lab's endpoint doesn't know.
        return client.equals(LambdaClient.class)
                ? Service.of(LambdaClient.class, new ScriptedLambda())
                : Service.of(
                        client,
                        client.cast(Proxy.newProxyInstance(
                                client.getClassLoader(), new Class<?>[] {client}, (_, _, arguments) -> {
                                    RECEIVED.set((SdkRequest) arguments[0]);
                                    return ANSWER.get();
                                })));
    }

    private static final class ScriptedLambda implements LambdaClient {
        @Override
        public InvokeResponse invoke(InvokeRequest request) {
            RECEIVED.set(request);
            return (InvokeResponse) ANSWER.get();
        }

        @Override
        public ListFunctionsResponse listFunctions(ListFunctionsRequest request) {
            RECEIVED.set(request);
            return (ListFunctionsResponse) ANSWER.get();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    @AfterAll
    static void close() {
        Objects.requireNonNull(endpoint).close();
    }

    private static URI uri() {
        return Objects.requireNonNull(endpoint).uri();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("examples")
    @DisplayName("are read as they mean, and answered as they print")
    void pair(Example example) throws Exception {
        ServedOperation operation = example.operation();
        SdkRequest request = (SdkRequest) bySetters(operation.requestBuilder(), example.input());
        SdkResponse response = (SdkResponse) bySetters(operation.responseBuilder(), example.output());
        ANSWER.set(response);

        try (SdkHttpClient http = UrlConnectionHttpClient.create()) {
            SdkResponse read = operation.call(uri(), http, request);
            assertSame(withToken(request, RECEIVED.get()), RECEIVED.get());
            assertSame(response, read);
        }

        RawRequest sent = RawRequest.of(operation, request);
        if (sent.headers().containsKey("X-Amz-Target")) {
            // In this protocol the example's input is the body of the request, and its output that of the response.
            String body = sent.withBody(example.input().toString()).send(uri()).body();
            assertSame(request, RECEIVED.get());
            assertThat(timed(response, BY_SETTERS.readTree(body))).isEqualTo(timed(response, example.output()));
        }
    }

    @Test
    @DisplayName("are here for every operation of the lab but those listed")
    void complete(@TempDir Path home) throws IOException {
        SortedSet<String> without = new TreeSet<>();
        try (Session aws = new Session(home)) {
            ServedOperation.of(aws.lab.endpoint()).forEach(operation -> without.add(operation.toString()));
        }
        SortedSet<String> with = new TreeSet<>();
        examples().forEach(example -> with.add(example.operation().toString()));

        assertThat(without).containsAll(with);
        without.removeAll(with);
        assertThat(without).containsExactlyElementsOf(WITHOUT_EXAMPLE);
    }

    static Stream<Example> examples() throws IOException {
        List<Example> examples = new ArrayList<>();
        for (Map.Entry<String, Class<? extends AwsClient>> service :
                new TreeMap<>(ServedOperation.CLIENTS).entrySet()) {
            try (InputStream file = PublishedExamplesTest.class.getResourceAsStream(
                    "published-examples/" + service.getKey() + ".json")) {
                for (JsonNode each : file == null ? List.<JsonNode>of() : BY_SETTERS.readTree(file)) {
                    examples.add(new Example(
                            ServedOperation.of(
                                    service.getKey(),
                                    service.getValue(),
                                    each.path("operation").asText()),
                            each.path("source").asText(),
                            each.path("input"),
                            each.path("output")));
                }
            }
        }
        return examples.stream();
    }

    private static Object bySetters(SdkPojo builder, JsonNode json) throws IOException {
        Object filled = BY_SETTERS
                .readerForUpdating(builder)
                .readValue(json.isMissingNode() ? JsonNodeFactory.instance.objectNode() : json);
        return ((Buildable) filled).build();
    }

    /** The SDK makes up tokens that tell two requests of the same from one that is sent again. */
    private static SdkRequest withToken(SdkRequest request, SdkRequest received) {
        SdkRequest.Builder builder = request.toBuilder();
        for (SdkField<?> field : request.sdkFields()) {
            if (field.containsTrait(DefaultValueTrait.class) && field.getValueOrDefault(received) != null) {
                field.set(builder, field.getValueOrDefault(received));
            }
        }
        return builder.build();
    }

    private static void assertSame(SdkPojo expected, SdkPojo actual) {
        // A response has the metadata of its HTTP message besides.
        assertThat(actual.equalsBySdkFields(expected))
                .as("%s became %s", expected, actual)
                .isTrue();
    }

    /** JSON with each timestamp in the same form, whether it was published as the API or as the CLI prints it. */
    private static JsonNode timed(SdkPojo model, JsonNode json) {
        ObjectNode members = JsonNodeFactory.instance.objectNode();
        model.sdkFields().forEach(field -> {
            JsonNode member = json.path(field.memberName());
            if (!member.isMissingNode()) {
                members.set(field.memberName(), timed(field, member));
            }
        });
        return members;
    }

    private static JsonNode timed(SdkField<?> field, JsonNode json) {
        return switch (field.marshallingType().getKnownType()) {
            case INSTANT -> TextNode.valueOf(instant(json).toString());
            case SDK_POJO -> timed(field.constructor().get(), json);
            case LIST -> {
                var list = JsonNodeFactory.instance.arrayNode();
                json.forEach(element ->
                        list.add(timed(field.getRequiredTrait(ListTrait.class).memberFieldInfo(), element)));
                yield list;
            }
            case MAP -> {
                var map = JsonNodeFactory.instance.objectNode();
                json.properties()
                        .forEach(entry -> map.set(
                                entry.getKey(),
                                timed(field.getRequiredTrait(MapTrait.class).valueFieldInfo(), entry.getValue())));
                yield map;
            }
            default -> json;
        };
    }

    private static Instant instant(JsonNode json) {
        return json.isNumber()
                ? Instant.ofEpochMilli(
                        new BigDecimal(json.asText()).scaleByPowerOfTen(3).longValue())
                : OffsetDateTime.parse(json.asText()).toInstant();
    }

    private static final class InstantOfExample extends StdDeserializer<Instant> {
        private static final long serialVersionUID = 1L;

        InstantOfExample() {
            super(Instant.class);
        }

        @Override
        public Instant deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            return instant(parser.readValueAsTree());
        }
    }

    /** Examples print bytes as text. */
    private static final class BytesOfExample extends StdDeserializer<ByteBuffer> {
        private static final long serialVersionUID = 1L;

        BytesOfExample() {
            super(ByteBuffer.class);
        }

        @Override
        public ByteBuffer deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            return ByteBuffer.wrap(parser.getText().getBytes(StandardCharsets.UTF_8));
        }
    }
}
