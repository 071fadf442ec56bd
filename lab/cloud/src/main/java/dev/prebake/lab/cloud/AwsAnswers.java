package dev.prebake.lab.cloud;

import dev.prebake.lab.wire.AwsFault;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ssm.model.SsmException;

/** Errors that have no exception class of their own, by their codes. */
final class AwsAnswers {
    /** The HTTP status of everything that is the caller's fault. */
    static final int BAD_REQUEST = 400;

    private AwsAnswers() {}

    /** An error of EC2. */
    static AwsServiceException ec2(String code, String message) {
        return AwsFault.of(Ec2Exception.builder(), BAD_REQUEST, code, message);
    }

    /** An error of Systems Manager. */
    static AwsServiceException ssm(String code, String message) {
        return AwsFault.of(SsmException.builder(), BAD_REQUEST, code, message);
    }
}
