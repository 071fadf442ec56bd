package dev.prebake.lab.wire;

import java.util.function.Supplier;
import software.amazon.awssdk.core.SdkResponse;

/** Stands around every call of an endpoint: to refuse it, fail it, count it or note it. */
@FunctionalInterface
public interface CallInterceptor {
    /**
     * Answers the call, usually with {@code next.get()}.
     *
     * @param call what is asked, and by whom
     * @param next the double, or the interceptor after this one
     * @return what the client gets
     * @throws software.amazon.awssdk.awscore.exception.AwsServiceException to answer with that error
     * @throws NoAnswerException to hang up without an answer
     */
    SdkResponse around(CallContext call, Supplier<SdkResponse> next);
}
