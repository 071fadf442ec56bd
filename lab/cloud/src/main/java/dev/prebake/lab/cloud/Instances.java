package dev.prebake.lab.cloud;

import dev.prebake.kernel.Architecture;
import dev.prebake.lab.host.DataPlane;
import dev.prebake.lab.host.Machine;
import dev.prebake.lab.host.MachineSpec;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.AttachmentStatus;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesResponse;
import software.amazon.awssdk.services.ec2.model.EbsBlockDevice;
import software.amazon.awssdk.services.ec2.model.EbsInstanceBlockDevice;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceBlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.InstanceState;
import software.amazon.awssdk.services.ec2.model.InstanceStateChange;
import software.amazon.awssdk.services.ec2.model.InstanceStateName;
import software.amazon.awssdk.services.ec2.model.Placement;
import software.amazon.awssdk.services.ec2.model.Reservation;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.RunInstancesResponse;
import software.amazon.awssdk.services.ec2.model.StateReason;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesRequest;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesResponse;
import software.amazon.awssdk.services.ssm.model.PingStatus;

/** EC2's instances, over the host's machines. */
final class Instances implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Instances.class.getName());
    /** How images are named that EC2 is to look up in a public parameter. */
    private static final String RESOLVE = "resolve:ssm:";

    private static final Map<InstanceStateName, Integer> CODES = Map.of(
            InstanceStateName.PENDING, 0,
            InstanceStateName.RUNNING, 16,
            InstanceStateName.SHUTTING_DOWN, 32,
            InstanceStateName.TERMINATED, 48);

    private static final ResourceFilter<LabInstance> FILTER = new ResourceFilter<>(
            Map.of(
                    "instance-id", instance -> List.of(instance.instanceId()),
                    "instance-state-name", instance -> List.of(instance.state().toString()),
                    "instance-type", instance -> List.of(instance.instanceType()),
                    "availability-zone", instance -> List.of(instance.availabilityZone())),
            instance -> ResourceTags.answer(instance.tags()));

    private final DataPlane plane;
    private final Volumes volumes;
    private final LabParameters parameters;
    private final Deployment deployment;
    private final Background background;
    private final FaultPlan faults;
    private final Map<String, LabInstance> instances = new ConcurrentHashMap<>();
    private final Map<String, Machine> machines = new ConcurrentHashMap<>();
    /** Instances that stay pending: nobody is about to start them. */
    private final Set<String> hung = ConcurrentHashMap.newKeySet();
    /** What SSM shows of agents that aren't online; empty for one that never registered. */
    private final Map<String, Optional<PingStatus>> agents = new ConcurrentHashMap<>();

    Instances(
            DataPlane plane,
            Volumes volumes,
            LabParameters parameters,
            Deployment deployment,
            Background background,
            FaultPlan faults) {
        this.plane = plane;
        this.volumes = volumes;
        this.parameters = parameters;
        this.deployment = deployment;
        this.background = background;
        this.faults = faults;
    }

    /**
     * The machine of an instance.
     *
     * @throws LabException when it doesn't run
     */
    Machine machine(String instanceId) {
        Machine machine = machines.get(instanceId);
        if (machine == null) {
            throw new LabException("Instance " + instanceId + " runs no more.", null);
        }
        return machine;
    }

    /** Instances that run, oldest first. */
    List<LabInstance> running() {
        return all().stream()
                .filter(instance -> instance.state() == InstanceStateName.RUNNING)
                .toList();
    }

    synchronized RunInstancesResponse run(RunInstancesRequest request) {
        Optional<LabInstance> repeated = Optional.ofNullable(request.clientToken())
                .flatMap(token -> all().stream()
                        .filter(instance -> token.equals(instance.clientToken()))
                        .findFirst());
        LabInstance instance = repeated.orElseGet(() -> launch(request));
        return RunInstancesResponse.builder()
                .instances(answer(instance))
                .ownerId(Account.ID)
                .reservationId(ResourceIds.next("r"))
                .build();
    }

    DescribeInstancesResponse describe(DescribeInstancesRequest request) {
        List<LabInstance> asked = request.instanceIds().isEmpty()
                ? all()
                : request.instanceIds().stream().map(this::existing).toList();
        Page<LabInstance> page = AwsAnswers.ec2Page(
                FILTER.passing(asked, request.filters()),
                LabInstance::instanceId,
                request.maxResults(),
                AwsAnswers.EC2_LEAST,
                request.nextToken());
        return DescribeInstancesResponse.builder()
                .reservations(page.items().stream()
                        .map(instance -> Reservation.builder()
                                .ownerId(Account.ID)
                                .instances(answer(instance))
                                .build())
                        .toList())
                .nextToken(page.nextToken())
                .build();
    }

    synchronized TerminateInstancesResponse terminate(TerminateInstancesRequest request) {
        List<LabInstance> asked =
                request.instanceIds().stream().map(this::existing).toList();
        List<InstanceStateChange> changes = new ArrayList<>();
        for (LabInstance instance : asked) {
            boolean alive =
                    instance.state() == InstanceStateName.PENDING || instance.state() == InstanceStateName.RUNNING;
            LabInstance now = alive
                    ? instance.in(
                            InstanceStateName.SHUTTING_DOWN, "Client.UserInitiatedShutdown: User initiated shutdown")
                    : instance;
            if (alive) {
                ending(now);
            }
            changes.add(InstanceStateChange.builder()
                    .instanceId(instance.instanceId())
                    .previousState(state(instance.state()))
                    .currentState(state(now.state()))
                    .build());
        }
        return TerminateInstancesResponse.builder()
                .terminatingInstances(changes)
                .build();
    }

    /** What SSM shows of an instance's agent; empty when it never registered. */
    Optional<PingStatus> agent(String instanceId) {
        return agents.getOrDefault(instanceId, Optional.of(PingStatus.ONLINE));
    }

    /** Has an instance's agent fall silent. */
    void silence(String instanceId) {
        agents.put(instanceId, Optional.of(PingStatus.CONNECTION_LOST));
    }

    /** Takes an instance back, as EC2 does with a spot instance. */
    synchronized void takeBack(String instanceId) {
        LabInstance instance = existing(instanceId);
        if (instance.state() == InstanceStateName.RUNNING) {
            ending(instance.in(
                    InstanceStateName.SHUTTING_DOWN,
                    "Server.SpotInstanceTermination: The instance was terminated because capacity was needed"));
        }
    }

    /** Ends every machine that still runs. */
    @Override
    public void close() {
        machines.values().forEach(Machine::close);
        machines.clear();
    }

    private LabInstance launch(RunInstancesRequest request) {
        if (request.launchTemplate() == null
                || !deployment
                        .launchTemplateId()
                        .equals(request.launchTemplate().launchTemplateId())) {
            throw AwsAnswers.ec2(
                    "InvalidLaunchTemplateId.NotFound",
                    "The launch template of the request does not exist; the lab has " + deployment.launchTemplateId()
                            + ".");
        }
        String zone = deployment.subnets().get(request.subnetId());
        if (zone == null) {
            throw AwsAnswers.ec2(
                    "InvalidSubnetID.NotFound", "The subnet ID '" + request.subnetId() + "' does not exist");
        }
        String imageId = image(request.imageId());
        Architecture wanted = deployment.architectureOf(imageId);
        if (wanted != deployment.architecture()) {
            throw AwsAnswers.ec2(
                    "Unsupported",
                    "This lab runs on one " + deployment.architecture() + " machine, so it has no " + wanted
                            + " instances. Set \"architecture\" to \"" + deployment.architecture() + "\".");
        }
        LabInstance instance = new LabInstance(
                ResourceIds.next("i"),
                request.instanceTypeAsString(),
                imageId,
                request.subnetId(),
                zone,
                background.clock().instant(),
                request.clientToken(),
                ResourceTags.of(request.tagSpecifications(), ResourceType.INSTANCE),
                InstanceStateName.PENDING,
                null);
        Map<String, String> volumeTags = ResourceTags.of(request.tagSpecifications(), ResourceType.VOLUME);
        volumes.add(request.blockDeviceMappings().stream()
                .map(mapping -> volume(instance, mapping, volumeTags))
                .toList());
        instances.put(instance.instanceId(), instance);
        if (faults.strikes(ThingFault.INSTANCE_HANGS)) {
            hung.add(instance.instanceId());
        } else {
            background.after(faults.pace().start(), "start of " + instance.instanceId(), () -> start(instance));
        }
        return instance;
    }

    private String image(String imageId) {
        if (!imageId.startsWith(RESOLVE)) {
            return imageId;
        }
        String name = imageId.substring(RESOLVE.length());
        return parameters
                .find(name)
                .map(StoredParameter::value)
                .orElseThrow(() -> AwsAnswers.ec2(
                        "InvalidParameterValue",
                        "The parameter '" + name + "' that the image ID names does not exist."));
    }

    private LabVolume volume(LabInstance instance, BlockDeviceMapping mapping, Map<String, String> tags) {
        EbsBlockDevice ebs = mapping.ebs();
        if (ebs == null || ebs.volumeSize() == null) {
            throw AwsAnswers.ec2(
                    "MissingParameter", "The mapping of " + mapping.deviceName() + " needs an EBS volume with a size.");
        }
        return new LabVolume(
                ResourceIds.next("vol"),
                ebs.volumeSize(),
                ebs.iops(),
                ebs.throughput(),
                ebs.snapshotId() == null ? "" : ebs.snapshotId(),
                ebs.kmsKeyId(),
                instance.availabilityZone(),
                instance.launchedAt(),
                tags,
                new LabVolume.Attachment(
                        instance.instanceId(), mapping.deviceName(), !Boolean.FALSE.equals(ebs.deleteOnTermination())));
    }

    private void start(LabInstance instance) {
        try {
            if (faults.strikes(ThingFault.INSTANCE_FAILS_TO_START)) {
                throw new LabException("Internal error on launch", null);
            }
            if (faults.strikes(ThingFault.BASE_VANISHES)) {
                volumes.loseSnapshots(instance.instanceId());
            }
            volumes.fill(instance.instanceId());
            if (faults.strikes(ThingFault.AGENT_NEVER_REGISTERS)) {
                agents.put(instance.instanceId(), Optional.empty());
            }
            Machine machine = plane.startMachine(MachineSpec.of(
                    instance.instanceId(),
                    volumes.attachedTo(instance.instanceId()).stream()
                            .map(LabVolume::volumeId)
                            .toArray(String[]::new)));
            synchronized (this) {
                if (!instance.equals(instances.get(instance.instanceId()))) {
                    // Terminated while it started: `end` found no machine, so it is ours to stop.
                    machine.close();
                    volumes.releaseFrom(instance.instanceId());
                    return;
                }
                machines.put(instance.instanceId(), machine);
                instances.put(instance.instanceId(), instance.in(InstanceStateName.RUNNING, null));
            }
            if (faults.strikes(ThingFault.INSTANCE_TAKEN_BACK)) {
                takeBack(instance.instanceId());
            }
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, "Starting " + instance.instanceId() + " failed.", e);
            Optional<String> missing = volumes.missingSnapshot(instance.instanceId());
            volumes.releaseFrom(instance.instanceId());
            instances.put(
                    instance.instanceId(),
                    instance.in(
                            InstanceStateName.TERMINATED,
                            missing.map(id -> "Client.InvalidSnapshot.NotFound: The snapshot '" + id
                                            + "' does not exist.")
                                    .orElse("Server.InternalError: " + e.getMessage())));
        }
    }

    private void ending(LabInstance instance) {
        instances.put(instance.instanceId(), instance);
        background.run("end of " + instance.instanceId(), () -> end(instance));
    }

    private void end(LabInstance instance) {
        Machine machine = machines.remove(instance.instanceId());
        if (machine != null) {
            machine.close();
        }
        if (machine != null || hung.remove(instance.instanceId())) {
            volumes.releaseFrom(instance.instanceId());
        }
        instances.put(instance.instanceId(), instance.in(InstanceStateName.TERMINATED, instance.reason()));
    }

    private List<LabInstance> all() {
        return instances.values().stream()
                .sorted(Comparator.comparing(LabInstance::launchedAt).thenComparing(LabInstance::instanceId))
                .toList();
    }

    private LabInstance existing(String instanceId) {
        LabInstance instance = instances.get(instanceId);
        if (instance == null) {
            throw AwsAnswers.ec2("InvalidInstanceID.NotFound", "The instance ID '" + instanceId + "' does not exist");
        }
        return instance;
    }

    private Instance answer(LabInstance instance) {
        Instance.Builder answer = Instance.builder()
                .instanceId(instance.instanceId())
                .instanceType(instance.instanceType())
                .imageId(instance.imageId())
                .subnetId(instance.subnetId())
                .placement(Placement.builder()
                        .availabilityZone(instance.availabilityZone())
                        .build())
                .architecture(deployment.architecture().ec2Name())
                .launchTime(instance.launchedAt())
                .clientToken(instance.clientToken())
                .state(state(instance.state()))
                .stateTransitionReason(instance.reason() == null ? "" : instance.reason())
                .stateReason(reason(instance.reason()))
                .tags(ResourceTags.answer(instance.tags()));
        if (instance.state() != InstanceStateName.PENDING) {
            answer.blockDeviceMappings(volumes.attachedTo(instance.instanceId()).stream()
                    .map(volume -> InstanceBlockDeviceMapping.builder()
                            .deviceName(
                                    volume.attachment() == null
                                            ? null
                                            : volume.attachment().device())
                            .ebs(EbsInstanceBlockDevice.builder()
                                    .volumeId(volume.volumeId())
                                    .status(AttachmentStatus.ATTACHED)
                                    .build())
                            .build())
                    .toList());
        }
        return answer.build();
    }

    private static InstanceState state(InstanceStateName name) {
        return InstanceState.builder().name(name).code(CODES.get(name)).build();
    }

    private static @Nullable StateReason reason(@Nullable String reason) {
        if (reason == null) {
            return null;
        }
        return StateReason.builder()
                .code(reason.substring(0, reason.indexOf(':')).strip())
                .message(reason)
                .build();
    }
}
