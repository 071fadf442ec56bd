package dev.prebake.lab.cloud;

import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.CreateLaunchTemplateRequest;
import software.amazon.awssdk.services.ec2.model.CreateLaunchTemplateResponse;
import software.amazon.awssdk.services.ec2.model.CreateLaunchTemplateVersionRequest;
import software.amazon.awssdk.services.ec2.model.CreateLaunchTemplateVersionResponse;
import software.amazon.awssdk.services.ec2.model.CreateSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.CreateSnapshotResponse;
import software.amazon.awssdk.services.ec2.model.CreateTagsRequest;
import software.amazon.awssdk.services.ec2.model.CreateTagsResponse;
import software.amazon.awssdk.services.ec2.model.CreateVolumeRequest;
import software.amazon.awssdk.services.ec2.model.CreateVolumeResponse;
import software.amazon.awssdk.services.ec2.model.DeleteLaunchTemplateRequest;
import software.amazon.awssdk.services.ec2.model.DeleteLaunchTemplateResponse;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotResponse;
import software.amazon.awssdk.services.ec2.model.DeleteVolumeRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVolumeResponse;
import software.amazon.awssdk.services.ec2.model.DeregisterImageRequest;
import software.amazon.awssdk.services.ec2.model.DeregisterImageResponse;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoresResponse;
import software.amazon.awssdk.services.ec2.model.DescribeImagesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImagesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplateVersionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplateVersionsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplatesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplatesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotAttributeResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeTagsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeTagsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesResponse;
import software.amazon.awssdk.services.ec2.model.DisableFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.DisableFastSnapshotRestoresResponse;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoresResponse;
import software.amazon.awssdk.services.ec2.model.ModifyLaunchTemplateRequest;
import software.amazon.awssdk.services.ec2.model.ModifyLaunchTemplateResponse;
import software.amazon.awssdk.services.ec2.model.ModifySnapshotAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifySnapshotAttributeResponse;
import software.amazon.awssdk.services.ec2.model.RegisterImageRequest;
import software.amazon.awssdk.services.ec2.model.RegisterImageResponse;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.RunInstancesResponse;
import software.amazon.awssdk.services.ec2.model.TagDescription;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesRequest;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesResponse;

/** EC2, as far as a bake and an operator's look at it go; the operations that exist are the ones overridden here. */
final class LabEc2 implements Ec2Client {
    private final Instances instances;
    private final Volumes volumes;
    private final Snapshots snapshots;
    private final LabImages images;
    private final FastRestores fastRestores;
    private final LaunchTemplates launchTemplates;

    LabEc2(
            Instances instances,
            Volumes volumes,
            Snapshots snapshots,
            LabImages images,
            FastRestores fastRestores,
            LaunchTemplates launchTemplates) {
        this.instances = instances;
        this.volumes = volumes;
        this.snapshots = snapshots;
        this.images = images;
        this.fastRestores = fastRestores;
        this.launchTemplates = launchTemplates;
    }

    @Override
    public RunInstancesResponse runInstances(RunInstancesRequest request) {
        return instances.run(request);
    }

    @Override
    public DescribeInstancesResponse describeInstances(DescribeInstancesRequest request) {
        return instances.describe(request);
    }

    @Override
    public TerminateInstancesResponse terminateInstances(TerminateInstancesRequest request) {
        return instances.terminate(request);
    }

    @Override
    public DescribeVolumesResponse describeVolumes(DescribeVolumesRequest request) {
        return volumes.describe(request);
    }

    @Override
    public CreateVolumeResponse createVolume(CreateVolumeRequest request) {
        return volumes.create(request);
    }

    @Override
    public DeleteVolumeResponse deleteVolume(DeleteVolumeRequest request) {
        // Deleting a volume has no effect on snapshots of it, so one that is still copied from waits for that.
        snapshots.finishCopiesOf(request.volumeId());
        return volumes.delete(request);
    }

    @Override
    public CreateSnapshotResponse createSnapshot(CreateSnapshotRequest request) {
        return snapshots.create(request);
    }

    @Override
    public DescribeSnapshotsResponse describeSnapshots(DescribeSnapshotsRequest request) {
        return snapshots.describe(request);
    }

    @Override
    public DeleteSnapshotResponse deleteSnapshot(DeleteSnapshotRequest request) {
        return snapshots.delete(request);
    }

    @Override
    public DescribeSnapshotAttributeResponse describeSnapshotAttribute(DescribeSnapshotAttributeRequest request) {
        return snapshots.describe(request);
    }

