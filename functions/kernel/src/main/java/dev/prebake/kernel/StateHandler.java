package dev.prebake.kernel;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;

/**
 * A state's Lambda handler: JSON in, a record in, a record out, JSON out.
 *
 * <p>It reads and writes the streams itself because Lambda's built-in serialiser doesn't know records
 * (https://docs.aws.amazon.com/lambda/latest/dg/java-handler.html). What {@link #handle} throws becomes the state's error
 * under the exception's class name, which the workflow's {@code Retry} and {@code Catch} refer to.
 *
 * @param <I> what the state hands in, a record
 * @param <O> what the state gets back, a record
 */
public abstract class StateHandler<I, O> implements RequestStreamHandler {
    private final Class<I> inputType;

    /** Makes a handler whose input is read as {@code inputType}. */
    protected StateHandler(Class<I> inputType) {
        this.inputType = inputType;
    }

    /** Does the state's work: any decision in a pure function, AWS calls here. */
    protected abstract O handle(I input);

    @Override
    public final void handleRequest(InputStream input, OutputStream output, Context context) throws IOException {
        @Nullable I request;
        try {
            request = Json.mapper().readValue(input, inputType);
        } catch (JsonProcessingException e) {
            throw unreadable(e.getOriginalMessage(), e);
        }
        if (request == null) {
            throw unreadable("it is null", null);
        }
        O result;
        try {
            result = handle(request);
        } catch (AwsServiceException e) {
            throw named(e);
        } catch (SdkClientException e) {
            throw new TransientAwsException(
                    getClass().getSimpleName() + " got no answer from AWS: " + e.getMessage() + ". "
                            + AwsError.SERVICE.advice(),
                    e);
        }
        Json.mapper().writeValue(output, result);
    }

    private MalformedRequestException unreadable(String why, @Nullable Throwable cause) {
        return new MalformedRequestException(
                "Reading the request of " + getClass().getSimpleName() + " as " + inputType.getSimpleName()
                        + " failed: " + why
                        + ". The workflow's definition and this function are of different versions;"
                        + " deploy both together.",
                cause);
    }

    /** The SDK has one exception per service; the workflow needs to know whether trying again helps. */
    private PrebakeException named(AwsServiceException e) {
        AwsError error = AwsError.of(e);
        String message =
                getClass().getSimpleName() + " failed: AWS answered " + AwsError.describe(e) + ". " + error.advice();
        return error.isTransient() ? new TransientAwsException(message, e) : new AwsCallFailedException(message, e);
    }
}
