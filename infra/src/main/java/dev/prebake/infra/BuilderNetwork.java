package dev.prebake.infra;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.services.ec2.CfnSecurityGroup;
import software.amazon.awscdk.services.ec2.CfnVPCEndpoint;
import software.amazon.awscdk.services.ec2.GatewayVpcEndpointAwsService;
import software.amazon.awscdk.services.ec2.ISubnet;
import software.amazon.awscdk.services.ec2.InterfaceVpcEndpointAwsService;
import software.amazon.awscdk.services.ec2.SubnetConfiguration;
import software.amazon.awscdk.services.ec2.SubnetType;
import software.amazon.awscdk.services.ec2.Vpc;
import software.constructs.Construct;

/**
 * Where builders run.
 *
 * @param vpcId the VPC
 * @param subnetIds its subnets, in the order to try
 * @param routeTableIds those that get a gateway endpoint of S3, where endpoints are asked for
 */
record BuilderNetwork(String vpcId, List<String> subnetIds, List<String> routeTableIds) {
    /**
     * The given one, or one of the cache's own: with endpoints private subnets without a way to the internet, else public ones without
     * anything that costs while nothing runs.
     */
    static BuilderNetwork of(Construct scope, ImageCacheProps props) {
        String vpcId = props.vpcId();
        if (vpcId != null) {
            return new BuilderNetwork(vpcId, props.subnetIds(), props.routeTableIds());
        }
        SubnetConfiguration.Builder subnets = SubnetConfiguration.builder().name("Builder");
        Vpc vpc = Vpc.Builder.create(scope, "Vpc")
                .maxAzs(3)
                .natGateways(0)
                .subnetConfiguration(List.of(
                        props.endpoints()
                                ? subnets.subnetType(SubnetType.PRIVATE_ISOLATED)
                                        .build()
                                : subnets.subnetType(SubnetType.PUBLIC)
                                        .mapPublicIpOnLaunch(true)
                                        .build()))
                .build();
        List<ISubnet> made = props.endpoints() ? vpc.getIsolatedSubnets() : vpc.getPublicSubnets();
        return new BuilderNetwork(
                vpc.getVpcId(),
                made.stream().map(ISubnet::getSubnetId).toList(),
                made.stream()
                        .map(subnet -> subnet.getRouteTable().getRouteTableId())
                        .toList());
    }

    /**
     * Makes the endpoints that a builder can't do without, reachable by builders alone. They stand in the first subnet, which the
     * others reach: each further zone would cost as much again, and a bake can wait for a zone to come back.
     */
    void endpoints(Construct scope, String builderSecurityGroupId, boolean secrets) {
        CfnSecurityGroup securityGroup = CfnSecurityGroup.Builder.create(scope, "EndpointSecurityGroup")
                .groupDescription("Prebake endpoints: HTTPS from builders")
                .vpcId(vpcId)
                .securityGroupIngress(List.of(CfnSecurityGroup.IngressProperty.builder()
                        .ipProtocol("tcp")
                        .fromPort(443)
                        .toPort(443)
                        .sourceSecurityGroupId(builderSecurityGroupId)
                        .description("Builders")
                        .build()))
                .build();
        interfaces(secrets)
                .forEach((id, service) -> CfnVPCEndpoint.Builder.create(scope, id + "Endpoint")
                        .vpcEndpointType("Interface")
                        .serviceName(service.getName())
                        .vpcId(vpcId)
                        .subnetIds(List.of(subnetIds.getFirst()))
                        .securityGroupIds(List.of(securityGroup.getAttrGroupId()))
                        // Under the services' usual names, so that nothing on the builder has to know.
                        .privateDnsEnabled(true)
                        .build());
        if (!routeTableIds.isEmpty()) {
            CfnVPCEndpoint.Builder.create(scope, "S3Endpoint")
                    .vpcEndpointType("Gateway")
                    .serviceName(GatewayVpcEndpointAwsService.S3.getName())
                    .vpcId(vpcId)
                    .routeTableIds(new ArrayList<>(routeTableIds))
                    .build();
        }
    }

    /**
     * What the SSM agent calls
     * (https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-create-vpc.html), what it sends a command's output to,
     * and what bake.sh calls: ECR, whose layers come from S3
     * (https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html), Secrets Manager for registries' logins, and SSM for
     * their authorities. STS and KMS are not among them: credentials come with the instance, and who decrypts is EBS and Secrets Manager.
     */
    private static Map<String, InterfaceVpcEndpointAwsService> interfaces(boolean secrets) {
        Map<String, InterfaceVpcEndpointAwsService> services = new LinkedHashMap<>();
        services.put("Ssm", InterfaceVpcEndpointAwsService.SSM);
        services.put("SsmMessages", InterfaceVpcEndpointAwsService.SSM_MESSAGES);
        services.put("Ec2Messages", InterfaceVpcEndpointAwsService.EC2_MESSAGES);
        services.put("Logs", InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS);
        services.put("EcrApi", InterfaceVpcEndpointAwsService.ECR);
        services.put("EcrDocker", InterfaceVpcEndpointAwsService.ECR_DOCKER);
        if (secrets) {
            services.put("SecretsManager", InterfaceVpcEndpointAwsService.SECRETS_MANAGER);
        }
        return services;
    }
}
