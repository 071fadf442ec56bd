package dev.prebake.lab.states;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads one definition, and gathers everything that is wrong with it before it says so. */
final class DefinitionParser {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final List<Problem> problems = new ArrayList<>();

    StateMachine parse(String json) {
        Fields top = new Fields("", read(json), problems);
        FieldNames.check(top, FieldNames.TOP);
        top.text("Comment");
        top.text("Version");
        String language = top.text("QueryLanguage").orElse("JSONPath");
        int timeout = top.whole("TimeoutSeconds", 1, Limits.MAX_SECONDS, 0);
        Map<String, State> states = states(top, language);
        String startAt =
                top.required("StartAt").isPresent() ? top.text("StartAt").orElse("") : "";
        if (top.get("States") != null) {
            new Transitions(states, top, problems).check(startAt);
        }
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException(problems);
        }
        return new StateMachine(startAt, timeout == 0 ? null : Duration.ofSeconds(timeout), states);
    }

    private JsonNode read(String json) {
        JsonNode definition;
        try {
            definition = MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            problems.add(new Problem(
                    "",
                    "not JSON: " + e.getOriginalMessage()
                            + (at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")")));
            throw new InvalidDefinitionException(problems);
        }
        if (!definition.isObject()) {
            problems.add(new Problem("", "a definition is a JSON object"));
            throw new InvalidDefinitionException(problems);
        }
        return definition;
    }

    private Map<String, State> states(Fields top, String language) {
        Map<String, State> states = new LinkedHashMap<>();
        JsonNode found = top.required("States").orElse(null);
        if (found == null) {
            return states;
        }
        if (!found.isObject() || found.isEmpty()) {
            top.problem("States", "must be an object with at least one state");
            return states;
        }
        Fields all = new Fields(top.pointer("States"), found, problems);
        var reader = new StateReader(language);
        all.each((name, value) -> {
            if (name.isEmpty() || name.length() > Limits.NAME_LENGTH) {
                all.problem(name, "a state's name has 1 to " + Limits.NAME_LENGTH + " characters");
            }
            if (value.isObject()) {
                reader.read(name, new Fields(all.pointer(name), value, problems))
                        .ifPresent(state -> states.put(name, state));
            } else {
                all.problem(name, "a state is an object");
            }
        });
        return states;
    }
}
