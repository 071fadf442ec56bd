package dev.prebake.operate;

import dev.prebake.kernel.AwsError;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;

/**
 * What came of a question to AWS.
 *
 * @param action the permission that it takes, such as {@code ec2:DescribeSnapshots}
 * @param value what AWS said; absent when it said nothing
 * @param denied whether it is the permission that lacks
 * @param why why it said nothing, a sentence; absent with a value
 */
public record Answer<T>(
        String action,
        @Nullable T value,
        boolean denied,
        @Nullable String why) {
    /** What EC2 answers to a dry run of what may be done. */
    private static final String DRY_RUN = "DryRunOperation";

    /** Asks. */
    public static <T> Answer<T> to(String action, Supplier<T> question) {
        try {
            return new Answer<>(action, question.get(), false, null);
        } catch (AwsServiceException e) {
            return new Answer<>(action, null, AwsError.of(e) == AwsError.ACCESS_DENIED, AwsError.describe(e) + ".");
        } catch (OperateException e) {
            Throwable cause = e.getCause();
            boolean denied = cause != null && AwsError.of(cause) == AwsError.ACCESS_DENIED;
            return new Answer<>(action, null, denied, String.valueOf(e.getMessage()));
        } catch (SdkClientException e) {
            return new Answer<>(action, null, false, String.valueOf(e.getMessage()));
        }
    }

    /** Asks EC2 whether it would do something: it does nothing, and says that it would by an error. */
    static Answer<Boolean> toDryRun(String action, Runnable call) {
        return to(action, () -> {
            try {
                call.run();
            } catch (AwsServiceException e) {
                AwsErrorDetails details = e.awsErrorDetails();
                if (details == null || !DRY_RUN.equals(details.errorCode())) {
                    throw e;
                }
            }
            return true;
        });
    }
}