    @Override
    public ModifySnapshotAttributeResponse modifySnapshotAttribute(ModifySnapshotAttributeRequest request) {
        return snapshots.modify(request);
    }

    @Override
    public RegisterImageResponse registerImage(RegisterImageRequest request) {
        return images.register(request);
    }

    @Override
    public DescribeImagesResponse describeImages(DescribeImagesRequest request) {
        return images.describe(request);
    }

    @Override
    public DeregisterImageResponse deregisterImage(DeregisterImageRequest request) {
        return images.deregister(request);
    }

    @Override
    public EnableFastSnapshotRestoresResponse enableFastSnapshotRestores(EnableFastSnapshotRestoresRequest request) {
        return fastRestores.enable(request);
    }

    @Override
    public DescribeFastSnapshotRestoresResponse describeFastSnapshotRestores(
            DescribeFastSnapshotRestoresRequest request) {
        return fastRestores.describe(request);
    }

    @Override
    public DisableFastSnapshotRestoresResponse disableFastSnapshotRestores(DisableFastSnapshotRestoresRequest request) {
        return fastRestores.disable(request);
    }

    @Override
    public CreateLaunchTemplateResponse createLaunchTemplate(CreateLaunchTemplateRequest request) {
        return launchTemplates.create(request);
    }

    @Override
    public CreateLaunchTemplateVersionResponse createLaunchTemplateVersion(CreateLaunchTemplateVersionRequest request) {
        return launchTemplates.createVersion(request);
    }

    @Override
    public DescribeLaunchTemplatesResponse describeLaunchTemplates(DescribeLaunchTemplatesRequest request) {
        return launchTemplates.describe(request);
    }

    @Override
    public DescribeLaunchTemplateVersionsResponse describeLaunchTemplateVersions(
            DescribeLaunchTemplateVersionsRequest request) {
        return launchTemplates.describeVersions(request);
    }

    @Override
    public ModifyLaunchTemplateResponse modifyLaunchTemplate(ModifyLaunchTemplateRequest request) {
        return launchTemplates.modify(request);
    }

    @Override
    public DeleteLaunchTemplateResponse deleteLaunchTemplate(DeleteLaunchTemplateRequest request) {
        return launchTemplates.delete(request);
    }

    /** Those of all resources here. */
    @Override
    public DescribeTagsResponse describeTags(DescribeTagsRequest request) {
        TagDescriptions tags = new TagDescriptions();
        instances.describe(DescribeInstancesRequest.builder().build()).reservations().stream()
                .flatMap(reservation -> reservation.instances().stream())
                .forEach(each -> tags.add(ResourceType.INSTANCE, each.instanceId(), each.tags()));
        volumes.describe(DescribeVolumesRequest.builder().build())
                .volumes()
                .forEach(each -> tags.add(ResourceType.VOLUME, each.volumeId(), each.tags()));
        snapshots
                .describe(DescribeSnapshotsRequest.builder().build())
                .snapshots()
                .forEach(each -> tags.add(ResourceType.SNAPSHOT, each.snapshotId(), each.tags()));
        images.describe(DescribeImagesRequest.builder().build())
                .images()
                .forEach(each -> tags.add(ResourceType.IMAGE, each.imageId(), each.tags()));
        launchTemplates
                .describe(DescribeLaunchTemplatesRequest.builder().build())
                .launchTemplates()
                .forEach(each -> tags.add(ResourceType.LAUNCH_TEMPLATE, each.launchTemplateId(), each.tags()));
        Page<TagDescription> page = AwsAnswers.ec2Page(
                tags.passing(request.filters()),
                tag -> tag.resourceId() + " " + tag.key(),
                request.maxResults(),
                AwsAnswers.EC2_LEAST,
                request.nextToken());
        return DescribeTagsResponse.builder()
                .tags(page.items())
                .nextToken(page.nextToken())
                .build();
    }

    /** Of launch templates alone: everything else here gets its tags as it is made. */
    @Override
    public CreateTagsResponse createTags(CreateTagsRequest request) {
        for (String id : request.resources()) {
            if (!id.startsWith("lt-")) {
                throw AwsAnswers.ec2(
                        "InvalidID",
                        "The ID '" + id + "' is not valid: the lab gives more tags to launch templates alone.");
            }
            launchTemplates.existing(id, null);
        }
        request.resources().forEach(id -> launchTemplates.tag(id, request.tags()));
        return CreateTagsResponse.builder().build();
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {
        // The machines are the lab's to stop.
    }
}
