package dev.prebake.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.BooleanNode;
import io.github.cdklabs.cdknag.AwsSolutionsChecks;
import io.github.cdklabs.cdknag.NagPackSuppression;
import io.github.cdklabs.cdknag.NagSuppressions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awscdk.App;
import software.amazon.awscdk.AppProps;
import software.amazon.awscdk.Aspects;
import software.amazon.awscdk.assertions.Annotations;
import software.amazon.awscdk.assertions.Match;
import software.amazon.awscdk.assertions.Template;

@DisplayName("The GPU cluster's stack")
class GpuClusterStackTest {
    private static final ImageCacheProps CACHE = ImageCacheProps.of(Map.of());
    private static final String KEY = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9";
    private static final String PARAMETER = CACHE.parameterName();

    @TempDir
    private static Path folder;

    private static List<GpuClusterStack> stacks;
    private static JsonNode template;
    private static JsonNode compared;
    private static JsonNode graviton;

    @BeforeAll
    static void synthesise() {
        App app = new App(
                AppProps.builder().outdir(folder.resolve("cdk.out").toString()).build());
        GpuClusterStack stack = new GpuClusterStack(
                app, "Cluster", GpuClusterProps.of(Map.of("volumeInitializationRateMiBps", 300)), CACHE);
        GpuClusterStack other =
                new GpuClusterStack(app, "Compared", GpuClusterProps.of(Map.of("comparisonNodes", 2)), CACHE);
        GpuClusterStack arm64 = new GpuClusterStack(
                app,
                "Graviton",
                GpuClusterProps.of(Map.of("comparisonNodes", 1)),
                ImageCacheProps.of(Map.of("architecture", "arm64", "kmsKeyArn", KEY)));
        stacks = List.of(stack, other, arm64);
        stacks.forEach(GpuClusterStackTest::check);
        template = new ObjectMapper().valueToTree(Template.fromStack(stack).toJSON());
        graviton = new ObjectMapper().valueToTree(Template.fromStack(arm64).toJSON());
        compared = new ObjectMapper().valueToTree(Template.fromStack(other).toJSON());
    }

    private static void check(GpuClusterStack stack) {
        Aspects.of(stack).add(new AwsSolutionsChecks());
        NagSuppressions.addStackSuppressions(
                stack,
                List.of(
                        suppression(
                                "AwsSolutions-EKS1",
                                "Teams reach the API from outside the VPC; identity guards it. A private endpoint is theirs to choose"),
                        suppression(
                                "AwsSolutions-IAM4",
                                "EKS asks for exactly these managed policies on the cluster's and the nodes' roles"),
                        suppression(
                                "AwsSolutions-VPC7",
                                "Flow logs are the owner's choice: they cost by traffic, and image pulls are what the cache avoids")));
    }

    private static NagPackSuppression suppression(String id, String reason) {
        return NagPackSuppression.builder().id(id).reason(reason).build();
    }

    @Test
    @DisplayName("passes cdk-nag's AwsSolutions, but for what is suppressed with a reason")
    void nag() {
        for (GpuClusterStack stack : stacks) {
            Annotations annotations = Annotations.fromStack(stack);
            annotations.hasNoError("*", Match.stringLikeRegexp("AwsSolutions-.*"));
            annotations.hasNoWarning("*", Match.stringLikeRegexp("AwsSolutions-.*"));
        }
    }

    @Test
    @DisplayName("makes GPU nodes of the published snapshot, and none while nothing is published")
    void snapshot() {
        assertThat(template.at("/Parameters/SnapshotId/Type").asText()).isEqualTo("AWS::SSM::Parameter::Value<String>");
        assertThat(template.at("/Parameters/SnapshotId/Default").asText()).isEqualTo(PARAMETER);
        assertThat(template.at("/Conditions/SnapshotPublished").toString())
                .isEqualTo("{\"Fn::Not\":[{\"Fn::Equals\":[{\"Ref\":\"SnapshotId\"},\"none\"]}]}");
        JsonNode launch = only(template, "AWS::EC2::LaunchTemplate");
        assertThat(launch.path("Condition").asText()).isEqualTo("SnapshotPublished");
        JsonNode cache = launch.at("/Properties/LaunchTemplateData/BlockDeviceMappings/1");
        assertThat(cache.path("DeviceName").asText()).isEqualTo("/dev/xvdb");
        assertThat(cache.at("/Ebs/SnapshotId/Ref").asText()).isEqualTo("SnapshotId");
        assertThat(cache.at("/Ebs/VolumeInitializationRate").asInt()).isEqualTo(300);
        JsonNode gpu = gpuNodes(template);
        assertThat(gpu.path("Condition").asText()).isEqualTo("SnapshotPublished");
        assertThat(gpu.at("/Properties/LaunchTemplate/Version/Fn::GetAtt/1").asText())
                .isEqualTo("LatestVersionNumber");
        assertThat(template.at("/Outputs/NextStep/Condition").asText()).isEqualTo("NothingPublished");
        assertThat(template.at("/Outputs/NextStep/Value").asText()).contains(PARAMETER, "deploy this stack again");
    }

