package dev.prebake.lab.cloud;

import dev.prebake.lab.wire.AwsFault;
import dev.prebake.lab.wire.CallContext;
import java.util.function.Supplier;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;

/**
 * EC2's dry runs: whoever may make the call gets an error that says so, and nothing is done
 * (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonParameters.html). Whether there is what the call names isn't looked at.
 */
final class DryRuns {
    private static final int PRECONDITION_FAILED = 412;

    private DryRuns() {}

    /** Stands around the doubles. */
    static SdkResponse around(CallContext call, Supplier<SdkResponse> next) {
        if (call.service().equals(Ec2Client.SERVICE_NAME) && isAskedFor(call)) {
            throw AwsFault.of(
                    Ec2Exception.builder(),
                    PRECONDITION_FAILED,
                    "DryRunOperation",
                    "Request would have succeeded, but DryRun flag is set.");
        }
        return next.get();
    }

    private static boolean isAskedFor(CallContext call) {
        return call.request().sdkFields().stream()
                .filter(field -> field.memberName().equals("DryRun"))
                .anyMatch(field -> Boolean.TRUE.equals(field.getValueOrDefault(call.request())));
    }
}
