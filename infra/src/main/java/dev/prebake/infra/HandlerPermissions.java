package dev.prebake.infra;

import dev.prebake.catalogue.FunctionEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.ArnComponents;
import software.amazon.awscdk.ArnFormat;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.PolicyStatementProps;

/**
 * What each function's role may do: the calls that its handler makes, each on as little as IAM can tell apart
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html). What bakes make carries their tags from the
 * call that makes it, so everything else of the account's is out of reach.
 */
final class HandlerPermissions {
    /** As the handlers' kernel has it: the tag of everything that a bake makes, and of launch templates that roll-outs may change. */
    static final String CACHE_TAG = "prebake:cache";

    private static final Map<String, Object> TAGGED = Map.of("StringLike", Map.of("aws:ResourceTag/" + CACHE_TAG, "*"));
    private static final Map<String, Object> TAGGING = Map.of("StringLike", Map.of("aws:RequestTag/" + CACHE_TAG, "*"));

    private final Stack stack;
    private final ImageCacheProps props;
    private final Builder builder;

    /**
     * What the functions work on.
     *
     * @param roleArn the builders' role
     * @param launchTemplateId their launch template
     * @param securityGroupId their security group
     * @param subnetIds the subnets they are launched in
     * @param documentName the bake's command document
     * @param logGroupName log group of the bake's output
     */
    record Builder(
            String roleArn,
            String launchTemplateId,
            String securityGroupId,
            List<String> subnetIds,
            String documentName,
            String logGroupName) {}

    HandlerPermissions(Stack stack, ImageCacheProps props, Builder builder) {
        this.stack = stack;
        this.props = props;
        this.builder = builder;
    }

    /**
     * The statements for a function.
     *
     * @throws IllegalArgumentException for one that the catalogue has and this class doesn't
     */
    List<PolicyStatement> of(FunctionEntry function) {
        return switch (function.name()) {
            case "PlanBake" -> plan();
            // And to describe the workflow's executions, which ImageCache allows: see there.
            case "AwaitTurn" -> List.of(on(null, List.of(turns()), "ssm:GetParameterHistory", "ssm:PutParameter"));
            case "LaunchBuilder" -> launch();
            case "AwaitBuilder" -> List.of(anywhere("ec2:DescribeInstances", "ssm:DescribeInstanceInformation"));
            case "StartBake" -> startBake();
            case "AwaitBake" -> awaitBake();
            case "CreateSnapshot" -> createSnapshot();
            case "AwaitSnapshot" ->
                List.of(anywhere("ec2:DescribeSnapshots"), on(TAGGED, List.of(ec2("volume")), "ec2:DeleteVolume"));
            case "EnableFastRestore" ->
                List.of(
                        anywhere("ec2:DescribeFastSnapshotRestores"),
                        on(TAGGED, List.of(snapshots()), "ec2:EnableFastSnapshotRestores"));
            case "AwaitFastRestore" -> List.of(anywhere("ec2:DescribeFastSnapshotRestores"));
            case "PublishSnapshot" ->
                List.of(on(null, published(), "ssm:GetParameter", "ssm:GetParameterHistory", "ssm:PutParameter"));
            case "RollOutNodes" -> rollOut();
            case "AwaitRollOut" -> awaitRollOut();
            case "RetireSnapshots" ->
                List.of(
                        anywhere(
                                "ec2:DescribeSnapshots",
                                "ec2:DescribeVolumes",
                                "ec2:DescribeImages",
                                "ec2:DescribeLaunchTemplates",
                                "ec2:DescribeLaunchTemplateVersions",
                                "ec2:DescribeFastSnapshotRestores"),
                        on(
                                TAGGED,
                                List.of(snapshots()),
                                "ec2:DescribeSnapshotAttribute",
                                "ec2:DeleteSnapshot",
                                "ec2:DisableFastSnapshotRestores"));
            // What Sweep may ask of the workflow comes with it: see ImageCache.
            case "CleanUp", "Sweep" -> cleanUp();
            default ->
                throw new IllegalArgumentException(
                        "No permissions are decided for the function " + function.name() + ".");
        };
    }

    private List<PolicyStatement> cleanUp() {
        return List.of(
                anywhere(
                        "ec2:DescribeInstances",
                        "ec2:DescribeSnapshots",
                        "ec2:DescribeVolumes",
                        "ec2:DescribeFastSnapshotRestores"),
                on(TAGGED, List.of(ec2("instance")), "ec2:TerminateInstances"),
                on(TAGGED, List.of(ec2("volume")), "ec2:DeleteVolume"),
                on(TAGGED, List.of(snapshots()), "ec2:DeleteSnapshot", "ec2:DisableFastSnapshotRestores"),
                on(null, published(), "ssm:GetParameter"));
    }

