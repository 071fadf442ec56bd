package dev.prebake.cleanup;

import dev.prebake.kernel.AwsClients;
import dev.prebake.kernel.Poll;
import dev.prebake.kernel.StateHandler;
import java.time.Duration;
import java.util.List;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ssm.SsmClient;

/**
 * Removes what a failed execution has left, found by its tag: the builder, its volume, an unfinished snapshot, Fast Snapshot
 * Restore on a snapshot that wasn't published. A completed snapshot stays: the next execution reuses it.
 */
public final class CleanUpHandler extends StateHandler<CleanUpRequest, CleanedUp> {
    /** How long an instance may take to end and to let go of its volume; it takes a minute or two. */
    private static final Duration DEADLINE = Duration.ofMinutes(15);

    private final Ec2Client ec2;
    private final Published published;

    /** Makes the handler with its SDK clients. */
    public CleanUpHandler() {
        this(AwsClients.of(Ec2Client.builder()), AwsClients.of(SsmClient.builder()));
    }

    CleanUpHandler(Ec2Client ec2, SsmClient ssm) {
        super(CleanUpRequest.class);
        this.ec2 = ec2;
        this.published = new Published(ssm);
    }

    /**
     * Removes what can go now. It is done only when a look finds nothing: what it removed in this call is looked for again.
     *
     * @throws CleanUpIncompleteException when something is left after fifteen minutes, or when AWS refuses for good to remove
     *     all that is left
     */
    @Override
    protected CleanedUp handle(CleanUpRequest request) {
        var sweep = new Sweep(ec2, request.execution(), null);
        sweep.instances();
        sweep.volumes();
        sweep.snapshots(request, () -> published.snapshotId(request.parameterName()));

        List<Leftover> left = sweep.left();
        if (left.isEmpty()) {
            return new CleanedUp(true, null, sweep.removed());
        }
        var poll = new Poll(request.startedAt(), request.now());
        if (poll.isPast(DEADLINE) || left.stream().allMatch(Leftover::refused)) {
            throw new CleanUpIncompleteException(request.execution(), poll.elapsed(), left);
        }
        return new CleanedUp(false, poll.waitSeconds(2, 15), sweep.removed());
    }
}
