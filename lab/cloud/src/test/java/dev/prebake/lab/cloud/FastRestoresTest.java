package dev.prebake.lab.cloud;

import static dev.prebake.lab.cloud.Doubles.assertRefused;
import static dev.prebake.lab.cloud.Doubles.filter;
import static org.assertj.core.api.Assertions.assertThat;
import static software.amazon.awssdk.services.ec2.model.FastSnapshotRestoreStateCode.DISABLED;
import static software.amazon.awssdk.services.ec2.model.FastSnapshotRestoreStateCode.DISABLING;
import static software.amazon.awssdk.services.ec2.model.FastSnapshotRestoreStateCode.ENABLED;
import static software.amazon.awssdk.services.ec2.model.FastSnapshotRestoreStateCode.ENABLING;
import static software.amazon.awssdk.services.ec2.model.FastSnapshotRestoreStateCode.OPTIMIZING;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoreSuccessItem;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.DisableFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.DisableFastSnapshotRestoresResponse;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoreErrorItem;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoresResponse;
import software.amazon.awssdk.services.ec2.model.Filter;

@DisplayName("The lab's Fast Snapshot Restore")
@SuppressWarnings("NullAway.Init")
class FastRestoresTest extends OnDoubles {
    private static final Duration TRANSITION = Duration.ofSeconds(10);
    /** 60 minutes per TiB, for {@value Doubles#VOLUME_GIB} GiB. */
    private static final Duration OPTIMIZATION = Duration.ofMillis(35_156);

    private String snapshotId;

    @BeforeEach
    void snapshot() {
        snapshotId = aws.snapshot("one");
    }

    @Test
    @DisplayName("goes from enabling over optimizing to enabled, by the size of the volume, in lab time")
    void enables() throws InterruptedException {
        var answer = enable(snapshotId, Doubles.ZONE);
        assertThat(answer.unsuccessful()).isEmpty();
        assertThat(answer.successful()).singleElement().satisfies(item -> {
            assertThat(item.state()).isEqualTo(ENABLING);
            assertThat(item.availabilityZone()).isEqualTo(Doubles.ZONE);
        });
        assertThat(only().enablingTime()).isEqualTo(Doubles.START);
        assertThat(only().optimizingTime()).isNull();

        aws.clock.sleep(TRANSITION.minusMillis(1));
        assertThat(only().state()).isEqualTo(ENABLING);
        aws.clock.sleep(Duration.ofMillis(1));
        assertThat(only().state()).isEqualTo(OPTIMIZING);
        assertThat(only().optimizingTime()).isEqualTo(Doubles.START.plus(TRANSITION));
        assertThat(only().enabledTime()).isNull();

        aws.clock.sleep(OPTIMIZATION);
        assertThat(only().state()).isEqualTo(OPTIMIZING);
        aws.clock.sleep(Duration.ofMillis(1));
        assertThat(only().state()).isEqualTo(ENABLED);
        assertThat(only().enabledTime())
                .isBetween(
                        Doubles.START.plus(TRANSITION).plus(OPTIMIZATION),
                        Doubles.START.plus(TRANSITION).plus(OPTIMIZATION).plusMillis(1));
    }

    @Test
    @DisplayName("asked for again goes on from where it is")
    void enablesOnce() throws InterruptedException {
        enable(snapshotId, Doubles.ZONE);
        aws.clock.sleep(TRANSITION);

        assertThat(enable(snapshotId, Doubles.ZONE).successful().getFirst().state())
                .isEqualTo(OPTIMIZING);
        assertThat(only().enablingTime()).isEqualTo(Doubles.START);
    }

    @Test
    @DisplayName("names what it can't enable per snapshot and zone, beside what it could")
    void unsuccessful() {
        var answer = aws.ec2.enableFastSnapshotRestores(EnableFastSnapshotRestoresRequest.builder()
                .sourceSnapshotIds(snapshotId, "snap-0x")
                .availabilityZones(Doubles.ZONE, "eu-central-1a")
                .build());

        assertThat(answer.successful()).singleElement().satisfies(item -> {
            assertThat(item.snapshotId()).isEqualTo(snapshotId);
            assertThat(item.availabilityZone()).isEqualTo(Doubles.ZONE);
        });
        assertThat(answer.unsuccessful())
                .extracting(EnableFastSnapshotRestoreErrorItem::snapshotId)
                .containsExactly(snapshotId, "snap-0x");
        var zone = answer.unsuccessful().get(0).fastSnapshotRestoreStateErrors();
        assertThat(zone).singleElement().satisfies(item -> {
            assertThat(item.availabilityZone()).isEqualTo("eu-central-1a");
            assertThat(item.error().code()).isEqualTo("InvalidParameterValue");
            assertThat(item.error().message()).contains("us-east-1a, us-east-1b, us-east-1c");
        });
        var snapshot = answer.unsuccessful().get(1).fastSnapshotRestoreStateErrors();
        assertThat(snapshot)
                .hasSize(2)
                .allSatisfy(item -> assertThat(item.error().code()).isEqualTo("InvalidSnapshot.NotFound"));
    }