    /** What PlanBake and the builder both need to read from registries. */
    List<PolicyStatement> registries() {
        List<PolicyStatement> statements = new ArrayList<>();
        statements.add(anywhere("ecr:GetAuthorizationToken"));
        // Of other accounts and regions too, whose repositories have to let the role in.
        statements.add(on(
                null,
                List.of(stack.formatArn(arn("ecr", "*", "*", "repository/*"))),
                "ecr:BatchGetImage",
                "ecr:GetDownloadUrlForLayer"));
        if (!props.secretArns().isEmpty()) {
            statements.add(on(null, props.secretArns(), "secretsmanager:GetSecretValue"));
        }
        if (!props.caParameters().isEmpty()) {
            statements.add(
                    on(null, props.caParameters().stream().map(this::parameter).toList(), "ssm:GetParameter"));
        }
        return statements;
    }

    private List<PolicyStatement> plan() {
        List<PolicyStatement> statements = new ArrayList<>(registries());
        statements.add(anywhere("ec2:DescribeSnapshots"));
        // What there is to roll back to.
        statements.add(on(null, published(), "ssm:GetParameterHistory"));
        return statements;
    }

    private List<PolicyStatement> launch() {
        List<String> given = new ArrayList<>(List.of(
                arn("launch-template/" + builder.launchTemplateId()),
                arn("security-group/" + builder.securityGroupId()),
                ec2("network-interface"),
                // Public AMIs have no account.
                stack.formatArn(arn("ec2", stack.getRegion(), "", "image/*"))));
        builder.subnetIds().forEach(subnet -> given.add(arn("subnet/" + subnet)));
        List<PolicyStatement> statements = new ArrayList<>(key());
        statements.addAll(List.of(
                anywhere("ec2:DescribeInstances"),
                on(null, given, "ec2:RunInstances"),
                on(TAGGING, List.of(ec2("instance"), ec2("volume")), "ec2:RunInstances"),
                on(TAGGED, List.of(snapshots()), "ec2:RunInstances"),
                on(
                        Map.of("StringEquals", Map.of("ec2:CreateAction", "RunInstances")),
                        List.of(ec2("instance"), ec2("volume")),
                        "ec2:CreateTags"),
                // EC2 resolves the AMI's parameter as who launches.
                on(
                        null,
                        List.of(stack.formatArn(
                                arn("ssm", stack.getRegion(), "", "parameter/aws/service/eks/optimized-ami/*"))),
                        "ssm:GetParameters"),
                on(
                        Map.of("StringEquals", Map.of("iam:PassedToService", "ec2." + stack.getUrlSuffix())),
                        List.of(builder.roleArn()),
                        "iam:PassRole")));
        return statements;
    }

    /**
     * What who launches with volumes under a key of one's own needs, through EC2 alone
     * (https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html). The builder itself needs nothing: EC2 hands it
     * a grant. For snapshots and their Fast Snapshot Restore AWS names no permission on the key.
     */
    private List<PolicyStatement> key() {
        String key = props.kmsKeyArn();
        if (key == null) {
            return List.of();
        }
        Map<String, Object> viaEc2 = Map.of("kms:ViaService", "ec2." + stack.getRegion() + "." + stack.getUrlSuffix());
        return List.of(
                on(
                        Map.of("StringEquals", viaEc2),
                        List.of(key),
                        "kms:Decrypt",
                        "kms:DescribeKey",
                        "kms:GenerateDataKeyWithoutPlaintext",
                        "kms:ReEncryptFrom",
                        "kms:ReEncryptTo"),
                on(
                        new TreeMap<>(
                                Map.of("Bool", Map.of("kms:GrantIsForAWSResource", "true"), "StringEquals", viaEc2)),
                        List.of(key),
                        "kms:CreateGrant"));
    }

    private List<PolicyStatement> startBake() {
        return List.of(
                anywhere("ssm:ListCommands"),
                on(null, List.of(document()), "ssm:SendCommand"),
                on(
                        Map.of("StringLike", Map.of("ssm:resourceTag/" + CACHE_TAG, "*")),
                        List.of(ec2("instance")),
                        "ssm:SendCommand"));
    }

    private List<PolicyStatement> awaitBake() {
        return List.of(
                anywhere("ssm:GetCommandInvocation", "ssm:DescribeInstanceInformation"),
                on(null, List.of(bakeLogs()), "logs:DescribeLogStreams", "logs:GetLogEvents"));
    }

    private List<PolicyStatement> createSnapshot() {
        return List.of(
                anywhere("ec2:DescribeSnapshots"),
                on(TAGGED, List.of(ec2("volume")), "ec2:CreateSnapshot"),
                on(TAGGING, List.of(snapshots()), "ec2:CreateSnapshot"),
                on(
                        Map.of("StringEquals", Map.of("ec2:CreateAction", "CreateSnapshot")),
                        List.of(snapshots()),
                        "ec2:CreateTags"),
                on(TAGGED, List.of(ec2("instance")), "ec2:TerminateInstances"));
    }

