package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.prebake.catalogue.Definition;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

@DisplayName("The picture of the workflow")
class WorkflowPictureTest {
    private static final Path PICTURE = Path.of("../docs/workflow.svg");

    @Test
    @DisplayName("has the definition's states and transitions, all of them and no others")
    void current() throws Exception {
        JsonNode definition = new ObjectMapper().readTree(Definition.text());
        Set<String> states = new HashSet<>();
        Set<String> transitions =
                new HashSet<>(Set.of("start->" + definition.path("StartAt").asText()));
        definition.path("States").properties().forEach(entry -> {
            String name = entry.getKey();
            JsonNode state = entry.getValue();
            states.add(name);
            Stream.concat(
                            Stream.of(state.path("Next"), state.path("Default")),
                            Stream.concat(
                                            state.path("Choices").valueStream(),
                                            state.path("Catch").valueStream())
                                    .map(rule -> rule.path("Next"))
                                    .filter(next -> !next.asText().equals("CleanUp")))
                    .filter(JsonNode::isTextual)
                    .forEach(next -> transitions.add(name + "->" + next.asText()));
        });
        Set<String> drawnStates = titles("node");
        Set<String> drawnTransitions = titles("edge");

        assertThat(drawnStates.remove("start")).isTrue();
        assertThat(drawnStates).as("states; run docs/workflow.sh").isEqualTo(states);
        assertThat(drawnTransitions).as("transitions; run docs/workflow.sh").containsAll(transitions);
        // One arrow stands for all errors that lead to CleanUp.
        drawnTransitions.removeAll(transitions);
        assertThat(drawnTransitions).hasSize(1).allMatch(edge -> edge.endsWith("->CleanUp"));
    }

    private static Set<String> titles(String kind) throws Exception {
        NodeList groups = DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(PICTURE.toFile())
                .getElementsByTagName("g");
        Set<String> titles = new HashSet<>();
        for (int i = 0; i < groups.getLength(); i++) {
            Element group = (Element) groups.item(i);
            if (group.getAttribute("class").startsWith(kind)) {
                titles.add(group.getElementsByTagName("title").item(0).getTextContent());
            }
        }
        return titles;
    }
}
