package dev.prebake.lab.cloud;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.kernel.Json;
import dev.prebake.lab.wire.AwsFault;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.ssm.model.InvalidParametersException;

/**
 * An SSM command document of schema 2.2 with one {@code aws:runShellScript} step, as the lab runs it
 * (https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-schemas-features.html).
 */
final class CommandDocument {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{\\s*([A-Za-z0-9]+)\\s*}}");

    private final String name;
    private final JsonNode content;
    private final JsonNode step;

    private CommandDocument(String name, JsonNode content) {
        this.name = name;
        this.content = content;
        this.step = content.path("mainSteps").path(0);
    }

    static CommandDocument parse(String name, String content) {
        try {
            return new CommandDocument(name, Json.mapper().readTree(content));
        } catch (JsonProcessingException e) {
            throw new LabException("The command document " + name + " is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    String name() {
        return name;
    }

    /** The step's name, part of the names of its log streams. */
    String stepName() {
        return step.path("name").asText();
    }

    /**
     * The parameters of a command: the given ones, checked, and the defaults of the others. All problems come at once, as
     * SSM's own check would name the first only.
     */
    Map<String, String> parameters(Map<String, List<String>> given) {
        List<String> problems = new ArrayList<>();
        Map<String, String> parameters = new LinkedHashMap<>();
        JsonNode declared = content.path("parameters");
        given.keySet().stream()
                .filter(key -> !declared.has(key))
                .forEach(key -> problems.add("the document has no parameter '" + key + "'"));
        declared.properties().forEach(entry -> {
            String key = entry.getKey();
            List<String> values = given.getOrDefault(key, List.of());
            JsonNode byDefault = entry.getValue().path("default");
            if (values.isEmpty() && byDefault.isMissingNode()) {
                problems.add("parameter '" + key + "' is missing");
                return;
            }
            String value = values.isEmpty() ? byDefault.asText() : values.getFirst();
            String pattern = entry.getValue().path("allowedPattern").asText(".*");
            if (!Pattern.compile(pattern, Pattern.DOTALL).matcher(value).matches()) {
                problems.add("the value of parameter '" + key + "' doesn't match its pattern " + pattern);
            }
            parameters.put(key, value);
        });
        if (!problems.isEmpty()) {
            throw AwsFault.of(
                    InvalidParametersException.builder(),
                    AwsAnswers.BAD_REQUEST,
                    "InvalidParameters",
                    String.join("; ", problems) + ".");
        }
        return parameters;
    }

    /** The step's script with the parameters filled in. */
    String script(Map<String, String> parameters) {
        List<String> lines = new ArrayList<>();
        step.path("inputs").path("runCommand").forEach(line -> lines.add(line.asText()));
        return filled(String.join("\n", lines) + "\n", parameters);
    }

    /** After how many seconds the step is ended. */
    long timeoutSeconds(Map<String, String> parameters) {
        return Long.parseLong(filled(step.path("inputs").path("timeoutSeconds").asText("3600"), parameters));
    }

    private static String filled(String text, Map<String, String> parameters) {
        return PLACEHOLDER.matcher(text).replaceAll(match -> {
            String value = parameters.get(match.group(1));
            return Matcher.quoteReplacement(value == null ? match.group() : value);
        });
    }
}
