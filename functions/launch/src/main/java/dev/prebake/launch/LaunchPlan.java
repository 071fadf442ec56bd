package dev.prebake.launch;

import dev.prebake.kernel.BakedSnapshot;
import dev.prebake.kernel.PlannedVolume;
import dev.prebake.kernel.Sha256;
import dev.prebake.kernel.Tags;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.EbsBlockDevice;
import software.amazon.awssdk.services.ec2.model.HttpTokensState;
import software.amazon.awssdk.services.ec2.model.InstanceMetadataEndpointState;
import software.amazon.awssdk.services.ec2.model.InstanceMetadataOptionsRequest;
import software.amazon.awssdk.services.ec2.model.InstanceType;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateSpecification;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.ShutdownBehavior;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagSpecification;
import software.amazon.awssdk.services.ec2.model.VolumeType;

/**
 * What to ask EC2 for, and in which order.
 *
 * @param request what is to be launched
 * @param base ID of the snapshot to make the data volume from; absent for an empty one
 */
record LaunchPlan(LaunchRequest request, @Nullable String base) {
    /** The data volume's device name; on AWS's Nitro instances the kernel names it otherwise. */
    static final String DATA_DEVICE = "/dev/xvdb";

    /**
     * After how long a builder ends itself, should the workflow be lost: the waits for the builder (10 min) and for the
     * bake (3 h) at their longest, and 50 min for retries in between and for CreateSnapshot, which ends it in the normal
     * course.
     */
    static final Duration SELF_DESTRUCTION = Duration.ofMinutes(10).plusHours(3).plusMinutes(50);

    /** From the plan's base, where it has one. */
    static LaunchPlan of(LaunchRequest request) {
        BakedSnapshot base = request.plan().base();
        return new LaunchPlan(request, base == null ? null : base.snapshotId());
    }

    /** The same with an empty data volume. */
    LaunchPlan fromEmpty() {
        return new LaunchPlan(request, null);
    }

    /** Every instance type in every subnet: a type's capacity differs by zone, and an earlier type is the better one. */
    List<LaunchAttempt> attempts() {
        return request.plan().instanceTypes().stream()
                .flatMap(type -> request.subnetIds().stream().map(subnet -> new LaunchAttempt(type, subnet)))
                .toList();
    }

    /** The call for one attempt; the same attempt of the same execution gives the same call, client token included. */
    RunInstancesRequest toRequest(LaunchAttempt attempt) {
        return RunInstancesRequest.builder()
                .clientToken(clientToken(attempt))
                .minCount(1)
                .maxCount(1)
                .launchTemplate(LaunchTemplateSpecification.builder()
                        .launchTemplateId(request.launchTemplateId())
                        .version("$Default")
                        .build())
                // EC2 looks the parameter up itself
                // (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-systems-manager-parameter-to-find-AMI.html).
                .imageId("resolve:ssm:" + request.imageParameter())
                .instanceType(InstanceType.fromValue(attempt.instanceType()))
                .subnetId(attempt.subnetId())
                .blockDeviceMappings(dataVolume())
                // With this, powering off from within ends the instance and its bill.
                .instanceInitiatedShutdownBehavior(ShutdownBehavior.TERMINATE)
                // Hop limit 1: nothing that runs in a container of its own network reaches the builder's credentials.
                .metadataOptions(InstanceMetadataOptionsRequest.builder()
                        .httpEndpoint(InstanceMetadataEndpointState.ENABLED)
                        .httpTokens(HttpTokensState.REQUIRED)
                        .httpPutResponseHopLimit(1)
                        .build())
                .userData(Base64.getEncoder().encodeToString(userData().getBytes(StandardCharsets.UTF_8)))
                .tagSpecifications(tagged(ResourceType.INSTANCE), tagged(ResourceType.VOLUME))
                .build();
    }

    /** Ends the builder at its deadline whatever becomes of the workflow: cloud-init runs this once, at the first boot. */
    static String userData() {
        return "#!/bin/sh\nshutdown -h +" + SELF_DESTRUCTION.toMinutes() + "\n";
    }

    private BlockDeviceMapping dataVolume() {
        PlannedVolume volume = request.plan().volume();
        return BlockDeviceMapping.builder()
                .deviceName(DATA_DEVICE)
                .ebs(EbsBlockDevice.builder()
                        .snapshotId(base)
                        .volumeType(VolumeType.GP3)
                        .volumeSize(volume.sizeGiB())
                        .iops(volume.iops())
                        .throughput(volume.throughputMiBps())
                        .encrypted(true)
                        .kmsKeyId(volume.kmsKeyArn())
                        // The builder goes once the snapshot is begun; the volume stays until it is complete.
                        .deleteOnTermination(false)
                        .build())
                .build();
    }

    /** EC2 takes up to 64 ASCII characters, as many as a SHA-256 has in hex; execution names alone may have 80. */
    private String clientToken(LaunchAttempt attempt) {
        String identity = request.execution() + "\n" + attempt.instanceType() + "\n" + attempt.subnetId()
                + (base == null ? "" : "\n" + base);
        return Sha256.hex(identity.getBytes(StandardCharsets.UTF_8));
    }

    private TagSpecification tagged(ResourceType type) {
        List<Tag> tags = new ArrayList<>(List.of(
                tag(Tags.NAME, "prebake " + request.plan().cacheName() + " builder"),
                tag(Tags.CACHE, request.plan().cacheName()),
                tag(Tags.EXECUTION, request.execution()),
                tag(Tags.FINGERPRINT, request.plan().fingerprint())));
        if (base != null) {
            tags.add(tag(Tags.BASE, base));
        }
        return TagSpecification.builder().resourceType(type).tags(tags).build();
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }
}
