package dev.prebake.infra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The builders' network, with endpoints,")
class BuilderNetworkTest {
    private static final String SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:registry-AbCdEf";

    @TempDir
    private static Path folder;

    private static Synthesis own;
    private static Synthesis given;

    @BeforeAll
    static void synthesise() {
        own = Synthesis.of(
                folder.resolve("own"),
                Map.of("endpoints", true, "registries", Map.of("docker.io", Map.of("secretArn", SECRET))));
        given = Synthesis.of(
                folder.resolve("given"),
                Map.of(
                        "endpoints",
                        true,
                        "vpcId",
                        "vpc-0123456789abcdef0",
                        "subnetIds",
                        List.of("subnet-0a", "subnet-0b"),
                        "routeTableIds",
                        List.of("rtb-0a", "rtb-0b")));
        Nag.check(own.stack());
        Nag.check(given.stack());
    }

    @Test
    @DisplayName("passes cdk-nag's AwsSolutions, but for what is suppressed with a reason")
    void nag() {
        Nag.assertClean(own.stack());
        Nag.assertClean(given.stack());
    }

    @Test
    @DisplayName("has none but private subnets, and no way to the internet")
    void privateSubnets() {
        assertThat(types(own))
                .doesNotContain("AWS::EC2::InternetGateway", "AWS::EC2::NatGateway", "AWS::EC2::EIP")
                .contains("AWS::EC2::Subnet");
        assertThat(own.resources().findValues("MapPublicIpOnLaunch"))
                .isNotEmpty()
                .noneMatch(JsonNode::booleanValue);
        assertThat(types(given)).doesNotContain("AWS::EC2::VPC", "AWS::EC2::Subnet");
    }

    @Test
    @DisplayName("reaches the services that the SSM agent and the bake call, the secrets' where there are secrets")
    void services() {
        assertThat(interfaces(own))
                .containsExactlyInAnyOrder(
                        "ssm", "ssmmessages", "ec2messages", "logs", "ecr.api", "ecr.dkr", "secretsmanager");
        assertThat(interfaces(given))
                .containsExactlyInAnyOrder("ssm", "ssmmessages", "ec2messages", "logs", "ecr.api", "ecr.dkr");
        for (Synthesis synthesis : List.of(own, given)) {
            assertThat(endpoints(synthesis, "Interface")).allSatisfy(endpoint -> {
                assertThat(endpoint.path("PrivateDnsEnabled").asBoolean()).isTrue();
                assertThat(endpoint.path("SubnetIds")).hasSize(1);
            });
        }
    }

    @Test
    @DisplayName("reaches ECR's layers through an S3 gateway endpoint of every route table")
    void layers() {
        assertThat(endpoints(own, "Gateway")).singleElement().satisfies(endpoint -> {
            assertThat(endpoint.path("ServiceName").toString()).contains(".s3\"");
            assertThat(endpoint.path("RouteTableIds"))
                    .hasSameSizeAs(types(own).stream()
                            .filter(type -> type.equals("AWS::EC2::Subnet"))
                            .toList());
        });
        assertThat(endpoints(given, "Gateway"))
                .singleElement()
                .extracting(endpoint -> endpoint.path("RouteTableIds").toString())
                .isEqualTo("[\"rtb-0a\",\"rtb-0b\"]");
    }

    @Test
    @DisplayName("lets builders alone into the endpoints, and nobody into builders")
    void securityGroups() {
        JsonNode endpoints = own.resource("AWS::EC2::SecurityGroup", "EndpointSecurityGroup");
        assertThat(endpoints.path("SecurityGroupIngress")).singleElement().satisfies(ingress -> {
            assertThat(ingress.path("FromPort").asInt()).isEqualTo(443);
            assertThat(ingress.path("ToPort").asInt()).isEqualTo(443);
            assertThat(ingress.has("CidrIp")).isFalse();
            assertThat(ingress.at("/SourceSecurityGroupId/Fn::GetAtt/0").asText())
                    .startsWith("ImageCacheBuilderSecurityGroup");
        });
        assertThat(own.resource("AWS::EC2::SecurityGroup", "BuilderSecurityGroup")
                        .has("SecurityGroupIngress"))
                .isFalse();
    }

    private static List<String> types(Synthesis synthesis) {
        return synthesis
                .resources()
                .valueStream()
                .map(resource -> resource.path("Type").asText())
                .toList();
    }

    private static List<JsonNode> endpoints(Synthesis synthesis, String type) {
        return synthesis
                .resources()
                .valueStream()
                .filter(resource -> resource.path("Type").asText().equals("AWS::EC2::VPCEndpoint"))
                .map(resource -> resource.path("Properties"))
                .filter(endpoint -> endpoint.path("VpcEndpointType").asText().equals(type))
                .toList();
    }

    /** Behind "com.amazonaws.REGION.". */
    private static List<String> interfaces(Synthesis synthesis) {
        return endpoints(synthesis, "Interface").stream()
                .map(endpoint ->
                        endpoint.at("/ServiceName/Fn::Join/1/2").asText().substring(1))
                .toList();
    }
}
