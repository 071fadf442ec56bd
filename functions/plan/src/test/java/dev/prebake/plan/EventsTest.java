package dev.prebake.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.kernel.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class EventsTest {
    private static final Path EVENTS = Path.of("..", "..", "events");

    static List<Path> inputs() throws IOException {
        try (Stream<Path> files = Files.list(EVENTS)) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @DisplayName("each example input is valid over a deployment's defaults")
    @MethodSource("inputs")
    void inputsAreValid(Path file) throws IOException {
        ObjectNode merged = (ObjectNode) Inputs.json("{\"cacheName\":\"default\",\"images\":[\"busybox\"]}");
        merged.setAll((ObjectNode) Json.mapper().readTree(file.toFile()));
        assertThat(ExecutionInput.read(merged)).isInstanceOf(ExecutionInput.Reading.Valid.class);
    }

    @Test
    @DisplayName("there is an example for each use")
    void oneForEachUse() throws IOException {
        assertThat(inputs())
                .extracting(file -> file.getFileName().toString())
                .contains(
                        "default.json",
                        "pytorch.json",
                        "digests.json",
                        "arm64.json",
                        "private-registry.json",
                        "retention-dry-run.json",
                        "rollback.json");
    }

    @Test
    @DisplayName("the handler's example event has every field and is valid")
    void handlerEvent() throws IOException {
        PlanRequest request = Json.mapper()
                .readValue(EVENTS.resolve("functions").resolve("PlanBake.json").toFile(), PlanRequest.class);
        assertThat(ExecutionInput.read(request.input())).isInstanceOf(ExecutionInput.Reading.Valid.class);
        JsonNode input = Objects.requireNonNull(request.input());
        assertThat(input.fieldNames())
                .toIterable()
                .containsExactlyInAnyOrderElementsOf(() -> Inputs.full().fieldNames());
    }
}
