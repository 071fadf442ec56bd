package dev.prebake.lab.cloud;

import static dev.prebake.lab.cloud.Doubles.assertRefused;
import static dev.prebake.lab.cloud.Doubles.filter;
import static dev.prebake.lab.cloud.Doubles.launch;
import static dev.prebake.lab.cloud.Doubles.volumeOf;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImagesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeTagsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesRequest;
import software.amazon.awssdk.services.ec2.model.EbsBlockDevice;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceStateChange;
import software.amazon.awssdk.services.ec2.model.InstanceStateName;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateSpecification;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.TagDescription;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesRequest;
import software.amazon.awssdk.services.ec2.model.Volume;
import software.amazon.awssdk.services.ec2.model.VolumeState;

@DisplayName("The lab's instances")
class InstancesTest extends OnDoubles {
    @Test
    @DisplayName("A launch repeated with its client token gives the same instance, another token another one")
    void clientToken() {
        Instance first = run(launch("one").clientToken("token-1"));
        Instance repeated = run(launch("one").clientToken("token-1"));
        Instance other = run(launch("one").clientToken("token-2"));

        assertThat(repeated.instanceId()).isEqualTo(first.instanceId());
        assertThat(other.instanceId()).isNotEqualTo(first.instanceId());
        assertThat(described()).hasSize(2);
        assertThat(volumes()).hasSize(2);
    }

    @Test
    @DisplayName("Launches without a client token are never the same")
    void withoutToken() {
        assertThat(run(launch("one")).instanceId())
                .isNotEqualTo(run(launch("one")).instanceId());
    }

    @Test
    @DisplayName("An instance is pending until its machine has started, and shows its volumes from then on")
    void starts() {
        Instance pending = run(launch("one"));
        assertThat(pending.state().name()).isEqualTo(InstanceStateName.PENDING);
        assertThat(pending.state().code()).isZero();
        assertThat(pending.blockDeviceMappings()).isEmpty();
        assertThat(aws.plane.machines()).isEmpty();

        aws.backlog.work();

        Instance running = aws.instance(pending.instanceId());
        assertThat(running.state().name()).isEqualTo(InstanceStateName.RUNNING);
        assertThat(running.state().code()).isEqualTo(16);
        assertThat(running.blockDeviceMappings().getFirst().deviceName()).isEqualTo("/dev/xvdb");
        assertThat(aws.plane.machines().getFirst().volumeIds()).containsExactly(volumeOf(running));
        assertThat(running.placement().availabilityZone()).isEqualTo(Doubles.ZONE);
        assertThat(running.launchTime()).isEqualTo(Doubles.START);
    }

    @Test
    @DisplayName("A terminated instance shuts down first; a second call changes nothing; its volume goes with it")
    void terminates() {
        Instance instance = aws.launched("one");

        InstanceStateChange first = terminate(instance.instanceId());
        InstanceStateChange second = terminate(instance.instanceId());
        assertThat(first.previousState().name()).isEqualTo(InstanceStateName.RUNNING);
        assertThat(first.currentState().name()).isEqualTo(InstanceStateName.SHUTTING_DOWN);
        assertThat(second.previousState().name()).isEqualTo(InstanceStateName.SHUTTING_DOWN);
        assertThat(second.currentState().name()).isEqualTo(InstanceStateName.SHUTTING_DOWN);

        aws.backlog.work();

        Instance terminated = aws.instance(instance.instanceId());
        assertThat(terminated.state().name()).isEqualTo(InstanceStateName.TERMINATED);
        assertThat(terminated.stateReason().code()).isEqualTo("Client.UserInitiatedShutdown");
        assertThat(terminated.blockDeviceMappings()).isEmpty();
        assertThat(volumes()).isEmpty();
        assertThat(aws.plane.machines()).isEmpty();
        assertThat(aws.plane.volumes()).isEmpty();
    }

