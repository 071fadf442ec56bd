package dev.prebake.launch;

import dev.prebake.kernel.AwsClients;
import dev.prebake.kernel.AwsError;
import dev.prebake.kernel.Poll;
import dev.prebake.kernel.StateHandler;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.DescribeInstanceInformationRequest;
import software.amazon.awssdk.services.ssm.model.InstanceInformationStringFilter;
import software.amazon.awssdk.services.ssm.model.PingStatus;

/** Asks whether the builder runs, has its data volume, and takes commands. */
public final class AwaitBuilderHandler extends StateHandler<AwaitBuilderRequest, AwaitedBuilder> {
    private final Ec2Client ec2;
    private final SsmClient ssm;

    /** Makes the handler with its SDK clients. */
    public AwaitBuilderHandler() {
        this(AwsClients.of(Ec2Client.builder()), AwsClients.of(SsmClient.builder()));
    }

    AwaitBuilderHandler(Ec2Client ec2, SsmClient ssm) {
        super(AwaitBuilderRequest.class);
        this.ec2 = ec2;
        this.ssm = ssm;
    }

    /**
     * Looks once.
     *
     * @throws BaseLostException when it ended because its data volume's snapshot is gone
     * @throws BuilderLostException when the builder is ending or has ended
     * @throws BuilderNotReadyException when it isn't ready ten minutes after its launch
     */
    @Override
    protected AwaitedBuilder handle(AwaitBuilderRequest request) {
        String id = request.builder().instanceId();
        var sight = new BuilderSight(request.builder(), instance(id), null);
        if (sight.isRunning()) {
            sight = new BuilderSight(request.builder(), sight.instance(), agent(id));
        }
        return sight.judge(new Poll(request.startedAt(), request.now()));
    }

    private @Nullable Instance instance(String id) {
        var describe = DescribeInstancesRequest.builder().instanceIds(id).build();
        try {
            return ec2.describeInstances(describe).reservations().stream()
                    .flatMap(reservation -> reservation.instances().stream())
                    .findFirst()
                    .orElse(null);
        } catch (Ec2Exception e) {
            if (AwsError.of(e) == AwsError.NOT_FOUND) {
                return null;
            }
            throw e;
        }
    }

    private @Nullable PingStatus agent(String id) {
        var describe = DescribeInstanceInformationRequest.builder()
                .filters(InstanceInformationStringFilter.builder()
                        .key("InstanceIds")
                        .values(id)
                        .build())
                .build();
        return ssm.describeInstanceInformationPaginator(describe).stream()
                .flatMap(page -> page.instanceInformationList().stream())
                .findFirst()
                .map(information -> information.pingStatus())
                .orElse(null);
    }
}
