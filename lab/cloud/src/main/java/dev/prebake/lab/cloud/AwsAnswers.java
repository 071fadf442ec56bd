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

    /** The smallest number of instances, volumes, snapshots or tags that EC2 puts on a page. */
    static final int EC2_LEAST = 5;

    private AwsAnswers() {}

    /** An error of EC2. */
    static AwsServiceException ec2(String code, String message) {
        return AwsFault.of(Ec2Exception.builder(), BAD_REQUEST, code, message);
    }

    /** An error of Systems Manager. */
    static AwsServiceException ssm(String code, String message) {
        return AwsFault.of(SsmException.builder(), BAD_REQUEST, code, message);
    }

    /**
     * A page of a list of EC2's, which has everything unless fewer are asked for; asking for more than there may be on one is no error.
     *
     * @param least the smallest number that may be asked for
     */
    static <T> Page<T> ec2Page(
            List<T> all, Function<T, String> key, @Nullable Integer asked, int least, @Nullable String token) {
        if (asked != null && asked < least) {
            throw ec2(
                    "InvalidParameterValue",
                    "Value ( " + asked + " ) for parameter maxResults is invalid. Expecting a value of at least "
                            + least + ".");
        }
        try {
            return Page.of(all, key, asked == null ? null : Math.min(asked, Page.MOST), all.size(), token);
        } catch (Page.InvalidPageTokenException e) {
            throw ec2("InvalidNextToken", "The specified token isn't valid.");
        }
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
