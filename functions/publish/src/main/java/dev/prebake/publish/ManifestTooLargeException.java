package dev.prebake.publish;

import dev.prebake.kernel.PrebakeException;

/** The manifest doesn't fit into an SSM parameter. */
public final class ManifestTooLargeException extends PrebakeException {
    /** Makes the error for the sizes in bytes. */
    ManifestTooLargeException(String parameterName, int images, int bytes, int most) {
        super("Publishing the manifest of " + images + " images in " + parameterName + " failed: it has " + bytes
                + " bytes, and SSM takes " + most + ". The published snapshot stays the one before."
                + " Bake fewer images into one cache, or use shorter references.");
    }
}
