package dev.prebake.publish;

import dev.prebake.kernel.PrebakeException;

/** What is in a snapshot that is to be published again is not known any more. */
public final class ManifestLostException extends PrebakeException {
    /** Makes the error. */
    ManifestLostException(String manifestName, String snapshotId) {
        super("Publishing " + snapshotId + " again failed: none of the versions of " + manifestName
                + " that SSM keeps describes it any more. What was published stays so. Start the workflow with the snapshot's"
                + " images, by digest: it is reused.");
    }
}
