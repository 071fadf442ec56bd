package dev.prebake.operate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.kernel.Json;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A deployment of the workflow, as its state machine's definition has it.
 *
 * @param stateMachineArn its state machine
 * @param defaults the input fields' defaults, over which an execution's input goes
 * @param kmsKeyArn the key of its volumes and snapshots; absent where it is the account's default
 */
public record Deployment(
        String stateMachineArn,
        ObjectNode defaults,
        @Nullable String kmsKeyArn) {
    /** As ApplyDefaults has them. No value of them may hold a quotation mark or a backslash. */
    private static final Pattern DEFAULTS = Pattern.compile("\\$parse\\('(?<json>\\{.*?})'\\)");
    /** As PlanBake is handed it. */
    private static final Pattern KEY = Pattern.compile("'(?<arn>[^']*)' = 'none'");

    private static final int REGION = 3;

    /**
     * Reads a definition.
     *
     * @throws OperateException when it is not the workflow's
     */
    static Deployment of(String stateMachineArn, String definition) {
        try {
            JsonNode states = Json.mapper().readTree(definition).path("States");
            String defaults = found(DEFAULTS, states.at("/ApplyDefaults/Output"), "json")
                    .orElseThrow(() -> foreign(stateMachineArn));
            if (Json.mapper().readTree(defaults) instanceof ObjectNode object) {
                return new Deployment(
                        stateMachineArn,
                        object,
                        found(KEY, states.at("/PlanBake/Arguments/Payload/kmsKeyArn"), "arn")
                                .filter(arn -> !arn.equals("none"))
                                .orElse(null));
            }
            throw foreign(stateMachineArn);
        } catch (JsonProcessingException e) {
            throw foreign(stateMachineArn);
        }
    }

    /** The Region that it is in. */
    public String region() {
        return stateMachineArn.split(":", -1)[REGION];
    }

    /** What an execution with this input works with: a field of the input goes over the default. */
    public ObjectNode effective(ObjectNode input) {
        ObjectNode effective = defaults.deepCopy();
        effective.setAll(input);
        return effective;
    }

    /** The cache that an execution with this input is of. */
    String cacheName(ObjectNode input) {
        return effective(input).path("cacheName").asText();
    }

    /** The parameter that an execution with this input publishes in. */
    String parameterName(ObjectNode input) {
        String parameterName = effective(input).path("parameterName").textValue();
        return parameterName == null ? "/prebake/" + cacheName(input) + "/snapshot-id" : parameterName;
    }

    private static Optional<String> found(Pattern pattern, JsonNode text, String group) {
        Matcher matcher = pattern.matcher(text.asText());
        return matcher.find() ? Optional.of(matcher.group(group)) : Optional.empty();
    }

    private static OperateException foreign(String stateMachineArn) {
        return new OperateException(
                "Reading the defaults of " + stateMachineArn + " failed: its definition has no state"
                        + " ApplyDefaults with them. Name the workflow's own state machine with --state-machine, or deploy it and use"
                        + " this command in one version.");
    }
}