    /** Nothing where the deployment names no node group: an input can't have others renewed. */
    private List<PolicyStatement> rollOut() {
        if (props.nodeGroups().isEmpty()) {
            return List.of();
        }
        List<String> launched = new ArrayList<>(List.of(
                snapshots(),
                // Public AMIs have no account.
                stack.formatArn(arn("ec2", stack.getRegion(), "", "image/*"))));
        List.of(
                        "instance",
                        "volume",
                        "network-interface",
                        "security-group",
                        "subnet",
                        "key-pair",
                        "placement-group",
                        "capacity-reservation")
                .forEach(type -> launched.add(ec2(type)));
        return List.of(
                on(null, nodeGroups(), "eks:DescribeNodegroup", "eks:UpdateNodegroupVersion"),
                anywhere("ec2:DescribeLaunchTemplates", "ec2:DescribeLaunchTemplateVersions"),
                // Which templates the node groups have stands in none of the deployment's properties: their owners' tag
                // tells.
                // EKS asks whether who updates a node group could launch its nodes, and answers "You are not authorized
                // to
                // launch instances with this launch template" otherwise; EC2 looks at the template and at all that a
                // launch from it takes one by one
                // (https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html).
                on(TAGGED, List.of(ec2("launch-template")), "ec2:CreateLaunchTemplateVersion", "ec2:RunInstances"),
                on(
                        Map.of("ArnLike", Map.of("ec2:LaunchTemplate", ec2("launch-template"))),
                        launched,
                        "ec2:RunInstances"),
                on(
                        Map.of("StringEquals", Map.of("ec2:CreateAction", "RunInstances")),
                        List.of(ec2("instance"), ec2("volume"), ec2("network-interface")),
                        "ec2:CreateTags"));
    }

    private List<PolicyStatement> awaitRollOut() {
        if (props.nodeGroups().isEmpty()) {
            return List.of();
        }
        List<String> resources = new ArrayList<>(nodeGroups());
        // A node group's update counts as its cluster's, too.
        props.nodeGroups().stream()
                .map(nodeGroup -> eks("cluster/" + nodeGroup.substring(0, nodeGroup.indexOf('/'))))
                .distinct()
                .forEach(resources::add);
        return List.of(on(null, resources, "eks:DescribeUpdate"));
    }

    /** EKS ends a node group's ARN with an ID of its own. */
    private List<String> nodeGroups() {
        return props.nodeGroups().stream()
                .map(nodeGroup -> eks("nodegroup/" + nodeGroup + "/*"))
                .toList();
    }

    private String eks(String resource) {
        return stack.formatArn(arn("eks", stack.getRegion(), stack.getAccount(), resource));
    }

    /** The cache's parameter and, below it, the manifest; and the same of caches that an input names itself. */
    private List<String> published() {
        List<String> arns = new ArrayList<>(List.of(parameter("/prebake/*")));
        if (!props.parameterName().startsWith("/prebake/")) {
            arns.add(parameter(props.parameterName()));
            arns.add(parameter(props.parameterName() + "/manifest"));
        }
        return arns;
    }

    /** In whose history the executions of a cache stand in line; an input may name the cache. */
    private String turns() {
        return parameter("/prebake/*/turns");
    }

    /** The bake's log group and its streams: calls on the group name a stream without a name. */
    String bakeLogs() {
        return stack.formatArn(ArnComponents.builder()
                .service("logs")
                .resource("log-group:" + builder.logGroupName() + ":*")
                .arnFormat(ArnFormat.NO_RESOURCE_NAME)
                .build());
    }

    private String document() {
        return stack.formatArn(arn("ssm", stack.getRegion(), stack.getAccount(), "document/" + builder.documentName()));
    }

    private String parameter(String name) {
        String path = name.startsWith("/") ? name : "/" + name;
        return stack.formatArn(arn("ssm", stack.getRegion(), stack.getAccount(), "parameter" + path));
    }

    /** Every resource of a type of this account. */
    private String ec2(String type) {
        return arn(type + "/*");
    }

    /** Snapshots' ARNs have no account. */
    private String snapshots() {
        return stack.formatArn(arn("ec2", stack.getRegion(), "", "snapshot/*"));
    }

    private String arn(String resource) {
        return stack.formatArn(arn("ec2", stack.getRegion(), stack.getAccount(), resource));
    }

    private static ArnComponents arn(String service, String region, String account, String resource) {
        return ArnComponents.builder()
                .service(service)
                .region(region)
                .account(account)
                .resource(resource)
                .arnFormat(ArnFormat.NO_RESOURCE_NAME)
                .build();
    }

    /** For calls that IAM knows no resources of. */
    private static PolicyStatement anywhere(String... actions) {
        return on(null, List.of("*"), actions);
    }

    static PolicyStatement on(@Nullable Map<String, Object> conditions, List<String> resources, String... actions) {
        return new PolicyStatement(PolicyStatementProps.builder()
                .actions(Arrays.asList(actions))
                .resources(resources)
                .conditions(conditions == null ? Map.of() : conditions)
                .build());
    }
}