    @Test
    @DisplayName("is disabling, then disabled, and can be enabled afresh")
    void disables() throws InterruptedException {
        enable(snapshotId, Doubles.ZONE);
        aws.clock.sleep(Duration.ofMinutes(5));

        var answer = disable(snapshotId, Doubles.ZONE);
        assertThat(answer.successful().getFirst().state()).isEqualTo(DISABLING);
        assertThat(only().state()).isEqualTo(DISABLING);
        aws.clock.sleep(TRANSITION);
        assertThat(only().state()).isEqualTo(DISABLED);

        assertThat(enable(snapshotId, Doubles.ZONE).successful().getFirst().state())
                .isEqualTo(ENABLING);
    }

    @Test
    @DisplayName("that is not on can't be disabled: an unsuccessful item says so")
    void disablesNothing() {
        enable(snapshotId, Doubles.ZONE);
        disable(snapshotId, Doubles.ZONE);

        var answer = aws.ec2.disableFastSnapshotRestores(DisableFastSnapshotRestoresRequest.builder()
                .sourceSnapshotIds(snapshotId)
                .availabilityZones(Doubles.ZONE, "us-east-1b")
                .build());

        assertThat(answer.successful()).isEmpty();
        assertThat(answer.unsuccessful())
                .hasSize(2)
                .allSatisfy(item -> assertThat(item.fastSnapshotRestoreStateErrors()
                                .getFirst()
                                .error()
                                .code())
                        .isEqualTo("InvalidState"));
    }

    @Test
    @DisplayName("is found by snapshot, zone and state")
    void filters() throws InterruptedException {
        enable(snapshotId, Doubles.ZONE);
        aws.clock.sleep(TRANSITION);
        enable(snapshotId, "us-east-1b");

        assertThat(zones(filter("state", "enabling"))).containsExactly("us-east-1b");
        assertThat(zones(filter("state", "optimizing"), filter("snapshot-id", snapshotId)))
                .containsExactly(Doubles.ZONE);
        assertThat(zones(filter("availability-zone", "us-east-1?"))).containsExactly(Doubles.ZONE, "us-east-1b");
        assertThat(zones(filter("snapshot-id", "snap-0x"))).isEmpty();
        assertRefused("InvalidParameterValue", "'colour'", () -> zones(filter("colour", "blue")));
    }

    private EnableFastSnapshotRestoresResponse enable(String snapshot, String zone) {
        return aws.ec2.enableFastSnapshotRestores(EnableFastSnapshotRestoresRequest.builder()
                .sourceSnapshotIds(snapshot)
                .availabilityZones(zone)
                .build());
    }

    private DisableFastSnapshotRestoresResponse disable(String snapshot, String zone) {
        return aws.ec2.disableFastSnapshotRestores(DisableFastSnapshotRestoresRequest.builder()
                .sourceSnapshotIds(snapshot)
                .availabilityZones(zone)
                .build());
    }

    private DescribeFastSnapshotRestoreSuccessItem only() {
        List<DescribeFastSnapshotRestoreSuccessItem> all = described();
        assertThat(all).hasSize(1);
        return all.getFirst();
    }

    private List<String> zones(Filter... filters) {
        return described(filters).stream()
                .map(DescribeFastSnapshotRestoreSuccessItem::availabilityZone)
                .toList();
    }

    private List<DescribeFastSnapshotRestoreSuccessItem> described(Filter... filters) {
        return aws.ec2
                .describeFastSnapshotRestores(DescribeFastSnapshotRestoresRequest.builder()
                        .filters(filters)
                        .build())
                .fastSnapshotRestores();
    }
}
