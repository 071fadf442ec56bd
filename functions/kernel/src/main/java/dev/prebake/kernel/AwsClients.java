package dev.prebake.kernel;

import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.retries.api.RetryStrategy;

/**
 * The SDK clients of the handlers, all made the same way: the URL-connection HTTP client (the smallest, so the quickest to
 * start), and the SDK's standard retries for what is transient; longer ones are the workflow's.
 *
 * <p>Region, credentials and endpoint come from the SDK's own settings
 * (https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html); there are none of ours.
 */
public final class AwsClients {
    /** One for all clients: each of its kind reads the system's certificate authorities anew. It holds no connections to close. */
    private static final SdkHttpClient HTTP = UrlConnectionHttpClient.builder().build();

    private AwsClients() {}

    /** Builds a client from its builder, say {@code Ec2Client.builder()}. */
    public static <C, B extends AwsSyncClientBuilder<B, C> & AwsClientBuilder<B, C>> C of(B builder) {
        return with(AwsRetryStrategy.standardRetryStrategy(), builder);
    }

    /**
     * The same for a client that makes something under no client token: the SDK doesn't know that a call whose answer is
     * lost may have been carried out, and would make a second one. The workflow tries again, and the handler looks first.
     */
    public static <C, B extends AwsSyncClientBuilder<B, C> & AwsClientBuilder<B, C>> C once(B builder) {
        return with(AwsRetryStrategy.doNotRetry(), builder);
    }

    private static <C, B extends AwsSyncClientBuilder<B, C> & AwsClientBuilder<B, C>> C with(
            RetryStrategy retries, B builder) {
        return builder.httpClient(HTTP)
                .overrideConfiguration(configuration ->
                        configuration.retryStrategy(retries).addExecutionInterceptor(new NamedOperation()))
                .build();
    }
}
