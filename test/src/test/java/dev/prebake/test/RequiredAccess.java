package dev.prebake.test;

import dev.prebake.lab.wire.CallContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogStreamsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsRequest;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.CreateLaunchTemplateVersionRequest;
import software.amazon.awssdk.services.ec2.model.CreateSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVolumeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplateVersionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplatesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesRequest;
import software.amazon.awssdk.services.ec2.model.DisableFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagSpecification;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesRequest;
import software.amazon.awssdk.services.eks.EksClient;
import software.amazon.awssdk.services.eks.model.DescribeNodegroupRequest;
import software.amazon.awssdk.services.eks.model.DescribeUpdateRequest;
import software.amazon.awssdk.services.eks.model.LaunchTemplateSpecification;
import software.amazon.awssdk.services.eks.model.Nodegroup;
import software.amazon.awssdk.services.eks.model.UpdateNodegroupVersionRequest;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.secretsmanager.model.GetSecretValueRequest;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionRequest;
import software.amazon.awssdk.services.sfn.model.ListExecutionsRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterHistoryRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;
import software.amazon.awssdk.services.ssm.model.PutParameterRequest;
import software.amazon.awssdk.services.ssm.model.SendCommandRequest;

/**
 * What AWS checks before it carries a call out: actions, resources and condition keys, of the Service Authorization Reference
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/). Resources' tags come from the lab's own.
 */
final class RequiredAccess {
    static final String REGION = "us-east-1";
    static final String ACCOUNT = "123456789012";
    static final String STATE_MACHINE = "arn:aws:states:" + REGION + ":" + ACCOUNT + ":stateMachine:prebake";
    static final String SECURITY_GROUP = "sg-0123456789abcdef0";
    static final String KEY = "arn:aws:kms:" + REGION + ":" + ACCOUNT + ":key/01234567-89ab-cdef-0123-456789abcdef";
    static final String BUILDER_ROLE = "arn:aws:iam::" + ACCOUNT + ":role/builder";

    /** EC2 as the lab has it, past its endpoint: a look at tags is no call of anybody's. */
    private final Ec2Client ec2;

    /** EKS likewise. */
    private final EksClient eks;

    RequiredAccess(Ec2Client ec2, EksClient eks) {
        this.ec2 = ec2;
        this.eks = eks;
    }

    /**
     * All that the call needs.
     *
     * @throws IllegalArgumentException for an operation that isn't known here
     */
    List<Access> of(CallContext call) {
        return switch (call.request()) {
            case RunInstancesRequest run -> runInstances(run);
            case TerminateInstancesRequest terminate ->
                terminate.instanceIds().stream()
                        .map(id -> new Access(
                                "ec2:TerminateInstances", ec2("instance/" + id), resourceTags(instanceTags(id))))
                        .toList();
            case CreateSnapshotRequest create -> createSnapshot(create);
            case DeleteSnapshotRequest delete -> List.of(onSnapshot("ec2:DeleteSnapshot", delete.snapshotId()));
            case DescribeSnapshotAttributeRequest describe ->
                List.of(onSnapshot("ec2:DescribeSnapshotAttribute", describe.snapshotId()));
            case DeleteVolumeRequest delete ->
                List.of(new Access(
                        "ec2:DeleteVolume",
                        ec2("volume/" + delete.volumeId()),
                        resourceTags(volumeTags(delete.volumeId()))));
            case EnableFastSnapshotRestoresRequest enable ->
                enable.sourceSnapshotIds().stream()
                        .map(id -> onSnapshot("ec2:EnableFastSnapshotRestores", id))
                        .toList();
            case DisableFastSnapshotRestoresRequest disable ->
                disable.sourceSnapshotIds().stream()
                        .map(id -> onSnapshot("ec2:DisableFastSnapshotRestores", id))
                        .toList();
            case SendCommandRequest send -> sendCommand(send);
            case InvokeRequest invoke ->
                List.of(new Access("lambda:InvokeFunction", function(invoke.functionName()), Map.of()));
            case GetSecretValueRequest get ->
                List.of(new Access("secretsmanager:GetSecretValue", get.secretId(), Map.of()));
            case GetParameterRequest get -> List.of(new Access("ssm:GetParameter", parameter(get.name()), Map.of()));
            case GetParameterHistoryRequest get ->
                List.of(new Access("ssm:GetParameterHistory", parameter(get.name()), Map.of()));
            case PutParameterRequest put -> List.of(new Access("ssm:PutParameter", parameter(put.name()), Map.of()));
            case DescribeLogStreamsRequest describe ->
                List.of(new Access("logs:DescribeLogStreams", logStream(describe.logGroupName(), ""), Map.of()));
            case GetLogEventsRequest get ->
                List.of(new Access("logs:GetLogEvents", logStream(get.logGroupName(), get.logStreamName()), Map.of()));
            case DescribeExecutionRequest describe ->
                List.of(new Access("states:DescribeExecution", describe.executionArn(), Map.of()));
            case ListExecutionsRequest list ->
                List.of(new Access("states:ListExecutions", list.stateMachineArn(), Map.of()));
            case CreateLaunchTemplateVersionRequest create ->
                List.of(onTemplate("ec2:CreateLaunchTemplateVersion", create.launchTemplateId()));
            case DescribeNodegroupRequest describe ->
                List.of(new Access(
                        "eks:DescribeNodegroup",
                        nodeGroup(describe.clusterName(), describe.nodegroupName())
                                .nodegroupArn(),
                        Map.of()));
            case UpdateNodegroupVersionRequest update -> updateNodeGroup(update);
            case DescribeUpdateRequest describe ->
                List.of(
                        new Access("eks:DescribeUpdate", eks("cluster/" + describe.name()), Map.of()),
                        new Access(
                                "eks:DescribeUpdate",
                                nodeGroup(describe.name(), describe.nodegroupName())
                                        .nodegroupArn(),
                                Map.of()));
            default -> List.of(withoutResource(call));
        };
    }

