package dev.prebake.lab.wire;

import software.amazon.awssdk.core.SdkRequest;

/**
 * One call that reached the endpoint, before its double answers it.
 *
 * @param service the service's signing name, such as {@code ec2}, {@code ssm}, {@code states} or {@code logs}
 * @param operation the operation as AWS spells it, such as {@code RunInstances}
 * @param request the request as the double will see it
 * @param caller who signed it
 * @param requestId the ID that the answer carries as {@code x-amzn-RequestId}
 */
public record CallContext(String service, String operation, SdkRequest request, Caller caller, String requestId) {}
