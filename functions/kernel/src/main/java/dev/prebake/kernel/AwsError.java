package dev.prebake.kernel;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/**
 * What an AWS error means to us, classified here once.
 *
 * <p>Codes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html and the services' references.
 */
public enum AwsError {
    /** The thing asked about doesn't exist (any more). */
    NOT_FOUND("Something that this step relies on is gone; start the workflow again."),
    /** EC2 has no room for this instance type here now; another type or zone may do. */
    NO_CAPACITY("Give more instance types (instanceTypes) or subnets in other zones, or try later."),
    /** This account's quota is used up; waiting doesn't help, an increase does. */
    QUOTA_EXCEEDED("Ask for a higher limit in the Service Quotas console, or free what is unused."),
    /** Too many calls or too many unfinished operations; the same call succeeds later. */
    THROTTLED("The workflow tries again; if it gave up, start it again when fewer calls are made in the account."),
    /** The role lacks a permission. */
    ACCESS_DENIED("Allow this action in the role of the function that called, and start the workflow again."),
    /** The thing is in use by another, so it can't go now. */
    IN_USE("Something else uses it; free it there, or leave it."),
    /** AWS's own trouble; the same call succeeds later. */
    SERVICE("The workflow tries again; if it gave up, look at the AWS Health dashboard and start it again."),
    /** Anything else: the request is wrong, or the code is new to us. */
    OTHER("Check the input and the deployment against AWS's answer.");

    private static final Set<String> NO_CAPACITY_CODES = Set.of(
            "InsufficientInstanceCapacity",
            "InsufficientHostCapacity",
            "InsufficientReservedInstanceCapacity",
            "InsufficientCapacity",
            "InsufficientCapacityOnHost",
            "InsufficientFreeAddressesInSubnet",
            "MaxSpotInstanceCountExceeded",
            "SpotMaxPriceTooLow",
            "UnfulfillableCapacity",
            "Unsupported");
    private static final Set<String> QUOTA_CODES = Set.of(
            "VcpuLimitExceeded",
            "InstanceLimitExceeded",
            "VolumeLimitExceeded",
            "MaxIOPSLimitExceeded",
            "SnapshotLimitExceeded",
            "FastSnapshotRestoreLimitExceeded",
            "ParameterLimitExceeded",
            "ResourceLimitExceededException");
    private static final Set<String> THROTTLED_CODES = Set.of(
            "RequestLimitExceeded",
            "Throttling",
            "ThrottlingException",
            "ThrottledException",
            "TooManyRequestsException",
            "TooManyUpdates",
            "ConcurrentSnapshotLimitExceeded",
            "SnapshotCreationPerVolumeRateExceeded",
            "EC2ThrottledException");
    private static final Set<String> ACCESS_DENIED_CODES =
            Set.of("UnauthorizedOperation", "AccessDenied", "AccessDeniedException", "AuthFailure", "OptInRequired");
    private static final Set<String> IN_USE_CODES = Set.of(
            "VolumeInUse", "InvalidSnapshot.InUse", "DependencyViolation", "IncorrectState", "ResourceInUseException");
    private static final Set<String> NOT_FOUND_CODES = Set.of(
            "ParameterNotFound",
            "InvocationDoesNotExist",
            "ExecutionDoesNotExist",
            "ResourceNotFoundException",
            "InvalidInstanceId",
            "InvalidLaunchTemplateId.VersionNotFound");

    private final String advice;

    AwsError(String advice) {
        this.advice = advice;
    }

    /** What an operator does about it, in a sentence. */
    public String advice() {
        return advice;
    }

    /** Whether the same call can succeed later without anyone's help. */
    public boolean isTransient() {
        return this == THROTTLED || this == SERVICE;
    }

    /** What {@code error} means; {@link #OTHER} for what didn't come from an AWS service. */
    public static AwsError of(Throwable error) {
        if (!(error instanceof AwsServiceException aws)) {
            return OTHER;
        }
        String code = code(aws);
        if (NO_CAPACITY_CODES.contains(code)) {
            return NO_CAPACITY;
        }
        if (QUOTA_CODES.contains(code)) {
            return QUOTA_EXCEEDED;
        }
        if (THROTTLED_CODES.contains(code) || aws.isThrottlingException()) {
            return THROTTLED;
        }
        if (ACCESS_DENIED_CODES.contains(code)) {
            return ACCESS_DENIED;
        }
        if (IN_USE_CODES.contains(code)) {
            return IN_USE;
        }
        // EC2 has one code per kind of resource: InvalidInstanceID.NotFound, InvalidVolume.NotFound, ...
        if (NOT_FOUND_CODES.contains(code) || code.endsWith(".NotFound")) {
            return NOT_FOUND;
        }
        return aws.statusCode() >= 500 ? SERVICE : OTHER;
    }

    /**
     * Whether it is the snapshot that doesn't exist: of a call that names other things too, {@link #NOT_FOUND} alone doesn't
     * tell.
     */
    public static boolean isSnapshotNotFound(AwsServiceException error) {
        return code(error).equals("InvalidSnapshot.NotFound");
    }

    /** AWS's answer in a sentence's words: the operation where {@link AwsClients} made the client, code, message, request ID. */
    public static String describe(AwsServiceException error) {
        @Nullable AwsErrorDetails details = error.awsErrorDetails();
        String message = details == null ? error.getMessage() : details.errorMessage();
        String operation = details == null || details.serviceName() == null ? "" : details.serviceName() + " with ";
        return operation + code(error) + ": " + message + " (HTTP " + error.statusCode() + ", request ID "
                + error.requestId() + ")";
    }

    private static String code(AwsServiceException error) {
        @Nullable AwsErrorDetails details = error.awsErrorDetails();
        return details == null || details.errorCode() == null ? "" : details.errorCode();
    }
}