    @Test
    @DisplayName("A volume that is not to go with its instance is available afterwards")
    void keepsVolume() {
        Instance instance = run(launch("one").blockDeviceMappings(Doubles.volume("/dev/xvdb", 4, false)));
        aws.backlog.work();

        terminate(instance.instanceId());
        aws.backlog.work();

        assertThat(volumes()).singleElement().satisfies(volume -> {
            assertThat(volume.state()).isEqualTo(VolumeState.AVAILABLE);
            assertThat(volume.attachments()).isEmpty();
        });
    }

    @Test
    @DisplayName("An instance that is terminated before it has started leaves no machine and no volume")
    void terminatedWhileItStarts() {
        Instance instance = run(launch("one"));
        terminate(instance.instanceId());

        aws.backlog.work();

        assertThat(aws.instance(instance.instanceId()).state().name()).isEqualTo(InstanceStateName.TERMINATED);
        assertThat(aws.plane.machines()).isEmpty();
        assertThat(volumes()).isEmpty();
    }

    @Test
    @DisplayName(
            "An instance whose volume's snapshot is gone is terminated with the reason as EC2 words it, its volume never was")
    void snapshotIsGone() {
        String snapshotId = aws.snapshot("one");
        terminate(described().getFirst().instanceId());
        aws.backlog.work();
        Instance instance = run(launch("two").blockDeviceMappings(from(snapshotId, Doubles.VOLUME_GIB)));
        aws.ec2.deleteSnapshot(
                DeleteSnapshotRequest.builder().snapshotId(snapshotId).build());

        aws.backlog.work();

        Instance terminated = aws.instance(instance.instanceId());
        assertThat(terminated.state().name()).isEqualTo(InstanceStateName.TERMINATED);
        assertThat(terminated.stateReason().code()).isEqualTo("Client.InvalidSnapshot.NotFound");
        assertThat(terminated.stateTransitionReason()).contains(snapshotId);
        assertThat(volumes()).isEmpty();
    }

    @Test
    @DisplayName(
            "An instance that can't start is terminated with EC2's reason, and its volumes that never were are gone")
    void doesNotStart() {
        aws.faults.thing(ThingFault.INSTANCE_FAILS_TO_START, 1);
        Instance instance = aws.launched("one");

        assertThat(instance.state().name()).isEqualTo(InstanceStateName.TERMINATED);
        assertThat(instance.stateReason().code()).isEqualTo("Server.InternalError");
        assertThat(volumes()).isEmpty();
        assertThat(aws.launched("two").state().name()).isEqualTo(InstanceStateName.RUNNING);
    }

    @Test
    @DisplayName("A call that names an unknown instance is refused whole")
    void unknownInstance() {
        Instance instance = aws.launched("one");
        var describe = DescribeInstancesRequest.builder()
                .instanceIds(instance.instanceId(), "i-0x")
                .build();
        var terminate = TerminateInstancesRequest.builder()
                .instanceIds(instance.instanceId(), "i-0x")
                .build();

        assertRefused("InvalidInstanceID.NotFound", "'i-0x'", () -> aws.ec2.describeInstances(describe));
        assertRefused("InvalidInstanceID.NotFound", "'i-0x'", () -> aws.ec2.terminateInstances(terminate));
        assertThat(aws.instance(instance.instanceId()).state().name()).isEqualTo(InstanceStateName.RUNNING);
    }

    @Test
    @DisplayName("A launch with something unknown is refused under EC2's code for it, and leaves nothing")
    void refusesLaunches() {
        var otherTemplate =
                LaunchTemplateSpecification.builder().launchTemplateId("lt-0x").build();
        assertRefused(
                "InvalidLaunchTemplateId.NotFound",
                "lt-0b",
                () -> run(launch("one").launchTemplate(otherTemplate)));
        assertRefused(
                "InvalidSubnetID.NotFound",
                "'subnet-0x'",
                () -> run(launch("one").subnetId("subnet-0x")));
        assertRefused(
                "InvalidParameterValue", "'/no/such'", () -> run(launch("one").imageId("resolve:ssm:/no/such")));
        assertRefused(
                "Unsupported",
                "\"architecture\" to \"amd64\"",
                () -> run(launch("one").imageId("ami-0aaaaaaaaaaaaaaaa")));
        assertThat(described()).isEmpty();
        assertThat(aws.plane.volumes()).isEmpty();
    }

