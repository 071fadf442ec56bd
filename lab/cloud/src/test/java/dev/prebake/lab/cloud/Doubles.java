package dev.prebake.lab.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prebake.catalogue.BakeDocument;
import dev.prebake.kernel.Architecture;
import dev.prebake.lab.clock.LabClock;
import dev.prebake.lab.host.DataPlane;
import dev.prebake.lab.host.DataPlanes;
import java.nio.file.Path;
import java.time.Instant;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.CreateSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.EbsBlockDevice;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateSpecification;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/** The doubles over folders: their clock moves by its jumps alone, their background work is done when a test says so. */
final class Doubles implements AutoCloseable {
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    static final String ZONE = "us-east-1a";
    static final int VOLUME_GIB = 10;

    final DataPlane plane;
    final LabClock clock = LabClock.frozenAt(START);
    final Backlog backlog = new Backlog();
    final FaultPlan faults = new FaultPlan(1, Pace.REAL);
    final LabLogs logs = new LabLogs(clock);
    final Instances instances;
    final LabEc2 ec2;
    final LabEks eks;
    final LabSsm ssm;

    /** Makes them with what runs a command's script. */
    Doubles(Path home, ScriptRunner scripts) {
        plane = DataPlanes.detect(home).openDirectories();
        Deployment deployment = Deployment.on(Architecture.AMD64, null);
        Account account = new Account(new JsonFile<>(plane.home().resolve("account.json"), LabState.class));
        LabParameters parameters = new LabParameters(account, deployment.imageParameters(), clock);
        Volumes volumes = new Volumes(plane, account, clock);
        Background background = new Background(clock, backlog);
        instances = new Instances(plane, volumes, parameters, deployment, background, faults);
        LabImages images = new LabImages(account, deployment.images(), clock);
        LaunchTemplates launchTemplates = new LaunchTemplates(volumes, clock);
        ec2 = new LabEc2(
                instances,
                volumes,
                new Snapshots(account, plane, volumes, images, background, faults),
                images,
                new FastRestores(account, clock, deployment.zones(), faults),
                launchTemplates);
        eks = new LabEks(launchTemplates, clock, faults);
        ssm = new LabSsm(
                parameters,
                new Commands(
                        CommandDocument.parse(deployment.bakeDocument(), BakeDocument.content()),
                        scripts,
                        instances,
                        logs,
                        background,
                        faults),
                instances);
    }

    Doubles(Path home) {
        this(home, (instanceId, script, parameters, stdout, stderr) -> 0);
    }

    @Override
    public void close() {
        instances.close();
        plane.close();
    }

    /** A launch of an instance with one volume that goes with it, tagged as the instance is. */
    static RunInstancesRequest.Builder launch(String name) {
        return RunInstancesRequest.builder()
                .launchTemplate(LaunchTemplateSpecification.builder()
                        .launchTemplateId("lt-0bbbbbbbbbbbbbbbb")
                        .build())
                .subnetId("subnet-0aaaaaaaaaaaaaaaa")
                .imageId("ami-0eeeeeeeeeeeeeeee")
                .instanceType("c6in.4xlarge")
                .minCount(1)
                .maxCount(1)
                .blockDeviceMappings(volume("/dev/xvdb", VOLUME_GIB, true))
                .tagSpecifications(tags(ResourceType.INSTANCE, name), tags(ResourceType.VOLUME, name));
    }

    static BlockDeviceMapping volume(String device, int sizeGiB, boolean deleteOnTermination) {
        return BlockDeviceMapping.builder()
                .deviceName(device)
                .ebs(EbsBlockDevice.builder()
                        .volumeSize(sizeGiB)
                        .iops(6000)
                        .throughput(500)
                        .deleteOnTermination(deleteOnTermination)
                        .build())
                .build();
    }

    static TagSpecification tags(ResourceType type, String name) {
        return TagSpecification.builder()
                .resourceType(type)
                .tags(Tag.builder().key("Name").value(name).build())
                .build();
    }

    static Filter filter(String name, String... values) {
        return Filter.builder().name(name).values(values).build();
    }

    /** Launches an instance with one volume and lets it start. */
    Instance launched(String name) {
        String instanceId =
                ec2.runInstances(launch(name).build()).instances().getFirst().instanceId();
        backlog.work();
        return instance(instanceId);
    }

    Instance instance(String instanceId) {
        return ec2.describeInstances(DescribeInstancesRequest.builder()
                        .instanceIds(instanceId)
                        .build())
                .reservations()
                .getFirst()
                .instances()
                .getFirst();
    }

    static String volumeOf(Instance instance) {
        return instance.blockDeviceMappings().getFirst().ebs().volumeId();
    }

    /** Begins a snapshot, whose copy waits in the backlog. */
    String begunSnapshot(String volumeId, String name) {
        return ec2.createSnapshot(CreateSnapshotRequest.builder()
                        .volumeId(volumeId)
                        .description("of " + name)
                        .tagSpecifications(tags(ResourceType.SNAPSHOT, name))
                        .build())
                .snapshotId();
    }

    /** A snapshot that is complete. */
    String snapshot(String name) {
        String snapshotId = begunSnapshot(volumeOf(launched(name)), name);
        backlog.work();
        return snapshotId;
    }

    /** Asserts that AWS's error code is the answer, with words that have a fragment in them. */
    static void assertRefused(String code, String fragment, ThrowingCallable call) {
        assertRefused(code, 400, fragment, call);
    }

    /** The same where the service answers with another HTTP status. */
    static void assertRefused(String code, int status, String fragment, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(AwsServiceException.class, e -> {
                    assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code);
                    assertThat(e.statusCode()).isEqualTo(status);
                })
                .hasMessageContaining(fragment);
    }
}