    /** Calls that IAM knows no resource for, by name: one that isn't here needs a look at the reference first. */
    private static Access withoutResource(CallContext call) {
        String action = call.service() + ":" + call.operation();
        return switch (action) {
            case "ec2:DescribeInstances",
                    "ec2:DescribeSnapshots",
                    "ec2:DescribeVolumes",
                    "ec2:DescribeImages",
                    "ec2:DescribeFastSnapshotRestores",
                    "ec2:DescribeLaunchTemplates",
                    "ec2:DescribeLaunchTemplateVersions",
                    "ssm:DescribeInstanceInformation",
                    "ssm:GetCommandInvocation",
                    "ssm:ListCommands",
                    "ecr:GetAuthorizationToken" -> new Access(action, "*", Map.of());
            default -> throw new IllegalArgumentException("What " + action + " needs isn't known here.");
        };
    }

    private List<Access> runInstances(RunInstancesRequest run) {
        Map<String, List<String>> instance = requestTags(run.tagSpecifications(), ResourceType.INSTANCE);
        Map<String, List<String>> volume = requestTags(run.tagSpecifications(), ResourceType.VOLUME);
        Map<String, List<String>> creation = Map.of("ec2:CreateAction", List.of("RunInstances"));
        List<Access> needed = new ArrayList<>(List.of(
                new Access("ec2:RunInstances", ec2("instance/*"), instance),
                new Access("ec2:RunInstances", ec2("volume/*"), volume),
                new Access("ec2:RunInstances", ec2("network-interface/*"), Map.of()),
                new Access("ec2:RunInstances", ec2("security-group/" + SECURITY_GROUP), Map.of()),
                new Access("ec2:RunInstances", ec2("subnet/" + run.subnetId()), Map.of()),
                new Access(
                        "ec2:RunInstances",
                        ec2("launch-template/" + run.launchTemplate().launchTemplateId()),
                        Map.of()),
                new Access("ec2:RunInstances", "arn:aws:ec2:" + REGION + "::image/ami-0123456789abcdef0", Map.of()),
                new Access("ec2:CreateTags", ec2("instance/*"), both(creation, instance)),
                new Access("ec2:CreateTags", ec2("volume/*"), both(creation, volume)),
                // The launch template has the instance profile.
                new Access("iam:PassRole", BUILDER_ROLE, Map.of("iam:PassedToService", List.of("ec2.amazonaws.com")))));
        String image = run.imageId();
        if (image.startsWith("resolve:ssm:")) {
            needed.add(new Access(
                    "ssm:GetParameters",
                    "arn:aws:ssm:" + REGION + "::parameter" + image.substring("resolve:ssm:".length()),
                    Map.of()));
        }
        for (BlockDeviceMapping mapping : run.blockDeviceMappings()) {
            if (mapping.ebs().snapshotId() != null) {
                needed.add(onSnapshot("ec2:RunInstances", mapping.ebs().snapshotId()));
            }
            if (mapping.ebs().kmsKeyId() != null) {
                needed.addAll(onKey(mapping.ebs().kmsKeyId()));
            }
        }
        return needed;
    }