    @Test
    @DisplayName("An image named by a public parameter is the architecture's")
    void resolvesImage() {
        Instance instance = run(launch("one")
                .imageId("resolve:ssm:/aws/service/eks/optimized-ami/1.36/amazon-linux-2023/x86_64/standard"
                        + "/recommended/image_id"));

        assertThat(instance.imageId()).isEqualTo("ami-0eeeeeeeeeeeeeeee");
    }

    @Test
    @DisplayName("A launch with a mapping that can't be made makes none of its volumes")
    void allVolumesOrNone() {
        var sizeless = BlockDeviceMapping.builder()
                .deviceName("/dev/xvdc")
                .ebs(EbsBlockDevice.builder().build())
                .build();

        assertRefused(
                "MissingParameter",
                "/dev/xvdc",
                () -> run(launch("one").blockDeviceMappings(Doubles.volume("/dev/xvdb", 4, true), sizeless)));
        assertRefused(
                "InvalidSnapshot.NotFound",
                "'snap-0x'",
                () -> run(launch("one").blockDeviceMappings(Doubles.volume("/dev/xvdb", 4, true), from("snap-0x", 4))));
        assertThat(volumes()).isEmpty();
        assertThat(aws.plane.volumes()).isEmpty();
    }

    @Test
    @DisplayName("A volume from a snapshot has its content, and is refused where it would be smaller")
    void fromSnapshot() throws IOException {
        String source = volumeOf(aws.launched("one"));
        Files.writeString(aws.plane.volume(source).orElseThrow().data().resolve("layer"), "content");
        String snapshotId = aws.begunSnapshot(source, "one");
        aws.backlog.work();

        Instance instance = run(launch("two").blockDeviceMappings(from(snapshotId, Doubles.VOLUME_GIB)));
        aws.backlog.work();

        String volumeId = volumeOf(aws.instance(instance.instanceId()));
        assertThat(aws.plane.volume(volumeId).orElseThrow().data().resolve("layer"))
                .hasContent("content");
        assertThat(volumes())
                .filteredOn(volume -> volume.volumeId().equals(volumeId))
                .singleElement()
                .satisfies(volume -> assertThat(volume.snapshotId()).isEqualTo(snapshotId));
        assertRefused(
                "InvalidBlockDeviceMapping", "10", () -> run(launch("three").blockDeviceMappings(from(snapshotId, 9))));
        assertThat(described()).hasSize(2);
    }

    @Test
    @DisplayName("A launch from a snapshot that isn't whole, or never will be, is refused for its state")
    void fromUnfinishedSnapshot() {
        String source = volumeOf(aws.launched("one"));
        String snapshotId = aws.begunSnapshot(source, "one");
        assertRefused(
                "IncorrectState",
                "pending",
                () -> run(launch("two").blockDeviceMappings(from(snapshotId, Doubles.VOLUME_GIB))));

        aws.plane.machines().getFirst().close();
        aws.plane.deleteVolume(source);
        aws.backlog.work();
        assertRefused(
                "IncorrectState",
                "error",
                () -> run(launch("two").blockDeviceMappings(from(snapshotId, Doubles.VOLUME_GIB))));
        assertThat(volumes()).hasSize(1);
    }

    @Test
    @DisplayName("Filters: every one must match, one of its values suffices, * and ? are wildcards")
    void filters() {
        String one = aws.launched("bake-one").instanceId();
        String two = aws.launched("bake-two").instanceId();
        terminate(two);
        aws.backlog.work();

        assertThat(ids(filter("tag:Name", "bake-*"))).containsExactlyInAnyOrder(one, two);
        assertThat(ids(filter("tag:Name", "bake-tw?"))).containsExactly(two);
        assertThat(ids(filter("tag:Name", "bake.two"))).isEmpty();
        assertThat(ids(filter("tag-key", "Name"))).containsExactlyInAnyOrder(one, two);
        assertThat(ids(filter("tag-key", "name"))).isEmpty();
        assertThat(ids(filter("instance-state-name", "pending", "running"))).containsExactly(one);
        assertThat(ids(filter("tag:Name", "bake-two"), filter("instance-state-name", "running")))
                .isEmpty();
        assertThat(ids(filter("instance-id", one), filter("availability-zone", Doubles.ZONE)))
                .containsExactly(one);
    }

