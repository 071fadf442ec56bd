package dev.prebake.publish;

import dev.prebake.kernel.PrebakeException;

/** Others keep writing to the parameters in which a snapshot is to be published. */
public final class PublicationContestedException extends PrebakeException {
    /** Makes the error over what is published now. */
    PublicationContestedException(String parameterName, Manifest wanted, Publication seen, int rounds) {
        super("Publishing " + wanted.snapshotId() + " in " + parameterName
                + " failed: others wrote to it or to its manifest each of the "
                + rounds + " times, and now it holds " + seen.snapshotId() + ", "
                + seen.published()
                        .map(published -> "published by the execution " + published.publishedBy())
                        .orElse("and no manifest says by whom")
                + ". Find in CloudTrail who puts these parameters, give each cache a parameterName of its own, and start the workflow"
                + " again: it reuses the snapshot.");
    }
}
