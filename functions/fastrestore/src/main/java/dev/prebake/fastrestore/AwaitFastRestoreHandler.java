package dev.prebake.fastrestore;

import dev.prebake.kernel.AwsClients;
import dev.prebake.kernel.Poll;
import dev.prebake.kernel.StateHandler;
import software.amazon.awssdk.services.ec2.Ec2Client;

/** Asks whether Fast Snapshot Restore is enabled in every zone. */
public final class AwaitFastRestoreHandler extends StateHandler<AwaitFastRestoreRequest, AwaitedFastRestore> {
    private final Ec2Client ec2;

    /** Makes the handler with its SDK client. */
    public AwaitFastRestoreHandler() {
        this(AwsClients.of(Ec2Client.builder()));
    }

    AwaitFastRestoreHandler(Ec2Client ec2) {
        super(AwaitFastRestoreRequest.class);
        this.ec2 = ec2;
    }

    /**
     * Looks once.
     *
     * @throws FastRestoreRefusedException when AWS took it back in a zone
     * @throws FastRestoreTimedOutException when it isn't enabled everywhere at its deadline
     */
    @Override
    protected AwaitedFastRestore handle(AwaitFastRestoreRequest request) {
        return new FastRestoreSight(
                        request.snapshotId(),
                        request.availabilityZones(),
                        request.volumeSizeGiB(),
                        FastRestoreStates.byZone(ec2, request.snapshotId()))
                .judge(new Poll(request.startedAt(), request.now()));
    }
}
