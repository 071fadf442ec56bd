package dev.prebake.lab.cloud;

import static dev.prebake.lab.cloud.Doubles.assertRefused;
import static dev.prebake.lab.cloud.Doubles.filter;
import static dev.prebake.lab.cloud.Doubles.launch;
import static dev.prebake.lab.cloud.Doubles.volumeOf;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.DeleteVolumeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesRequest;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesRequest;
import software.amazon.awssdk.services.ec2.model.Volume;
import software.amazon.awssdk.services.ec2.model.VolumeState;

@DisplayName("The lab's volumes")
class VolumesTest extends OnDoubles {
    @Test
    @DisplayName("A volume answers what it was asked to be, and where it is attached")
    void describes() {
        Instance instance = aws.launched("one");

        Volume volume = described().getFirst();

        assertThat(volume.volumeId()).isEqualTo(volumeOf(instance));
        assertThat(volume.size()).isEqualTo(Doubles.VOLUME_GIB);
        assertThat(volume.iops()).isEqualTo(6000);
        assertThat(volume.throughput()).isEqualTo(500);
        assertThat(volume.encrypted()).isTrue();
        assertThat(volume.state()).isEqualTo(VolumeState.IN_USE);
        assertThat(volume.tags().getFirst().value()).isEqualTo("one");
        assertThat(volume.attachments()).singleElement().satisfies(attachment -> {
            assertThat(attachment.instanceId()).isEqualTo(instance.instanceId());
            assertThat(attachment.deleteOnTermination()).isTrue();
        });
    }

    @Test
    @DisplayName("A volume in use can't be deleted; one that its instance has left can, once")
    void deletes() {
        Instance instance = aws.ec2
                .runInstances(launch("one")
                        .blockDeviceMappings(Doubles.volume("/dev/xvdb", 4, false))
                        .build())
                .instances()
                .getFirst();
        aws.backlog.work();
        String volumeId = described().getFirst().volumeId();
        assertRefused("VolumeInUse", instance.instanceId(), () -> delete(volumeId));

        aws.ec2.terminateInstances(TerminateInstancesRequest.builder()
                .instanceIds(instance.instanceId())
                .build());
        aws.backlog.work();
        delete(volumeId);

        assertThat(described()).isEmpty();
        assertThat(aws.plane.volumes()).isEmpty();
        assertRefused("InvalidVolume.NotFound", volumeId, () -> delete(volumeId));
    }

    @Test
    @DisplayName("An unknown volume is EC2's error")
    void unknown() {
        var describe = DescribeVolumesRequest.builder().volumeIds("vol-0x").build();

        assertRefused("InvalidVolume.NotFound", "'vol-0x'", () -> aws.ec2.describeVolumes(describe));
        assertRefused("InvalidVolume.NotFound", "'vol-0x'", () -> delete("vol-0x"));
    }

    @Test
    @DisplayName("Filters find an instance's volumes, and those that are free")
    void filters() {
        Instance one = aws.launched("one");
        aws.launched("two");

        assertThat(described(filter("attachment.instance-id", one.instanceId())))
                .extracting(Volume::volumeId)
                .containsExactly(volumeOf(one));
        assertThat(described(filter("status", "in-use"))).hasSize(2);
        assertThat(described(filter("status", "available"))).isEmpty();
        assertRefused("InvalidParameterValue", "'colour'", () -> described(filter("colour", "blue")));
    }

    private List<Volume> described(Filter... filters) {
        return aws.ec2
                .describeVolumes(
                        DescribeVolumesRequest.builder().filters(filters).build())
                .volumes();
    }

    private void delete(String volumeId) {
        aws.ec2.deleteVolume(DeleteVolumeRequest.builder().volumeId(volumeId).build());
    }
}
