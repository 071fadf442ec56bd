package dev.prebake.lab.cloud;

import static dev.prebake.lab.cloud.Doubles.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.CreateLaunchTemplateRequest;
import software.amazon.awssdk.services.ec2.model.CreateLaunchTemplateVersionRequest;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImagesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplateVersionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplatesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeTagsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesRequest;
import software.amazon.awssdk.services.ec2.model.EbsBlockDevice;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.RegisterImageRequest;
import software.amazon.awssdk.services.ec2.model.RequestLaunchTemplateData;

@DisplayName("EC2's lists in the lab, page by page,")
class Ec2PagesTest extends OnDoubles {
    private static final int THINGS = 6;

    private List<String> snapshots = List.of();

    @BeforeEach
    void make() {
        snapshots = IntStream.range(0, THINGS)
                .mapToObj(number -> aws.snapshot("number-" + number))
                .toList();
    }

    @Test
    @DisplayName("have the instances, volumes, snapshots and tags that they have in one")
    void five() {
        var instances = DescribeInstancesRequest.builder();
        same(
                aws.ec2.describeInstances(instances.build()).reservations(),
                aws.ec2.describeInstancesPaginator(instances.maxResults(5).build()).stream()
                        .map(DescribeInstancesResponse::reservations));
        var volumes = DescribeVolumesRequest.builder();
        same(
                aws.ec2.describeVolumes(volumes.build()).volumes(),
                aws.ec2.describeVolumesPaginator(volumes.maxResults(5).build()).stream()
                        .map(page -> page.volumes()));
        var kept = DescribeSnapshotsRequest.builder();
        same(
                aws.ec2.describeSnapshots(kept.build()).snapshots(),
                aws.ec2.describeSnapshotsPaginator(kept.maxResults(5).build()).stream()
                        .map(page -> page.snapshots()));
        var tags = DescribeTagsRequest.builder();
        same(
                aws.ec2.describeTags(tags.build()).tags(),
                aws.ec2.describeTagsPaginator(tags.maxResults(5).build()).stream()
                        .map(page -> page.tags()));
    }

    @Test
    @DisplayName("have the images, restores, launch templates and their versions that they have in one")
    void one() {
        for (String snapshot : snapshots) {
            aws.ec2.registerImage(RegisterImageRequest.builder()
                    .name("of " + snapshot)
                    .rootDeviceName("/dev/xvda")
                    .blockDeviceMappings(BlockDeviceMapping.builder()
                            .deviceName("/dev/xvda")
                            .ebs(EbsBlockDevice.builder().snapshotId(snapshot).build())
                            .build())
                    .build());
            aws.ec2.createLaunchTemplate(CreateLaunchTemplateRequest.builder()
                    .launchTemplateName("of-" + snapshot)
                    .launchTemplateData(data("1"))
                    .build());
        }
        String template = "of-" + snapshots.getFirst();
        aws.ec2.createLaunchTemplateVersion(CreateLaunchTemplateVersionRequest.builder()
                .launchTemplateName(template)
                .launchTemplateData(data("2"))
                .build());
        aws.ec2.enableFastSnapshotRestores(EnableFastSnapshotRestoresRequest.builder()
                .availabilityZones("us-east-1a", "us-east-1b")
                .sourceSnapshotIds(snapshots.getFirst())
                .build());

        var images = DescribeImagesRequest.builder();
        same(
                aws.ec2.describeImages(images.build()).images(),
                aws.ec2.describeImagesPaginator(images.maxResults(1).build()).stream()
                        .map(page -> page.images()));
        var restores = DescribeFastSnapshotRestoresRequest.builder();
        same(
                aws.ec2.describeFastSnapshotRestores(restores.build()).fastSnapshotRestores(),
                aws
                        .ec2
                        .describeFastSnapshotRestoresPaginator(
                                restores.maxResults(1).build())
                        .stream()
                        .map(page -> page.fastSnapshotRestores()));
        var templates = DescribeLaunchTemplatesRequest.builder();
        same(
                aws.ec2.describeLaunchTemplates(templates.build()).launchTemplates(),
                aws.ec2.describeLaunchTemplatesPaginator(templates.maxResults(1).build()).stream()
                        .map(page -> page.launchTemplates()));
        var versions = DescribeLaunchTemplateVersionsRequest.builder().launchTemplateName(template);
        same(
                aws.ec2.describeLaunchTemplateVersions(versions.build()).launchTemplateVersions(),
                aws
                        .ec2
                        .describeLaunchTemplateVersionsPaginator(
                                versions.maxResults(1).build())
                        .stream()
                        .map(page -> page.launchTemplateVersions()));
    }

    @Test
    @DisplayName("have only what passes the filters, and a token while there is more")
    void filtered() {
        Filter two = Filter.builder()
                .name("snapshot-id")
                .values(snapshots.getFirst(), snapshots.getLast())
                .build();
        assertThat(aws.ec2
                        .describeSnapshots(DescribeSnapshotsRequest.builder()
                                .filters(two)
                                .maxResults(5)
                                .build())
                        .nextToken())
                .isNull();
        assertThat(aws.ec2
                        .describeSnapshots(
                                DescribeSnapshotsRequest.builder().maxResults(5).build())
                        .nextToken())
                .isNotNull();
    }

    @Test
    @DisplayName(
            "are refused with too few on a page, or by a token that no page gave; too many is as many as there may be")
    void refused() {
        assertRefused(
                "InvalidParameterValue",
                "( 4 )",
                () -> aws.ec2.describeVolumes(
                        DescribeVolumesRequest.builder().maxResults(4).build()));
        assertRefused(
                "InvalidNextToken",
                "token",
                () -> aws.ec2.describeVolumes(
                        DescribeVolumesRequest.builder().nextToken("nobody's").build()));
        assertThat(aws.ec2
                        .describeVolumes(DescribeVolumesRequest.builder()
                                .maxResults(5000)
                                .build())
                        .volumes())
                .hasSize(THINGS);
    }

    /** That the pages are more than one, and have the list between them. */
    private static <T> void same(List<T> whole, Stream<List<T>> pages) {
        List<List<T>> turned = pages.toList();
        assertThat(turned).hasSizeGreaterThan(1);
        assertThat(turned.stream().flatMap(List::stream).toList()).isEqualTo(whole);
    }

    private static RequestLaunchTemplateData data(String userData) {
        return RequestLaunchTemplateData.builder().userData(userData).build();
    }
}
