package dev.prebake.lab.cloud;

import static dev.prebake.lab.cloud.Doubles.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prebake.catalogue.BakeDocument;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A command document")
class CommandDocumentTest {
    private final CommandDocument document = CommandDocument.parse("Test", """
            {
              "schemaVersion": "2.2",
              "parameters": {
                "Words": {"type": "String", "allowedPattern": "^[a-z $]+$"},
                "Limit": {"type": "String", "default": "60"}
              },
              "mainSteps": [
                {
                  "action": "aws:runShellScript",
                  "name": "say",
                  "inputs": {
                    "timeoutSeconds": "{{ Limit }}",
                    "runCommand": ["#!/bin/bash", "echo '{{Words}}' {{ Limit }} {{ Unknown }}"]
                  }
                }
              ]
            }
            """);

    @Test
    @DisplayName(
            "fills given parameters and defaults into the script and the time limit, and leaves other braces alone")
    void fills() {
        Map<String, String> parameters = document.parameters(Map.of("Words", List.of("costs $one")));

        assertThat(parameters).containsExactlyInAnyOrderEntriesOf(Map.of("Words", "costs $one", "Limit", "60"));
        assertThat(document.script(parameters)).isEqualTo("#!/bin/bash\necho 'costs $one' 60 {{ Unknown }}\n");
        assertThat(document.timeoutSeconds(parameters)).isEqualTo(60);
        assertThat(document.timeoutSeconds(Map.of("Limit", "7"))).isEqualTo(7);
        assertThat(document.stepName()).isEqualTo("say");
    }

    @Test
    @DisplayName("refuses parameters that are unknown, missing or off their pattern, all at once")
    void refuses() {
        Map<String, List<String>> wrong = Map.of("Words", List.of("UPPER"), "Colour", List.of("blue"));

        assertRefused("InvalidParameters", "no parameter 'Colour'", () -> document.parameters(wrong));
        assertRefused("InvalidParameters", "'Words' doesn't match its pattern", () -> document.parameters(wrong));
        assertRefused("InvalidParameters", "'Words' is missing", () -> document.parameters(Map.of()));
        assertRefused(
                "InvalidParameters",
                "'Words' doesn't match",
                () -> document.parameters(Map.of("Words", List.of("fine\n'; echo not fine"))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'", "\\", "`", "$", "$(id)", ";", "&", "|", "<", ">", "(", ")", "*", "?", "!", "#", "~", "%", " ", "\n"
            })
    @DisplayName("of the bake refuses what a shell would expand, wherever in the request")
    void bakeRefusesShellText(String text) {
        CommandDocument bake = CommandDocument.parse("Bake", BakeDocument.content());
        String request =
                "{\"volumeId\":\"vol-0a\",\"images\":[{\"reference\":\"a.b/c:1\"}],\"registries\":[{\"host\":\"[::1]:5\","
                        + "\"secretArn\":\"arn:aws:secretsmanager:us-east-1:123456789012:secret:a/b_c+=.@-AbCdEf\","
                        + "\"mirrors\":[\"https://m.b:5000/x\"],\"caParameter\":\"/ca\"}]}";
        assertThat(bake.parameters(Map.of("Request", List.of(request)))).containsEntry("Request", request);
        for (String place : List.of("vol-0a", "c:1", "::1", "secretArn", "AbCdEf", "5000/x", "/ca")) {
            String spoiled = request.replace(place, place + text);
            assertRefused(
                    "InvalidParameters",
                    "'Request' doesn't match",
                    () -> bake.parameters(Map.of("Request", List.of(spoiled))));
        }
    }

    @Test
    @DisplayName("that is no JSON is the lab's own fault, said with its name")
    void noJson() {
        assertThatThrownBy(() -> CommandDocument.parse("Test", "{"))
                .isInstanceOf(LabException.class)
                .hasMessageContaining("Test is no JSON");
    }
}
