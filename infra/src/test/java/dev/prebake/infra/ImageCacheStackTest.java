package dev.prebake.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.prebake.catalogue.BakeDocument;
import dev.prebake.catalogue.Definition;
import dev.prebake.catalogue.FunctionCatalogue;
import dev.prebake.catalogue.FunctionEntry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awscdk.assertions.Match;

@DisplayName("The image cache's stack")
class ImageCacheStackTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:registry-AbCdEf";

    private static final String KEY = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9";

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
                        List.of("111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/serve:1", "docker.io/acme/app:1"),
                        "registries",
                        Map.of("docker.io", Map.of("secretArn", SECRET, "caParameter", "/registries/ca")),
                        "nodeGroups",
                        List.of("ml/gpu-a", "ml/gpu-b"),
                        "kmsKeyArn",
                        KEY,
                        "schedule",
                        "rate(1 day)",
                        "rebuildOnPush",
                        true));
        Nag.check(synthesis.stack());
        resources = synthesis.resources();
    }

    @Test
    @DisplayName("passes cdk-nag's AwsSolutions, but for what is suppressed with a reason")
    void nag() {
        Nag.assertClean(synthesis.stack());
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
    @DisplayName(
            "lets a roll-out add versions to launch templates, and launch from them, only where their owner's tag says so")
    void launchTemplates() {
        List<JsonNode> onTemplates = new ArrayList<>();
        resources.properties().forEach(entry -> {
            if (entry.getKey().startsWith("ImageCacheRollOutNodesRole")) {
                for (JsonNode statement : entry.getValue().at("/Properties/PolicyDocument/Statement")) {
                    if (statement.path("Resource").toString().matches(".*:(launch-template/)?\\*\".*")) {
                        onTemplates.add(statement);
                    }
                }
            }
        });
        assertThat(onTemplates).singleElement().satisfies(statement -> {
            assertThat(statement.path("Action").toString())
                    .contains("ec2:CreateLaunchTemplateVersion", "ec2:RunInstances");
            assertThat(statement.path("Condition").toString())
                    .isEqualTo("{\"StringLike\":{\"aws:ResourceTag/prebake:cache\":\"*\"}}");
        });
    }

    @Test
    @DisplayName(
            "encrypts builders' volumes with the deployment's key, which LaunchBuilder alone may use, and through EC2 alone")
    void key() {
        assertThat(synthesis
                        .resource("AWS::StepFunctions::StateMachine", "StateMachine")
                        .at("/DefinitionSubstitutions/KmsKeyArn")
                        .asText())
                .isEqualTo(KEY);
        assertThat(synthesis
                        .resource("AWS::EC2::LaunchTemplate", "BuilderTemplate")
                        .at("/LaunchTemplateData/BlockDeviceMappings/0/Ebs/KmsKeyId")
                        .asText())
                .isEqualTo(KEY);
        Map<String, String> users = new TreeMap<>();
        resources.properties().forEach(entry -> {
            for (JsonNode statement : entry.getValue().at("/Properties/PolicyDocument/Statement")) {
                if (statement.path("Action").toString().contains("kms:")) {
                    assertThat(statement.path("Resource").asText()).isEqualTo(KEY);
                    assertThat(statement.at("/Condition/StringEquals/kms:ViaService"))
                            .isNotEmpty();
                    users.merge(entry.getKey(), statement.path("Action").toString(), String::concat);
                }
            }
        });
        assertThat(users).hasSize(1).allSatisfy((policy, actions) -> {
            assertThat(policy).startsWith("ImageCacheLaunchBuilderRole");
            assertThat(actions).contains("kms:CreateGrant", "kms:GenerateDataKeyWithoutPlaintext");
        });
        assertThat(synthesis.output("NodesKeyGrant"))
                .contains("aws kms create-grant", KEY, "AWSServiceRoleForAutoScaling");
    }

    @Test
    @DisplayName("without a key says so to the workflow, and mentions KMS nowhere else")
    void withoutKey() {
        Synthesis plain = Synthesis.of(folder.resolve("plain"), Map.of());
        JsonNode substitutions = plain.resource("AWS::StepFunctions::StateMachine", "StateMachine")
                .path("DefinitionSubstitutions");
        assertThat(substitutions.propertyStream().map(Map.Entry::getKey))
                .containsExactlyInAnyOrderElementsOf(Definition.placeholders());
        assertThat(substitutions.path("KmsKeyArn").asText()).isEqualTo("none");
        assertThat(plain.resources().findValues("KmsKeyId")).isEmpty();
        assertThat(plain.resources().toString()).doesNotContain("\"kms:");
    }

    @Test
    @DisplayName(
            "shows on the dashboard, of its own metrics, exactly those that filters read from the numbers of a bake's report")
    void dashboard() throws Exception {
        JsonNode report = MAPPER.readTree(
                        Path.of("../events/functions/CreateSnapshot.json").toFile())
                .path("report");
        TreeSet<String> filtered = new TreeSet<>();
        resources.properties().forEach(entry -> {
            if (entry.getValue().path("Type").asText().equals("AWS::Logs::MetricFilter")) {
                JsonNode filter = entry.getValue().path("Properties");
                JsonNode metric = filter.at("/MetricTransformations/0");
                String selector = metric.path("MetricValue").asText();
                assertThat(filter.at("/LogGroupName/Ref").asText()).startsWith("ImageCacheBakeLogs");
                assertThat(filter.path("FilterPattern").asText()).isEqualTo("{ " + selector + " = * }");
                assertThat(report.at(selector.substring(1).replace('.', '/')).isNumber())
                        .as(selector)
                        .isTrue();
                assertThat(metric.path("MetricNamespace").asText()).isEqualTo("Prebake/gpu");
                filtered.add(metric.path("MetricName").asText());
            }
        });
        String body = synthesis
                .resource("AWS::CloudWatch::Dashboard", "Dashboard")
                .at("/DashboardBody/Fn::Join/1")
                .valueStream()
                .map(part -> part.isTextual() ? part.asText() : "resolved")
                .collect(Collectors.joining());
        TreeSet<String> shown = new TreeSet<>();
        String all = MAPPER.readTree(body).findValues("metrics").toString();
        Matcher names = Pattern.compile("\"Prebake/gpu\",\"([A-Za-z]+)\"").matcher(all);
        while (names.find()) {
            shown.add(names.group(1));
        }
        assertThat(shown).isEqualTo(filtered).hasSize(8);
        assertThat(all)
                .contains(
                        "AWS/States",
                        "ExecutionTime",
                        "ExecutionsStarted",
                        "AWS/Lambda",
                        "{AWS/EBS,AvailabilityZone,SnapshotId} MetricName=\\\"FastSnapshotRestoreCreditsBalance\\\"");
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
    @DisplayName(
            "lets pushes wait in a workflow of their own, which may start the cache's and look for later pushes, no more")
    void pushes() {
        JsonNode rule = resources
                .valueStream()
                .filter(resource -> resource.at("/Properties/EventPattern/source/0")
                        .asText()
                        .equals("aws.ecr"))
                .findFirst()
                .orElseThrow();
        assertThat(rule.at("/Properties/Targets")).hasSize(1);
        assertThat(rule.at("/Properties/Targets/0/Arn/Ref").asText()).startsWith("ImageCachePushesWaiting");
        JsonNode waiting = synthesis.resource("AWS::StepFunctions::StateMachine", "PushesWaiting");
        assertThat(waiting.at("/DefinitionSubstitutions/StateMachineArn/Ref").asText())
                .startsWith("ImageCacheStateMachine");
        JsonNode statements = synthesis
                .resource("AWS::IAM::Policy", "PushesWaitingRoleDefaultPolicy")
                .at("/PolicyDocument/Statement");
        assertThat(statements
                        .valueStream()
                        .filter(statement -> statement.path("Action").toString().contains("states:")))
                .hasSize(2)
                .anySatisfy(statement -> {
                    assertThat(statement.path("Action").asText()).isEqualTo("states:StartExecution");
                    assertThat(statement.at("/Resource/Ref").asText()).startsWith("ImageCacheStateMachine");
                })
                .anySatisfy(statement -> {
                    assertThat(statement.path("Action").asText()).isEqualTo("states:ListExecutions");
                    assertThat(statement.path("Resource").toString())
                            .contains(":stateMachine:"
                                    + waiting.path("StateMachineName").asText() + "\"");
                });
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
                        "kmsKeyArn", "alias/mine",
                        "routeTableIds", List.of("rtb-1"),
                        "vpcId", "vpc-1")))
                .isInstanceOf(InvalidPropertiesException.class)
                .hasMessageContainingAll(
                        "cacheName 'Not A Name'",
                        "architecture 'riscv64'",
                        "retainSnapshots 0",
                        "nodeGroups 'gpu'",
                        "schedule 'daily'",
                        "there are no images",
                        "kmsKeyArn 'alias/mine'",
                        "routeTableIds are for endpoints",
                        "vpcId and subnetIds");
        assertThatThrownBy(() -> ImageCacheProps.of(
                        Map.of("rebuildOnPush", true, "retainSnapshots", 0, "images", List.of("docker.io/acme/app:1"))))
                .hasMessageContainingAll("none of the images is from a repository of Amazon ECR", "retainSnapshots 0");
        assertThatThrownBy(() -> ImageCacheProps.of(Map.of("cachename", "x")))
                .isInstanceOf(InvalidPropertiesException.class)
                .hasMessageContaining("cachename");
        assertThatThrownBy(() -> ImageCacheProps.of(Map.of("images", List.of("acme/app:1'"))))
                .isInstanceOf(InvalidPropertiesException.class)
                .hasMessageContaining("quotation mark");
    }
}
