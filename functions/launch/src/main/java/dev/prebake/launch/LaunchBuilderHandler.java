package dev.prebake.launch;

import dev.prebake.kernel.AwsClients;
import dev.prebake.kernel.AwsError;
import dev.prebake.kernel.Builder;
import dev.prebake.kernel.StateHandler;
import dev.prebake.kernel.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceStateName;
import software.amazon.awssdk.services.ec2.model.Tag;

/** Launches the builder of one bake, trying the instance types in order while EC2 has no capacity. */
public final class LaunchBuilderHandler extends StateHandler<LaunchRequest, Builder> {
    private final Ec2Client ec2;

    /** Makes the handler with its SDK client. */
    public LaunchBuilderHandler() {
        this(AwsClients.of(Ec2Client.builder()));
    }

    LaunchBuilderHandler(Ec2Client ec2) {
        super(LaunchRequest.class);
        this.ec2 = ec2;
    }

    /**
     * Launches the builder, or finds the one that an earlier try of this state has launched. Its data volume is made from the
     * plan's base, or begins empty when that has been deleted since: {@link Builder#base} tells.
     *
     * @throws NoCapacityException when EC2 has room for none of the types in any of the subnets
     */
    @Override
    protected Builder handle(LaunchRequest request) {
        // An answer may have been lost. The client token alone would not do then: an earlier attempt that found no
        // capacity could find some now, and a second builder would start.
        return launchedBefore(request.execution()).orElseGet(() -> launch(LaunchPlan.of(request)));
    }

    private Optional<Builder> launchedBefore(String execution) {
        var describe = DescribeInstancesRequest.builder()
                .filters(
                        filter("tag:" + Tags.EXECUTION, execution),
                        filter(
                                "instance-state-name",
                                InstanceStateName.PENDING.toString(),
                                InstanceStateName.RUNNING.toString()))
                .build();
        return ec2.describeInstancesPaginator(describe).stream()
                .flatMap(page -> page.reservations().stream())
                .flatMap(reservation -> reservation.instances().stream())
                .findFirst()
                .map(instance -> builder(instance, tag(instance, Tags.BASE)));
    }

    private Builder launch(LaunchPlan plan) {
        try {
            return firstWithCapacity(plan);
        } catch (Ec2Exception e) {
            if (plan.base() == null || !AwsError.isSnapshotNotFound(e)) {
                throw e;
            }
            // Another execution has retired the base since the plan was made: the bake takes longer then, no more.
            return firstWithCapacity(plan.fromEmpty());
        }
    }

    private Builder firstWithCapacity(LaunchPlan plan) {
        List<RefusedAttempt> refused = new ArrayList<>();
        for (LaunchAttempt attempt : plan.attempts()) {
            try {
                return builder(
                        ec2.runInstances(plan.toRequest(attempt)).instances().getFirst(), plan.base());
            } catch (Ec2Exception e) {
                if (AwsError.of(e) != AwsError.NO_CAPACITY) {
                    throw e;
                }
                refused.add(new RefusedAttempt(attempt, AwsError.describe(e)));
            }
        }
        throw new NoCapacityException(plan.request().plan().cacheName(), refused);
    }

    private static Builder builder(Instance instance, @Nullable String base) {
        return new Builder(
                instance.instanceId(),
                instance.instanceTypeAsString(),
                instance.placement().availabilityZone(),
                null,
                base);
    }

    private static @Nullable String tag(Instance instance, String key) {
        return instance.tags().stream()
                .filter(tag -> tag.key().equals(key))
                .map(Tag::value)
                .findFirst()
                .orElse(null);
    }

    private static Filter filter(String name, String... values) {
        return Filter.builder().name(name).values(values).build();
    }
}
