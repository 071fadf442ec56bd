package dev.prebake.plan;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ssm.SsmClient;

/**
 * A cache's snapshots, and which of them an execution with {@code rollbackTo} would publish again, told without starting one: by what
 * PlanBake decides by.
 */
public final class RollbackTargets {
    private final Rollback rollback;

    private RollbackTargets(Rollback rollback) {
        this.rollback = rollback;
    }

    /**
     * Reads what there is.
     *
     * @param parameterName the parameter that the cache publishes in
     * @param kmsKeyArn the deployment's key; absent where it has none of its own
     */
    public static RollbackTargets read(
            Ec2Client ec2, SsmClient ssm, String cacheName, String parameterName, @Nullable String kmsKeyArn) {
        return new RollbackTargets(Rollback.read(
                new BakedSnapshots(ec2), new PublicationHistory(ssm), cacheName, parameterName, kmsKeyArn));
    }

    /** The cache's completed snapshots, newest first, the published one and those out of reach among them. */
    public List<EarlierSnapshot> snapshots() {
        return rollback.earlier().snapshots().stream()
                .sorted(EarlierSnapshot.NEWEST_FIRST)
                .toList();
    }

    /** Those that can be published again, newest first. */
    public List<EarlierSnapshot> possible() {
        return rollback.possible();
    }

    /** The one that {@code previous} stands for; empty when there is none. */
    public Optional<EarlierSnapshot> previous() {
        return rollback.previous();
    }

    /**
     * The one that would be.
     *
     * @param rollbackTo its ID, or {@code previous}
     * @throws RollbackImpossibleException when there is none
     */
    public EarlierSnapshot target(String rollbackTo) {
        return rollback.target(rollbackTo);
    }
}
