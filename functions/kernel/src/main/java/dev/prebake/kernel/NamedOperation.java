package dev.prebake.kernel;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;

/** Says which operation failed, which the SDK's exceptions don't: beside the service's name, or before the words. */
final class NamedOperation implements ExecutionInterceptor {
    @Override
    public Throwable modifyException(Context.FailedExecution context, ExecutionAttributes attributes) {
        String operation = attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME);
        return switch (context.exception()) {
            case AwsServiceException e -> {
                @Nullable AwsErrorDetails details = e.awsErrorDetails();
                yield details == null
                        ? e
                        : e.toBuilder()
                                .awsErrorDetails(details.toBuilder()
                                        .serviceName(operation)
                                        .build())
                                .build();
            }
            case SdkClientException e ->
                e.toBuilder().message(operation + ": " + e.getMessage()).build();
            case Throwable other -> other;
        };
    }
}
