package dev.prebake.test;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads a synthesised template's roles as they would be once CloudFormation has filled it in for the lab's account. */
final class RolesOfTemplate {
    private final JsonNode resources;
    private final Map<String, String> values;

    /**
     * Of a template.
     *
     * @param resources its resources
     * @param values what {@code Ref} gives, by logical ID or pseudo parameter, and {@code Fn::GetAtt}, as {@code ID.Attribute}
     */
    RolesOfTemplate(JsonNode resources, Map<String, String> values) {
        this.resources = resources;
        this.values = values;
    }

    /** Logical IDs of a type's resources. */
    List<String> ids(String type) {
        return resources
                .propertyStream()
                .filter(entry -> entry.getValue().path("Type").asText().equals(type))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The policies of the role with a logical ID. */
    RolePolicy role(String roleId) {
        JsonNode role = resources.path(roleId).path("Properties");
        if (role.has("ManagedPolicyArns") || role.has("Policies")) {
            throw new IllegalArgumentException(
                    roleId + " has policies elsewhere than in AWS::IAM::Policy: read them here too.");
        }
        List<JsonNode> statements = new ArrayList<>();
        for (String id : ids("AWS::IAM::Policy")) {
            JsonNode policy = resources.path(id).path("Properties");
            if (policy.path("Roles")
                    .valueStream()
                    .anyMatch(each -> each.path("Ref").asText().equals(roleId))) {
                policy.at("/PolicyDocument/Statement").forEach(statement -> statements.add(resolved(statement)));
            }
        }
        return new RolePolicy(statements);
    }

    /** The role of each function, by its handler's class. */
    Map<String, RolePolicy> functionsByHandler() {
        Map<String, RolePolicy> roles = new LinkedHashMap<>();
        for (String id : ids("AWS::Lambda::Function")) {
            JsonNode function = resources.path(id).path("Properties");
            roles.put(
                    function.path("Handler").asText(),
                    role(function.at("/Role/Fn::GetAtt/0").asText()));
        }
        return roles;
    }

    /** A part of the template with its functions carried out. */
    JsonNode resolved(JsonNode node) {
        if (node.isArray()) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            node.forEach(each -> array.add(resolved(each)));
            return array;
        }
        if (!node.isObject()) {
            return node;
        }
        if (node.has("Ref")) {
            return TextNode.valueOf(value(node.path("Ref").asText()));
        }
        if (node.has("Fn::GetAtt")) {
            return TextNode.valueOf(value(node.at("/Fn::GetAtt/0").asText() + "."
                    + node.at("/Fn::GetAtt/1").asText()));
        }
        if (node.has("Fn::Join")) {
            return TextNode.valueOf(resolved(node.at("/Fn::Join/1"))
                    .valueStream()
                    .map(JsonNode::asText)
                    .collect(Collectors.joining(node.at("/Fn::Join/0").asText())));
        }
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        node.propertyStream().forEach(entry -> {
            if (entry.getKey().startsWith("Fn::")) {
                throw new IllegalArgumentException("The function " + entry.getKey() + " isn't known here: " + node);
            }
            object.set(entry.getKey(), resolved(entry.getValue()));
        });
        return object;
    }

    /** What has no value in the lab stands for itself: no call there can hit it by chance. */
    private String value(String name) {
        return values.getOrDefault(name, "<" + name + ">");
    }
}
