package dev.prebake.test;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.prebake.catalogue.FunctionCatalogue;
import dev.prebake.infra.Synthesis;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads a synthesised template's roles as they would be once CloudFormation has filled it in for the lab's account. */
final class RolesOfTemplate {
    /** How the logical ID of the workflow's state machine begins. */
    static final String STATE_MACHINE = "ImageCacheStateMachine";

    private static final String BUILDER_ROLE = "ImageCacheBuilderRole";

    private final JsonNode resources;

    /** What {@code Ref} gives, by logical ID or pseudo parameter, and {@code Fn::GetAtt}, as {@code ID.Attribute}. */
    private final Map<String, String> values;

    private RolesOfTemplate(JsonNode resources) {
        this.resources = resources;
        values = valuesOf(resources);
    }

    /**
     * Of the image cache's stack in the lab's network.
     *
     * @param folder where it is synthesised
     * @param properties what else the stack is given
     */
    static RolesOfTemplate synthesised(Path folder, Map<String, Object> properties) {
        Map<String, Object> all = new HashMap<>(properties);
        all.put("vpcId", "vpc-0123456789abcdef0");
        all.put(
                "subnetIds",
                List.of("subnet-0aaaaaaaaaaaaaaaa", "subnet-0bbbbbbbbbbbbbbbb", "subnet-0cccccccccccccccc"));
        return new RolesOfTemplate(Synthesis.of(folder, all).resources());
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

    /** The role of the state machine whose logical ID begins like this. */
    RolePolicy stateMachine(String prefix) {
        return ids("AWS::StepFunctions::StateMachine").stream()
                .filter(id -> id.startsWith(prefix))
                .map(id -> role(resources
                        .path(id)
                        .at("/Properties/RoleArn/Fn::GetAtt/0")
                        .asText()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("The template has no state machine " + prefix));
    }

    /** The name that the state machine whose logical ID begins like this is given. */
    String stateMachineName(String prefix) {
        return ids("AWS::StepFunctions::StateMachine").stream()
                .filter(id -> id.startsWith(prefix))
                .map(id -> resources.path(id).at("/Properties/StateMachineName").asText())
                .findFirst()
                .orElseThrow(() -> new AssertionError("The template has no state machine " + prefix));
    }

    /** The targets of schedules and rules that have a role to reach them with, by the ARN that they start. */
    Map<String, RolePolicy> starters() {
        Map<String, RolePolicy> starters = new LinkedHashMap<>();
        Stream.concat(
                        ids("AWS::Scheduler::Schedule").stream()
                                .map(id -> resources.path(id).at("/Properties/Target")),
                        ids("AWS::Events::Rule").stream()
                                .flatMap(id -> resources
                                        .path(id)
                                        .at("/Properties/Targets")
                                        .valueStream()))
                .filter(target -> target.has("RoleArn"))
                .forEach(target -> starters.put(
                        resolved(target.path("Arn")).asText(),
                        role(target.at("/RoleArn/Fn::GetAtt/0").asText())));
        return starters;
    }

    /** The builder's role. */
    RolePolicy builder() {
        return role(ids("AWS::IAM::Role").stream()
                .filter(id -> id.startsWith(BUILDER_ROLE))
                .findFirst()
                .orElseThrow(() -> new AssertionError("The template has no " + BUILDER_ROLE)));
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

    /** What CloudFormation would know, as the lab has it. */
    private static Map<String, String> valuesOf(JsonNode resources) {
        Map<String, String> values = new HashMap<>(Map.of(
                "AWS::Partition",
                "aws",
                "AWS::Region",
                RequiredAccess.REGION,
                "AWS::AccountId",
                RequiredAccess.ACCOUNT,
                "AWS::URLSuffix",
                "amazonaws.com"));
        resources.propertyStream().forEach(entry -> {
            String id = entry.getKey();
            switch (entry.getValue().path("Type").asText()) {
                case "AWS::EC2::LaunchTemplate" -> values.put(id, "lt-0bbbbbbbbbbbbbbbb");
                case "AWS::EC2::SecurityGroup" -> values.put(id + ".GroupId", RequiredAccess.SECURITY_GROUP);
                case "AWS::SSM::Document" -> values.put(id, "Prebake-Bake");
                case "AWS::StepFunctions::StateMachine" -> {
                    if (id.startsWith(STATE_MACHINE)) {
                        values.put(id, RequiredAccess.STATE_MACHINE);
                        values.put(id + ".Name", "prebake");
                    }
                }
                case "AWS::Lambda::Function" ->
                    FunctionCatalogue.load().functions().stream()
                            .filter(function -> function.handler()
                                    .equals(entry.getValue()
                                            .at("/Properties/Handler")
                                            .asText()))
                            .forEach(function -> values.put(id + ".Arn", RequiredAccess.function(function.name())));
                case "AWS::Logs::LogGroup" -> {
                    if (id.startsWith("ImageCacheBakeLogs")) {
                        values.put(id, "/prebake/bake");
                    }
                }
                case "AWS::IAM::Role" -> {
                    if (id.startsWith(BUILDER_ROLE)) {
                        values.put(id + ".Arn", RequiredAccess.BUILDER_ROLE);
                    }
                }
                default -> {}
            }
        });
        return values;
    }
}
