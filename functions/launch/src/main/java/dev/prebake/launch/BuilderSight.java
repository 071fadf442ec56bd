package dev.prebake.launch;

import dev.prebake.kernel.Builder;
import dev.prebake.kernel.Poll;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceStateName;
import software.amazon.awssdk.services.ec2.model.StateReason;
import software.amazon.awssdk.services.ssm.model.PingStatus;

/**
 * What AWS shows of a builder at one look, and what follows from it.
 *
 * @param builder the builder as known before
 * @param instance what EC2 knows; absent while it doesn't know the ID, which right after a launch is its eventual
 *     consistency (https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html)
 * @param agent what SSM knows of its agent; absent until the agent has registered
 */
record BuilderSight(
        Builder builder,
        @Nullable Instance instance,
        @Nullable PingStatus agent) {
    /** How long a builder may take to become ready; booting and registering take one to two minutes. */
    static final Duration DEADLINE = Duration.ofMinutes(10);

    /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html */
    private static final String SNAPSHOT_GONE = "Client.InvalidSnapshot.NotFound";

    /**
     * Ready, or when to look again.
     *
     * @throws BaseLostException when that is because the snapshot of its data volume is gone
     * @throws BuilderLostException when the instance is ending or has ended otherwise
     * @throws BuilderNotReadyException when the deadline has passed; it names the part that is missing
     */
    AwaitedBuilder judge(Poll poll) {
        Builder known = withVolume();
        String missing = missing(known);
        if (missing == null) {
            return AwaitedBuilder.ready(known);
        }
        if (poll.isPast(DEADLINE)) {
            throw new BuilderNotReadyException(known, poll.elapsed(), missing);
        }
        return AwaitedBuilder.notYet(poll.waitSeconds(2, 10), known);
    }

    /** Whether the instance runs, so that asking SSM for its agent makes sense. */
    boolean isRunning() {
        return instance != null && instance.state().name() == InstanceStateName.RUNNING;
    }

    private @Nullable String missing(Builder known) {
        if (instance == null) {
            return "EC2 doesn't know the instance. Look in CloudTrail for who terminated it";
        }
        InstanceStateName state = instance.state().name();
        switch (state) {
            case SHUTTING_DOWN, TERMINATED, STOPPING, STOPPED -> {
                if (builder.base() != null && hasCode(instance, SNAPSHOT_GONE)) {
                    throw new BaseLostException(builder, reason(instance));
                }
                throw new BuilderLostException(builder, state.toString(), reason(instance));
            }
            case RUNNING -> {
                // Goes on below.
            }
            default -> {
                return "the instance is still " + instance.state().nameAsString()
                        + ". Look at its status checks and its system log in the EC2 console";
            }
        }
        if (known.volumeId() == null) {
            return "the instance runs, but no volume is attached as " + LaunchPlan.DATA_DEVICE
                    + ". Check that the launch template maps nothing else there";
        }
        if (agent != PingStatus.ONLINE) {
            return "the instance runs, but its SSM agent "
                    + (agent == null ? "has never registered" : "is " + agent)
                    + ". Check that the launch template's instance profile has the policy AmazonSSMManagedInstanceCore,"
                    + " and that the subnet reaches SSM: by NAT or public IP, or by the interface endpoints"
                    + " ssm, ssmmessages and ec2messages";
        }
        return null;
    }

    private Builder withVolume() {
        if (instance == null) {
            return builder;
        }
        return instance.blockDeviceMappings().stream()
                .filter(mapping -> mapping.deviceName().equals(LaunchPlan.DATA_DEVICE) && mapping.ebs() != null)
                .findFirst()
                .map(mapping -> new Builder(
                        builder.instanceId(),
                        builder.instanceType(),
                        builder.availabilityZone(),
                        mapping.ebs().volumeId(),
                        builder.base()))
                .orElse(builder);
    }

    private static boolean hasCode(Instance instance, String code) {
        return instance.stateReason() != null
                && code.equals(instance.stateReason().code());
    }

    private static String reason(Instance instance) {
        @Nullable StateReason reason = instance.stateReason();
        return reason == null || reason.code() == null ? "no reason" : reason.code() + ": " + reason.message();
    }
}