    @Test
    @DisplayName("lets roll-outs add versions to the launch template of the nodes with the cache, and to no other")
    void rollOuts() {
        assertThat(only(template, "AWS::EC2::LaunchTemplate")
                        .at("/Properties/TagSpecifications/0")
                        .toString())
                .isEqualTo("{\"ResourceType\":\"launch-template\","
                        + "\"Tags\":[{\"Key\":\"prebake:cache\",\"Value\":\"default\"}]}");
        long tagged = compared.path("Resources")
                .valueStream()
                .filter(resource -> resource.path("Type").asText().equals("AWS::EC2::LaunchTemplate"))
                .filter(resource ->
                        resource.at("/Properties/TagSpecifications").toString().contains("prebake:cache"))
                .count();
        assertThat(tagged).isEqualTo(1);
    }

    @Test
    @DisplayName("labels and taints GPU nodes as GPU pods expect")
    void labels() {
        JsonNode properties = gpuNodes(template).path("Properties");
        assertThat(properties.path("AmiType").asText()).isEqualTo("AL2023_x86_64_NVIDIA");
        assertThat(properties.path("Labels").toString())
                .isEqualTo("{\"ml-container-cache\":\"true\",\"nvidia.com/gpu.present\":\"true\"}");
        assertThat(properties.at("/Taints/0/Key").asText()).isEqualTo("nvidia.com/gpu");
        assertThat(properties.at("/Taints/0/Effect").asText()).isEqualTo("NO_SCHEDULE");
    }