    @Test
    @DisplayName("The image that it was launched from is EKS's, and found by its ID and by its owner")
    void image() {
        Instance instance = aws.launched("one");

        Image image = aws.ec2
                .describeImages(DescribeImagesRequest.builder()
                        .imageIds(instance.imageId())
                        .build())
                .images()
                .getFirst();

        assertThat(image.name()).contains("eks-node", "x86_64");
        assertThat(aws.ec2
                        .describeImages(
                                DescribeImagesRequest.builder().owners("amazon").build())
                        .images())
                .contains(image);
        assertThat(aws.ec2
                        .describeImages(
                                DescribeImagesRequest.builder().owners("self").build())
                        .images())
                .isEmpty();
    }

    @Test
    @DisplayName("Tags are described with the resources that have them, whatever these are")
    void tags() {
        String snapshotId = aws.snapshot("one");
        String instanceId = aws.ec2
                .describeInstances(DescribeInstancesRequest.builder().build())
                .reservations()
                .getFirst()
                .instances()
                .getFirst()
                .instanceId();

        assertThat(tagged(filter("resource-id", snapshotId, instanceId)))
                .extracting(TagDescription::resourceId)
                .contains(snapshotId, instanceId);
        assertThat(tagged(filter("resource-type", "snapshot")))
                .isNotEmpty()
                .allSatisfy(tag -> assertThat(tag.resourceId()).isEqualTo(snapshotId));
        TagDescription one = tagged(filter("resource-type", "instance")).getFirst();
        assertThat(tagged(filter("key", one.key()), filter("value", one.value()), filter("tag:" + one.key(), "*")))
                .contains(one);
    }

    private List<TagDescription> tagged(Filter... filters) {
        return aws.ec2
                .describeTags(DescribeTagsRequest.builder().filters(filters).build())
                .tags();
    }

    @Test
    @DisplayName("A filter that the lab doesn't know is refused, also where nothing would pass the others")
    void unknownFilter() {
        assertRefused("InvalidParameterValue", "'vpc-id'", () -> ids(filter("vpc-id", "vpc-0a")));
        aws.launched("one");
        assertRefused(
                "InvalidParameterValue",
                "instance-state-name",
                () -> ids(filter("instance-id", "i-0x"), filter("vpc-id", "vpc-0a")));
    }

    private Instance run(RunInstancesRequest.Builder request) {
        return aws.ec2.runInstances(request.build()).instances().getFirst();
    }

    private InstanceStateChange terminate(String instanceId) {
        return aws.ec2
                .terminateInstances(TerminateInstancesRequest.builder()
                        .instanceIds(instanceId)
                        .build())
                .terminatingInstances()
                .getFirst();
    }

    private List<Instance> described(Filter... filters) {
        return aws
                .ec2
                .describeInstances(
                        DescribeInstancesRequest.builder().filters(filters).build())
                .reservations()
                .stream()
                .flatMap(reservation -> reservation.instances().stream())
                .toList();
    }

    private List<String> ids(Filter... filters) {
        return described(filters).stream().map(Instance::instanceId).toList();
    }

    private List<Volume> volumes() {
        return aws.ec2.describeVolumes(DescribeVolumesRequest.builder().build()).volumes();
    }

    private static BlockDeviceMapping from(String snapshotId, int sizeGiB) {
        return BlockDeviceMapping.builder()
                .deviceName("/dev/xvdb")
                .ebs(EbsBlockDevice.builder()
                        .snapshotId(snapshotId)
                        .volumeSize(sizeGiB)
                        .build())
                .build();
    }
}
