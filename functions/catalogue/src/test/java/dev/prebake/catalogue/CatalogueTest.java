package dev.prebake.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The catalogue")
class CatalogueTest {
    private static final int SSM_DOCUMENT_LIMIT = 64 * 1024;

    private final FunctionCatalogue catalogue = FunctionCatalogue.load();

    @Test
    @DisplayName("has each function that the definition calls, and no other but those that run on a schedule")
    void functionsMatchDefinition() {
        assertThat(catalogue.ofStates())
                .extracting(function -> function.name() + "Function")
                .containsExactlyInAnyOrderElementsOf(Definition.placeholders().stream()
                        .filter(name -> name.endsWith("Function"))
                        .toList());
    }

    @Test
    @DisplayName("gives each function less time than its state has")
    void timeouts() throws Exception {
        JsonNode states = new ObjectMapper().readTree(Definition.text()).path("States");
        assertThat(catalogue.ofStates())
                .allSatisfy(function -> assertThat(function.timeoutSeconds())
                        .isLessThan(states.path(function.name())
                                .path("TimeoutSeconds")
                                .asInt()));
    }

    @Test
    @DisplayName("fills the definition in to valid JSON, whatever the values")
    void substitutes() throws Exception {
        Map<String, String> values = new TreeMap<>();
        Definition.placeholders().forEach(name -> values.put(name, "{\"quoted\": \"\\\\\"}"));
        JsonNode filled = new ObjectMapper().readTree(Definition.substitute(values));
        assertThat(filled.at("/States/PlanBake/Arguments/FunctionName").asText())
                .isEqualTo("{\"quoted\": \"\\\\\"}");
        assertThat(filled.toString()).doesNotContain("${");
    }

    @Test
    @DisplayName("names every missing and every needless value at once")
    void refusesIncompleteValues() {
        assertThatThrownBy(() -> Definition.substitute(Map.of("Nonsense", "x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("PlanBakeFunction", "Defaults", "Nonsense");
    }

    @Test
    @DisplayName("has a command document that fits SSM and holds the script, with no placeholder but its parameters")
    void document() throws Exception {
        String content = BakeDocument.content();
        assertThat(content.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(SSM_DOCUMENT_LIMIT);
        JsonNode lines = new ObjectMapper().readTree(content).at("/mainSteps/0/inputs/runCommand");
        assertThat(lines.get(0).asText()).isEqualTo("#!/bin/bash");
        assertThat(lines).hasSizeGreaterThan(100);
        assertThat(content).doesNotContain("@bake.sh@");
        assertThat(lines)
                .extracting(JsonNode::asText)
                .filteredOn(line -> line.contains("{{"))
                .hasSize(1);
        assertThat(unpacked(lines)).isEqualTo(Resource.text("bake.sh"));
    }

    private static String unpacked(JsonNode lines) throws Exception {
        List<String> packed = lines.valueStream()
                .map(JsonNode::asText)
                .dropWhile(line -> !line.endsWith("gzip -dc"))
                .skip(1)
                .takeWhile(line -> !line.equals("BAKE_SH"))
                .toList();
        byte[] compressed = Base64.getDecoder().decode(String.join("", packed));
        try (var gzip = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
            return new String(gzip.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