    @Test
    @DisplayName(
            "gives AL2023 nodes the mount as MIME multipart user data within 16 KB, and those to compare with none")
    void userData() throws Exception {
        byte[] data = Base64.getDecoder()
                .decode(only(template, "AWS::EC2::LaunchTemplate")
                        .at("/Properties/LaunchTemplateData/UserData")
                        .asText());
        assertThat(data).hasSizeLessThan(16_384);
        assertThat(new String(data, StandardCharsets.US_ASCII))
                .startsWith("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"//\"\n\n--//\n")
                .contains(Files.readString(Path.of("../node/mount-cache.sh")))
                .endsWith("\n--//--\n");
        assertThat(compared.at("/Resources/ComparisonNodes/Properties/LaunchTemplateData/UserData")
                        .isMissingNode())
                .isTrue();
        assertThat(gpuNodes(compared).at("/Properties/AmiType").asText()).isEqualTo("AL2023_x86_64_NVIDIA");
    }

    @Test
    @DisplayName("has nodes of the architecture of the cache's images, with volumes under the cache's key")
    void followsTheCache() {
        assertThat(gpuNodes(graviton).at("/Properties/AmiType").asText()).isEqualTo("AL2023_ARM_64_NVIDIA");
        assertThat(gpuTemplate(graviton).at("/Properties/LaunchTemplateData/UserData"))
                .isEqualTo(gpuTemplate(template).at("/Properties/LaunchTemplateData/UserData"));
        assertThat(gpuNodes(graviton).at("/Properties/InstanceTypes").toString())
                .isEqualTo("[\"g5g.2xlarge\"]");
        assertThat(gpuNodes(template).at("/Properties/InstanceTypes").toString())
                .isEqualTo("[\"g5.2xlarge\"]");
        assertThat(graviton.findValues("Ebs"))
                .hasSize(3)
                .allSatisfy(ebs -> assertThat(ebs.path("KmsKeyId").asText()).isEqualTo(KEY));
        assertThat(template.findValues("KmsKeyId")).isEmpty();
    }

    @Test
    @DisplayName("refuses nodes that can't run the cache's images, or whose containerd is older than the builders'")
    void refusesMismatch() {
        App app = new App(
                AppProps.builder().outdir(folder.resolve("mismatch").toString()).build());
        GpuClusterProps props = GpuClusterProps.of(
                Map.of("kubernetesVersion", "1.35", "instanceTypes", List.of("g5.xlarge", "g5g.xlarge")));
        assertThatThrownBy(() ->
                        new GpuClusterStack(app, "Cluster", props, ImageCacheProps.of(Map.of("architecture", "arm64"))))
                .isInstanceOf(InvalidPropertiesException.class)
                .hasMessageContainingAll(
                        "'prebake-cluster'", "1.35 is older than the builders' 1.36", "g5.xlarge is not")
                .hasMessageNotContaining("g5g.xlarge is not");
    }

    @Test
    @DisplayName("has nodes of the same type without the cache to compare with, if asked for")
    void comparison() {
        JsonNode properties = nodes(compared, "false").path("Properties");
        assertThat(properties.path("InstanceTypes"))
                .isEqualTo(gpuNodes(compared).at("/Properties/InstanceTypes"));
        assertThat(properties.at("/ScalingConfig/DesiredSize").asInt()).isEqualTo(2);
        JsonNode disk =
                compared.at("/Resources/ComparisonNodes/Properties/LaunchTemplateData/BlockDeviceMappings/0/Ebs");
        assertThat(disk.has("SnapshotId")).isFalse();
        assertThat(disk.path("Throughput"))
                .isEqualTo(gpuTemplate(compared)
                        .at("/Properties/LaunchTemplateData/BlockDeviceMappings/1/Ebs/Throughput"));
        assertThat(template.path("Resources").has("ComparisonNodes")).isFalse();
    }

    @Test
    @DisplayName("has the mount in Karpenter's node class as it is")
    void karpenter() throws Exception {
        String yaml = Files.readString(Path.of("../node/karpenter.yaml"));
        String script = Files.readString(Path.of("../node/mount-cache.sh"))
                .lines()
                .map(line -> line.isEmpty() ? "" : "    " + line)
                .collect(Collectors.joining("\n"));
        assertThat(yaml).contains("  userData: |\n" + script + "\n");
        assertThat(yaml)
                .contains("deviceName: /dev/xvdb", "snapshotID: snap-", "nvidia.com/gpu.present", "ml-container-cache");
    }

    @Test
    @DisplayName("has the add-ons that every node needs")
    void addons() {
        assertThat(template.path("Resources").valueStream())
                .filteredOn(resource -> resource.path("Type").asText().equals("AWS::EKS::Addon"))
                .extracting(resource -> resource.at("/Properties/AddonName").asText())
                .containsExactlyInAnyOrder("vpc-cni", "kube-proxy", "coredns", "eks-pod-identity-agent");
    }

    @Test
    @DisplayName("makes networking before nodes, core nodes before CoreDNS and before the others")
    void order() {
        assertThat(compared.path("Resources").valueStream())
                .filteredOn(resource -> resource.path("Type").asText().equals("AWS::EKS::Cluster"))
                .singleElement()
                .extracting(resource -> resource.at("/Properties/BootstrapSelfManagedAddons"))
                .isEqualTo(BooleanNode.FALSE);
        assertThat(waitsFor("ClusterNodegroupCore")).contains("Addonvpccni", "Addonkubeproxy", "Addonekspodidentity");
        assertThat(waitsFor("Addoncoredns")).contains("ClusterNodegroupCore");
        assertThat(waitsFor("ClusterNodegroupGpu")).contains("ClusterNodegroupCore");
        assertThat(waitsFor("ClusterNodegroupComparison")).contains("ClusterNodegroupCore");
    }

    /** What the one resource whose logical ID begins so depends on explicitly, in one text. */
    private static String waitsFor(String prefix) {
        return compared.path("Resources")
                .propertyStream()
                .filter(resource -> resource.getKey().matches(prefix + "[0-9A-F]{8}"))
                .map(resource -> resource.getValue().path("DependsOn").toString())
                .collect(Collectors.joining());
    }

    @Test
    @DisplayName("asks for no more of the cache's volume than EC2 grants one of 10 GiB")
    void smallestVolume() throws Exception {
        JsonNode cache = only(template, "AWS::EC2::LaunchTemplate")
                .at("/Properties/LaunchTemplateData/BlockDeviceMappings/1/Ebs");
        assertThat(cache.path("Iops").asInt()).isLessThanOrEqualTo(10 * 500);
        assertThat(Files.readString(Path.of("../node/karpenter.yaml")))
                .contains("iops: " + cache.path("Iops").asInt() + "\n        throughput: "
                        + cache.path("Throughput").asInt() + "\n");
    }

    @Test
    @DisplayName("names every problem of its properties at once")
    void refusesProperties() {
        assertThatThrownBy(() -> GpuClusterProps.of(Map.of(
                        "minNodes",
                        5,
                        "maxNodes",
                        2,
                        "volumeInitializationRateMiBps",
                        400,
                        "volumeIops",
                        3000,
                        "instanceTypes",
                        List.of("gpu"))))
                .isInstanceOf(InvalidPropertiesException.class)
                .hasMessageContainingAll(
                        "'prebake-cluster'",
                        "instanceTypes 'gpu'",
                        "minNodes 5",
                        "volumeThroughputMiBps 1000 needs volumeIops 4000",
                        "volumeInitializationRateMiBps 400");
    }

    private static JsonNode gpuNodes(JsonNode template) {
        return nodes(template, "true");
    }

    private static JsonNode nodes(JsonNode template, String cached) {
        return template.path("Resources")
                .valueStream()
                .filter(resource -> resource.path("Type").asText().equals("AWS::EKS::Nodegroup"))
                .filter(resource -> resource.at("/Properties/Labels/ml-container-cache")
                        .asText()
                        .equals(cached))
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode gpuTemplate(JsonNode template) {
        return template.at("/Resources/GpuNodes");
    }

    private static JsonNode only(JsonNode template, String type) {
        List<JsonNode> found = template.path("Resources")
                .valueStream()
                .filter(resource -> resource.path("Type").asText().equals(type))
                .toList();
        assertThat(found).hasSize(1);
        return found.getFirst();
    }
}
