package dev.prebake.cleanup;

import dev.prebake.kernel.AwsError;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;
import software.amazon.awssdk.services.ssm.model.SsmException;

/**
 * What caches have published.
 *
 * @param ssm where
 */
record Published(SsmClient ssm) {
    /** The published snapshot's ID; empty text when the cache has published none. */
    String snapshotId(String parameterName) {
        try {
            return ssm.getParameter(
                            GetParameterRequest.builder().name(parameterName).build())
                    .parameter()
                    .value();
        } catch (SsmException e) {
            if (AwsError.of(e) == AwsError.NOT_FOUND) {
                return "";
            }
            throw e;
        }
    }
}