    /**
     * What EC2 asks KMS for in the caller's name (https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html).
     * AWS tells of a refusal later: the instance ends at once, with {@code Client.InternalError}.
     */
    private static List<Access> onKey(String arn) {
        Map<String, List<String>> viaEc2 = Map.of("kms:ViaService", List.of("ec2." + REGION + ".amazonaws.com"));
        List<Access> needed = new ArrayList<>(List.of(new Access(
                "kms:CreateGrant", arn, both(viaEc2, Map.of("kms:GrantIsForAWSResource", List.of("true"))))));
        for (String action : List.of(
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:GenerateDataKeyWithoutPlaintext",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo")) {
            needed.add(new Access(action, arn, viaEc2));
        }
        return needed;
    }

    /**
     * EKS has EC2 try, as who calls, whether nodes could be launched from the template
     * (https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html): the AMI is EKS's own, as are the network and the tags of its
     * instances. It passes the nodes' role itself, since none stands in such a template.
     */
    private List<Access> updateNodeGroup(UpdateNodegroupVersionRequest update) {
        List<Access> needed = new ArrayList<>(List.of(new Access(
                "eks:UpdateNodegroupVersion",
                nodeGroup(update.clusterName(), update.nodegroupName()).nodegroupArn(),
                Map.of())));
        LaunchTemplateSpecification template = update.launchTemplate();
        if (template == null) {
            return needed;
        }
        needed.add(new Access("ec2:DescribeLaunchTemplateVersions", "*", Map.of()));
        needed.add(onTemplate("ec2:RunInstances", template.id()));
        Map<String, List<String>> from = Map.of("ec2:LaunchTemplate", List.of(ec2("launch-template/" + template.id())));
        List<String> launched = new ArrayList<>(List.of(
                ec2("instance/*"),
                ec2("volume/*"),
                ec2("network-interface/*"),
                ec2("security-group/" + SECURITY_GROUP),
                ec2("subnet/subnet-0aaaaaaaaaaaaaaaa"),
                "arn:aws:ec2:" + REGION + "::image/ami-0123456789abcdef0"));
        snapshotsOf(template).forEach(id -> launched.add("arn:aws:ec2:" + REGION + "::snapshot/" + id));
        launched.forEach(resource -> needed.add(new Access("ec2:RunInstances", resource, from)));
        List.of("instance/*", "volume/*", "network-interface/*")
                .forEach(resource -> needed.add(new Access(
                        "ec2:CreateTags", ec2(resource), Map.of("ec2:CreateAction", List.of("RunInstances")))));
        return needed;
    }

    private List<String> snapshotsOf(LaunchTemplateSpecification template) {
        return ec2
                .describeLaunchTemplateVersions(DescribeLaunchTemplateVersionsRequest.builder()
                        .launchTemplateId(template.id())
                        .versions(template.version())
                        .build())
                .launchTemplateVersions()
                .stream()
                .flatMap(version -> version.launchTemplateData().blockDeviceMappings().stream())
                .map(mapping -> mapping.ebs().snapshotId())
                .filter(Objects::nonNull)
                .toList();
    }

    private Access onTemplate(String action, String id) {
        List<Tag> tags = ec2
                .describeLaunchTemplates(DescribeLaunchTemplatesRequest.builder()
                        .launchTemplateIds(id)
                        .build())
                .launchTemplates()
                .stream()
                .flatMap(template -> template.tags().stream())
                .toList();
        return new Access(action, ec2("launch-template/" + id), resourceTags(tags));
    }

    private Nodegroup nodeGroup(String cluster, String name) {
        return eks.describeNodegroup(DescribeNodegroupRequest.builder()
                        .clusterName(cluster)
                        .nodegroupName(name)
                        .build())
                .nodegroup();
    }

