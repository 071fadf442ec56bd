package dev.prebake.lab.cloud;

import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ssm.model.SsmException;

/** Errors as the services answer them: their codes, their wording where it matters. */
final class AwsAnswers {
    private static final int BAD_REQUEST = 400;

    private AwsAnswers() {}

    /** An error of EC2, by its code. */
    static AwsServiceException ec2(String code, String message) {
        return filled(Ec2Exception.builder(), "Ec2", code, message);
    }

    /** An error of Systems Manager that has no exception class of its own, by its code. */
    static AwsServiceException ssm(String code, String message) {
        return filled(SsmException.builder(), "Ssm", code, message);
    }

    /** Fills any service exception's builder as the SDK would on receipt. */
    static AwsServiceException filled(
            AwsServiceException.Builder builder, String service, String code, String message) {
        return builder.awsErrorDetails(AwsErrorDetails.builder()
                        .serviceName(service)
                        .errorCode(code)
                        .errorMessage(message)
                        .build())
                .message(message)
                .statusCode(BAD_REQUEST)
                .build();
    }
}
