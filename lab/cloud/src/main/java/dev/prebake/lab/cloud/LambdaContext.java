package dev.prebake.lab.cloud;

import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import dev.prebake.catalogue.FunctionEntry;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An invocation's circumstances, as a handler may ask for them. */
final class LambdaContext implements Context {
    private static final System.Logger LOG = System.getLogger(LambdaContext.class.getName());
    private static final int MILLIS = 1000;

    private final FunctionEntry function;
    private final String requestId = UUID.randomUUID().toString();

    LambdaContext(FunctionEntry function) {
        this.function = function;
    }

    @Override
    public String getAwsRequestId() {
        return requestId;
    }

    @Override
    public String getLogGroupName() {
        return "/aws/lambda/" + function.name();
    }

    @Override
    public String getLogStreamName() {
        return "[$LATEST]lab";
    }

    @Override
    public String getFunctionName() {
        return function.name();
    }

    @Override
    public String getFunctionVersion() {
        return "$LATEST";
    }

    @Override
    public String getInvokedFunctionArn() {
        return arn(function);
    }

    /** The ARN of a function. */
    static String arn(FunctionEntry function) {
        return "arn:aws:lambda:" + Account.REGION + ":" + Account.ID + ":function:" + function.name();
    }

    @Override
    public @Nullable CognitoIdentity getIdentity() {
        return null;
    }

    @Override
    public @Nullable ClientContext getClientContext() {
        return null;
    }

    @Override
    public int getRemainingTimeInMillis() {
        return function.timeoutSeconds() * MILLIS;
    }

    @Override
    public int getMemoryLimitInMB() {
        return function.memoryMiB();
    }

    @Override
    public LambdaLogger getLogger() {
        return new LambdaLogger() {
            @Override
            public void log(String message) {
                LOG.log(Level.INFO, message);
            }

            @Override
            public void log(byte[] message) {
                LOG.log(Level.INFO, new String(message, StandardCharsets.UTF_8));
            }
        };
    }
}