    private List<Access> createSnapshot(CreateSnapshotRequest create) {
        Map<String, List<String>> tags = requestTags(create.tagSpecifications(), ResourceType.SNAPSHOT);
        String snapshot = "arn:aws:ec2:" + REGION + "::snapshot/*";
        return List.of(
                new Access(
                        "ec2:CreateSnapshot",
                        ec2("volume/" + create.volumeId()),
                        resourceTags(volumeTags(create.volumeId()))),
                new Access("ec2:CreateSnapshot", snapshot, tags),
                new Access(
                        "ec2:CreateTags", snapshot, both(tags, Map.of("ec2:CreateAction", List.of("CreateSnapshot")))));
    }

    private List<Access> sendCommand(SendCommandRequest send) {
        List<Access> needed = new ArrayList<>();
        needed.add(new Access(
                "ssm:SendCommand",
                "arn:aws:ssm:" + REGION + ":" + ACCOUNT + ":document/" + send.documentName(),
                Map.of()));
        send.instanceIds().forEach(id -> {
            Map<String, List<String>> tags = new LinkedHashMap<>();
            instanceTags(id).forEach(tag -> tags.put("ssm:resourceTag/" + tag.key(), List.of(tag.value())));
            needed.add(new Access("ssm:SendCommand", ec2("instance/" + id), tags));
        });
        return needed;
    }

    private Access onSnapshot(String action, String id) {
        return new Access(action, "arn:aws:ec2:" + REGION + "::snapshot/" + id, resourceTags(snapshotTags(id)));
    }

    private List<Tag> instanceTags(String id) {
        return ec2
                .describeInstances(
                        DescribeInstancesRequest.builder().instanceIds(id).build())
                .reservations()
                .stream()
                .flatMap(reservation -> reservation.instances().stream())
                .flatMap(instance -> instance.tags().stream())
                .toList();
    }

    /** None for what is no more: AWS answers that there is no such thing. */
    private List<Tag> volumeTags(String id) {
        try {
            return ec2
                    .describeVolumes(
                            DescribeVolumesRequest.builder().volumeIds(id).build())
                    .volumes()
                    .stream()
                    .flatMap(volume -> volume.tags().stream())
                    .toList();
        } catch (Ec2Exception _) {
            return List.of();
        }
    }

    private List<Tag> snapshotTags(String id) {
        try {
            return ec2
                    .describeSnapshots(
                            DescribeSnapshotsRequest.builder().snapshotIds(id).build())
                    .snapshots()
                    .stream()
                    .flatMap(snapshot -> snapshot.tags().stream())
                    .toList();
        } catch (Ec2Exception _) {
            return List.of();
        }
    }

    private static Map<String, List<String>> resourceTags(List<Tag> tags) {
        Map<String, List<String>> context = new LinkedHashMap<>();
        tags.forEach(tag -> context.put("aws:ResourceTag/" + tag.key(), List.of(tag.value())));
        return context;
    }

    private static Map<String, List<String>> requestTags(List<TagSpecification> specifications, ResourceType type) {
        Map<String, List<String>> context = new LinkedHashMap<>();
        specifications.stream()
                .filter(specification -> specification.resourceType() == type)
                .flatMap(specification -> specification.tags().stream())
                .forEach(tag -> context.put("aws:RequestTag/" + tag.key(), List.of(tag.value())));
        return context;
    }

    private static Map<String, List<String>> both(Map<String, List<String>> one, Map<String, List<String>> other) {
        Map<String, List<String>> context = new LinkedHashMap<>(one);
        context.putAll(other);
        return context;
    }

    private static String ec2(String resource) {
        return "arn:aws:ec2:" + REGION + ":" + ACCOUNT + ":" + resource;
    }

    static String function(String name) {
        return "arn:aws:lambda:" + REGION + ":" + ACCOUNT + ":function:" + name;
    }

    private static String eks(String resource) {
        return "arn:aws:eks:" + REGION + ":" + ACCOUNT + ":" + resource;
    }

    private static String parameter(String name) {
        return "arn:aws:ssm:" + REGION + ":" + ACCOUNT + ":parameter" + (name.startsWith("/") ? name : "/" + name);
    }

    private static String logStream(String group, String stream) {
        return "arn:aws:logs:" + REGION + ":" + ACCOUNT + ":log-group:" + group + ":log-stream:" + stream;
    }
}
