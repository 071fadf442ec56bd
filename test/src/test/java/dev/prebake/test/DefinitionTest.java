package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.prebake.catalogue.Definition;
import dev.prebake.catalogue.FunctionCatalogue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The definition")
class DefinitionTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    private final JsonNode definition = read();

    @Test
    @DisplayName("names in Retry and Catch only errors that exist: our exceptions, Lambda's and the States Language's")
    void errorsExist() {
        TreeSet<String> names = new TreeSet<>();
        definition.findValues("ErrorEquals").forEach(list -> list.forEach(name -> names.add(name.asText())));
        assertThat(names).isNotEmpty().allSatisfy(name -> {
            if (name.startsWith("dev.prebake.")) {
                assertThat(Class.forName(name)).isAssignableTo(RuntimeException.class);
            } else {
                assertThat(name).matches("(States|Lambda)\\.[A-Za-z]+|Sandbox\\.Timedout");
            }
        });
    }

    @Test
    @DisplayName("calls functions whose handlers Lambda can make")
    void handlersExist() {
        assertThat(FunctionCatalogue.load().functions()).allSatisfy(function -> {
            Class<?> type = Class.forName(function.handler());
            assertThat(type)
                    .isAssignableTo(function.schedule() == null ? RequestStreamHandler.class : RequestHandler.class);
            assertThat(type.getConstructor()).isNotNull();
        });
    }

    @Test
    @DisplayName("catches every task's failure, and bounds each task and the whole")
    void everyTaskIsCaughtAndBounded() {
        assertThat(definition.path("TimeoutSeconds").asInt()).isPositive();
        definition.path("States").properties().forEach(state -> {
            if (state.getValue().path("Type").asText().equals("Task")) {
                assertThat(state.getValue().path("TimeoutSeconds").asInt())
                        .as(state.getKey())
                        .isPositive();
                assertThat(state.getValue().path("Retry")).as(state.getKey()).isNotEmpty();
                assertThat(state.getValue().path("Catch").findValues("ErrorEquals"))
                        .as(state.getKey())
                        .extracting(JsonNode::toString)
                        .contains("[\"States.ALL\"]");
            }
        });
    }

    @Test
    @DisplayName("spreads its retries over the whole delay, and lets no delay grow without bound")
    void retriesAreSpread() {
        List<JsonNode> retries = definition.findValues("Retry");
        assertThat(retries).isNotEmpty();
        retries.forEach(list -> list.forEach(retry -> {
            assertThat(retry.path("JitterStrategy").asText())
                    .as(retry.toString())
                    .isEqualTo("FULL");
            assertThat(retry.path("MaxDelaySeconds").asInt())
                    .as(retry.toString())
                    .isPositive();
        }));
    }

    @ParameterizedTest
    @ValueSource(strings = {"image-cache", "rebuild-on-push"})
    @DisplayName("is accepted by asl-validator, and so is the one that waits for the last push")
    void validates(String name) throws Exception {
        Path validator = ROOT.resolve("node_modules/.bin/asl-validator");
        assumeTrue(Files.isExecutable(validator), "node_modules has no asl-validator; ./prebake test installs it");
        Process process = new ProcessBuilder(
                        validator.toString(),
                        "--json-path",
                        ROOT.resolve("statemachine/" + name + ".asl.json").toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    private static JsonNode read() {
        try {
            return new ObjectMapper().readTree(Definition.text());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
