package dev.prebake.lab.cloud;

import dev.prebake.lab.wire.AwsFault;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
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

    /** A page of a list of Systems Manager's, which has as many items as there may be on one unless fewer are asked for. */
    static <T> Page<T> ssmPage(
            List<T> all, Function<T, String> key, @Nullable Integer asked, int most, @Nullable String token) {
        try {
            return Page.of(all, key, asked, most, token);
        } catch (Page.InvalidPageTokenException e) {
            throw ssm("InvalidNextToken", "The specified token isn't valid.");
        }
    }
}
