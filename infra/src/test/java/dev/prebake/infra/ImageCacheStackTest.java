package dev.prebake.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.prebake.catalogue.BakeDocument;
import dev.prebake.catalogue.Definition;
import dev.prebake.catalogue.FunctionCatalogue;
import dev.prebake.catalogue.FunctionEntry;
import io.github.cdklabs.cdknag.AwsSolutionsChecks;
import io.github.cdklabs.cdknag.NagPackSuppression;
import io.github.cdklabs.cdknag.NagSuppressions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awscdk.assertions.Annotations;
import software.amazon.awscdk.assertions.Match;

@DisplayName("The image cache's stack")
class ImageCacheStackTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:registry-AbCdEf";

    @TempDir
    private static Path folder;

    private static Synthesis synthesis;
    private static JsonNode resources;

    @BeforeAll
    static void synthesise() {
        synthesis = Synthesis.of(
                        folder,
                        Map.of(
                                "cacheName",
                                "gpu",
                                "images",
                                List.of(
                                        "111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/serve:1",
                                        "docker.io/acme/app:1"),
                                "registries",
                                Map.of("docker.io", Map.of("secretArn", SECRET, "caParameter", "/registries/ca")),
                                "nodeGroups",
                                List.of("ml/gpu-a", "ml/gpu-b"),
                                "schedule",
                                "rate(1 day)",
                                "rebuildOnPush",
                                true))
                .checkedBy(new AwsSolutionsChecks());
        NagSuppressions.addStackSuppressions(
                synthesis.stack(),
                List.of(
                        suppression(
                                "AwsSolutions-IAM5",
                                "Describe calls and the SSM agent's know no resources; every other wildcard is narrowed by the"
                                        + " tags of what bakes make, or spans the streams of one log group"),
                        suppression(
                                "AwsSolutions-VPC7",
                                "Nobody can connect to a builder, and it runs for minutes: flow logs would cost more than they tell")));
        resources = synthesis.resources();
    }

    private static NagPackSuppression suppression(String id, String reason) {
        return NagPackSuppression.builder().id(id).reason(reason).build();
    }

    @Test
    @DisplayName("passes cdk-nag's AwsSolutions, but for what is suppressed with a reason")
    void nag() {
        Annotations annotations = Annotations.fromStack(synthesis.stack());
        annotations.hasNoError("*", Match.stringLikeRegexp("AwsSolutions-.*"));
        annotations.hasNoWarning("*", Match.stringLikeRegexp("AwsSolutions-.*"));
    }

    @Test
    @DisplayName(
            "has a function for each of the catalogue's, as that says, on Java 25 and arm64, with a role of its own")
    void functions() {
        for (FunctionEntry entry : FunctionCatalogue.load().functions()) {
            JsonNode function = synthesis.resource("AWS::Lambda::Function", entry.name() + "Function");
            assertThat(function.path("Handler").asText()).isEqualTo(entry.handler());
            assertThat(function.path("Runtime").asText()).isEqualTo("java25");
            assertThat(function.path("Architectures").path(0).asText()).isEqualTo("arm64");
            assertThat(function.path("MemorySize").asInt()).isEqualTo(entry.memoryMiB());
            assertThat(function.path("Timeout").asInt()).isEqualTo(entry.timeoutSeconds());
            assertThat(function.path("Role").toString()).contains("ImageCache" + entry.name() + "Role");
        }
        synthesis
                .template()
                .resourceCountIs(
                        "AWS::Lambda::Function",
                        FunctionCatalogue.load().functions().size());
    }

    @Test
    @DisplayName(
            "has the definition as it is, every placeholder with a value, the defaults readable after substitution")
    void definition() throws Exception {
        JsonNode machine = synthesis.resource("AWS::StepFunctions::StateMachine", "StateMachine");
        assertThat(machine.path("DefinitionString").asText()).isEqualTo(Definition.text());
        JsonNode substitutions = machine.path("DefinitionSubstitutions");
        assertThat(substitutions.propertyStream().map(Map.Entry::getKey))
                .containsExactlyInAnyOrderElementsOf(Definition.placeholders());
        // As CloudFormation does: text for text.
        String text = Definition.text();
        for (Map.Entry<String, JsonNode> each : substitutions.properties()) {
            String value = each.getValue().isTextual() ? each.getValue().asText() : "resolved";
            text = text.replace("${" + each.getKey() + "}", value);
        }
        JsonNode filled = MAPPER.readTree(text);
        Matcher defaults = Pattern.compile("\\$parse\\('(.*)'\\)")
                .matcher(filled.at("/States/ApplyDefaults/Output").asText());
        assertThat(defaults.find()).isTrue();
        assertThat(MAPPER.readTree(defaults.group(1))).isEqualTo(MAPPER.readTree("""
                                {"cacheName": "gpu",
                                 "images": ["111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/serve:1", "docker.io/acme/app:1"],
                                 "registries": {"docker.io": {"secretArn": "%s", "caParameter": "/registries/ca"}},
                                 "architecture": "amd64", "retainSnapshots": 3, "parameterName": "/prebake/gpu/snapshot-id",
                                 "nodeGroups": ["ml/gpu-a", "ml/gpu-b"]}
                                """.formatted(SECRET)));
    }

    @Test
    @DisplayName("lets the workflow invoke its functions and no other")
    void workflowRole() {
        resources.properties().forEach(entry -> {
            if (entry.getKey().startsWith("ImageCacheStateMachineRoleDefaultPolicy")) {
                for (JsonNode statement : entry.getValue().at("/Properties/PolicyDocument/Statement")) {
                    if (statement.path("Action").toString().contains("lambda:")) {
                        assertThat(statement.path("Action").asText()).isEqualTo("lambda:InvokeFunction");
                        assertThat(statement.path("Resource").valueStream())
                                .extracting(each -> each.at("/Fn::GetAtt/0")
                                        .asText()
                                        .replaceFirst("ImageCache(.*)Function.*", "$1"))
                                .containsExactlyInAnyOrderElementsOf(FunctionCatalogue.load().ofStates().stream()
                                        .map(FunctionEntry::name)
                                        .toList());
                        return;
                    }
                }
            }
        });
        assertThat(resources.propertyStream().map(Map.Entry::getKey))
                .anyMatch(id -> id.startsWith("ImageCacheStateMachineRoleDefaultPolicy"));
    }

    @Test
    @DisplayName("sweeps every hour, and tells the sweeper which workflow, cache and parameter are its own")
    void sweep() throws Exception {
        JsonNode rule = synthesis.resource("AWS::Events::Rule", "SweepSchedule");
        assertThat(rule.path("ScheduleExpression").asText()).isEqualTo("rate(1 hour)");
        JsonNode target = rule.at("/Targets/0");
        assertThat(target.at("/Arn/Fn::GetAtt/0").asText()).startsWith("ImageCacheSweepFunction");
        assertThat(target.at("/InputTransformer/InputPathsMap").toString()).contains("$.time");
        assertThat(target.at("/InputTransformer/InputTemplate").toString())
                .contains(
                        "\\\"time\\\":<",
                        "stateMachineArn",
                        "ImageCacheStateMachine",
                        "\\\"cacheName\\\":\\\"gpu\\\"",
                        "/prebake/gpu/snapshot-id");
    }

    @Test
    @DisplayName("carries the bake's command document as it is")
    void document() throws Exception {
        JsonNode document = synthesis.resource("AWS::SSM::Document", "BakeDocument");
        assertThat(document.path("Content")).isEqualTo(MAPPER.readTree(BakeDocument.content()));
        assertThat(document.path("DocumentType").asText()).isEqualTo("Command");
        assertThat(document.path("UpdateMethod").asText()).isEqualTo("NewVersion");
    }

    @Test
    @DisplayName("publishes in a parameter that holds no snapshot before the first bake")
    void parameter() {
        synthesis
                .template()
                .hasResourceProperties(
                        "AWS::SSM::Parameter",
                        Map.of("Name", "/prebake/gpu/snapshot-id", "Value", "none", "Type", "String"));
    }

    @Test
    @DisplayName("gives builders no way in, IMDSv2 with one hop, and an end when they power off")
    void builder() {
        synthesis
                .template()
                .hasResourceProperties("AWS::EC2::SecurityGroup", Map.of("SecurityGroupIngress", Match.absent()));
        synthesis.template().resourceCountIs("AWS::EC2::SecurityGroupIngress", 0);
        synthesis
                .template()
                .hasResourceProperties(
                        "AWS::EC2::LaunchTemplate",
                        Map.of(
                                "LaunchTemplateData",
                                Match.objectLike(Map.of(
                                        "InstanceInitiatedShutdownBehavior",
                                        "terminate",
                                        "MetadataOptions",
                                        Map.of(
                                                "HttpEndpoint", "enabled",
                                                "HttpTokens", "required",
                                                "HttpPutResponseHopLimit", 1)))));
    }

    @Test
    @DisplayName("lets exactly PlanBake and builders read exactly the registries' secrets and authorities")
    void secrets() {
        Map<String, String> readers = new TreeMap<>();
        resources.properties().forEach(entry -> {
            if (entry.getValue().path("Type").asText().equals("AWS::IAM::Policy")) {
                for (JsonNode statement : entry.getValue().at("/Properties/PolicyDocument/Statement")) {
                    if (statement.path("Action").toString().contains("secretsmanager:")) {
                        readers.put(
                                entry.getKey().replaceFirst("ImageCache(.*Role).*", "$1"),
                                statement.path("Resource").asText());
                    }
                }
            }
        });
        assertThat(readers).hasSize(2).allSatisfy((reader, resource) -> {
            assertThat(reader).startsWithIgnoringCase(reader.startsWith("Plan") ? "PlanBakeRole" : "BuilderRole");
            assertThat(resource).isEqualTo(SECRET);
        });
        assertThat(resources.toString()).contains("parameter/registries/ca");
    }

    @Test
    @DisplayName("lets exactly the roll-out's functions call EKS, on exactly the deployment's node groups")
    void nodeGroups() {
        Map<String, String> callers = new TreeMap<>();
        resources.properties().forEach(entry -> {
            if (entry.getValue().path("Type").asText().equals("AWS::IAM::Policy")) {
                for (JsonNode statement : entry.getValue().at("/Properties/PolicyDocument/Statement")) {
                    if (statement.path("Action").toString().contains("eks:")) {
                        callers.put(
                                entry.getKey().replaceFirst("ImageCache(.*)Role.*", "$1"),
                                statement.path("Resource").toString());
                    }
                }
            }
        });
        assertThat(callers).containsOnlyKeys("RollOutNodes", "AwaitRollOut");
        assertThat(callers.get("RollOutNodes"))
                .contains(":nodegroup/ml/gpu-a/*\"", ":nodegroup/ml/gpu-b/*\"")
                .doesNotContain(":nodegroup/*", ":cluster/");
        assertThat(callers.get("AwaitRollOut"))
                .contains(":nodegroup/ml/gpu-a/*\"", ":nodegroup/ml/gpu-b/*\"", ":cluster/ml\"")
                .doesNotContain(":nodegroup/*", ":cluster/*");
    }

    @Test
    @DisplayName("starts itself by schedule and when one of its ECR images is pushed")
    void starts() {
        synthesis
                .template()
                .hasResourceProperties(
                        "AWS::Scheduler::Schedule",
                        Map.of(
                                "ScheduleExpression",
                                "rate(1 day)",
                                "ScheduleExpressionTimezone",
                                "UTC",
                                "Target",
                                Match.objectLike(Map.of("Input", "{}"))));
        synthesis
                .template()
                .hasResourceProperties(
                        "AWS::Events::Rule",
                        Map.of(
                                "EventPattern",
                                Match.objectLike(Map.of(
                                        "source",
                                        List.of("aws.ecr"),
                                        "detail",
                                        Match.objectLike(Map.of("repository-name", List.of("team/serve")))))));
    }

    @Test
    @DisplayName("raises an alarm and says why when an execution fails, times out or is aborted")
    void alarms() {
        synthesis
                .template()
                .hasResourceProperties(
                        "AWS::Events::Rule",
                        Map.of(
                                "EventPattern",
                                Match.objectLike(Map.of(
                                        "source",
                                        List.of("aws.states"),
                                        "detail",
                                        Match.objectLike(
                                                Map.of("status", List.of("FAILED", "TIMED_OUT", "ABORTED")))))));
        synthesis
                .template()
                .hasResourceProperties(
                        "AWS::CloudWatch::Alarm", Map.of("Threshold", 1, "TreatMissingData", "notBreaching"));
    }

    @Test
    @DisplayName("keeps no function that is allowed every action or, but for calls without resources, every resource")
    void noBlankCheques() {
        resources.properties().forEach(entry -> {
            for (JsonNode statement : entry.getValue().at("/Properties/PolicyDocument/Statement")) {
                List<String> actions = statement.path("Action").isArray()
                        ? statement
                                .path("Action")
                                .valueStream()
                                .map(JsonNode::asText)
                                .toList()
                        : List.of(statement.path("Action").asText());
                assertThat(actions)
                        .as(entry.getKey())
                        .noneMatch(action -> action.contains("*") && !action.equals("sns:*"));
                if (statement.path("Resource").asText().equals("*")) {
                    assertThat(actions)
                            .as(entry.getKey())
                            .allMatch(action -> action.matches(
                                    "ec2:Describe.*|ssm:(Describe|List|GetCommandInvocation|UpdateInstanceInformation).*|ssmmessages:.*"
                                            + "|ec2messages:.*|ecr:GetAuthorizationToken|logs:.*|xray:.*"));
                }
            }
        });
    }

    @Test
    @DisplayName("names every problem of its properties at once")
    void refusesProperties() {
        assertThatThrownBy(() -> ImageCacheProps.of(Map.of(
                        "cacheName", "Not A Name",
                        "architecture", "riscv64",
                        "retainSnapshots", 0,
                        "nodeGroups", List.of("gpu"),
                        "schedule", "daily",
                        "vpcId", "vpc-1")))
                .isInstanceOf(InvalidPropertiesException.class)
                .hasMessageContainingAll(
                        "cacheName 'Not A Name'",
                        "architecture 'riscv64'",
                        "retainSnapshots 0",
                        "nodeGroups 'gpu'",
                        "schedule 'daily'",
                        "there are no images",
                        "vpcId and subnetIds");
        assertThatThrownBy(() -> ImageCacheProps.of(Map.of("cachename", "x")))
                .isInstanceOf(InvalidPropertiesException.class)
                .hasMessageContaining("cachename");
        assertThatThrownBy(() -> ImageCacheProps.of(Map.of("images", List.of("acme/app:1'"))))
                .isInstanceOf(InvalidPropertiesException.class)
                .hasMessageContaining("quotation mark");
    }
}
