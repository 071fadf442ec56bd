package dev.prebake.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;

final class AwsErrorTest {
    private static AwsServiceException answer(int status, String code) {
        return AwsServiceException.builder()
                .statusCode(status)
                .requestId("req-1")
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage("the service's words")
                        .serviceName("RunInstances")
                        .build())
                .build();
    }

    @ParameterizedTest
    @DisplayName("a service's error code is classified by what can be done about it")
    @CsvSource({
        "400, InvalidInstanceID.NotFound, NOT_FOUND",
        "400, InvalidSnapshot.NotFound, NOT_FOUND",
        "400, InvalidVolume.NotFound, NOT_FOUND",
        "400, ParameterNotFound, NOT_FOUND",
        "400, ExecutionDoesNotExist, NOT_FOUND",
        "404, ResourceNotFoundException, NOT_FOUND",
        "400, InvalidLaunchTemplateId.VersionNotFound, NOT_FOUND",
        "400, InvocationDoesNotExist, NOT_FOUND",
        "500, InsufficientInstanceCapacity, NO_CAPACITY",
        "400, InsufficientFreeAddressesInSubnet, NO_CAPACITY",
        "400, Unsupported, NO_CAPACITY",
        "400, VcpuLimitExceeded, QUOTA_EXCEEDED",
        "400, SnapshotLimitExceeded, QUOTA_EXCEEDED",
        "400, ResourceLimitExceededException, QUOTA_EXCEEDED",
        "503, RequestLimitExceeded, THROTTLED",
        "400, ThrottlingException, THROTTLED",
        "400, ConcurrentSnapshotLimitExceeded, THROTTLED",
        "400, SnapshotCreationPerVolumeRateExceeded, THROTTLED",
        "403, UnauthorizedOperation, ACCESS_DENIED",
        "400, AccessDeniedException, ACCESS_DENIED",
        "400, VolumeInUse, IN_USE",
        "400, InvalidSnapshot.InUse, IN_USE",
        "409, ResourceInUseException, IN_USE",
        "500, InternalError, SERVICE",
        "503, Unavailable, SERVICE",
        "502, SomethingNew, SERVICE",
        "400, InvalidParameterValue, OTHER",
        "400, SomethingNew, OTHER",
    })
    void classifies(int status, String code, AwsError expected) {
        assertThat(AwsError.of(answer(status, code))).isEqualTo(expected);
    }

    @ParameterizedTest
    @DisplayName("of what isn't found, a snapshot is told from anything else")
    @CsvSource({
        "InvalidSnapshot.NotFound, true",
        "InvalidVolume.NotFound, false",
        "InvalidSubnetID.NotFound, false",
        "InvalidSnapshot.InUse, false",
    })
    void snapshotNotFound(String code, boolean expected) {
        assertThat(AwsError.isSnapshotNotFound(answer(400, code))).isEqualTo(expected);
    }

    @Test
    @DisplayName("only throttling and the service's own trouble are worth the same call again")
    void transientOnes() {
        assertThat(AwsError.values())
                .filteredOn(AwsError::isTransient)
                .containsExactlyInAnyOrder(AwsError.THROTTLED, AwsError.SERVICE);
    }

    @ParameterizedTest
    @DisplayName("every class has advice in a sentence")
    @EnumSource
    void advises(AwsError error) {
        assertThat(error.advice()).matches("[A-Z].*\\.");
    }

    @Test
    @DisplayName("what no service answered is none of the classes")
    void notFromAService() {
        assertThat(AwsError.of(new IOException("broken pipe"))).isEqualTo(AwsError.OTHER);
        assertThat(AwsError.of(SdkClientException.create("no answer"))).isEqualTo(AwsError.OTHER);
    }

    @Test
    @DisplayName("an answer without details is classified by its status")
    void withoutDetails() {
        assertThat(AwsError.of(AwsServiceException.builder()
                        .statusCode(503)
                        .message("?")
                        .build()))
                .isEqualTo(AwsError.SERVICE);
        assertThat(AwsError.of(AwsServiceException.builder()
                        .statusCode(418)
                        .message("?")
                        .build()))
                .isEqualTo(AwsError.OTHER);
    }

    @Test
    @DisplayName("an answer is described by its operation, code, words, status and request ID")
    void describes() {
        assertThat(AwsError.describe(answer(403, "UnauthorizedOperation")))
                .isEqualTo("RunInstances with UnauthorizedOperation: the service's words (HTTP 403, request ID req-1)");
    }
}
