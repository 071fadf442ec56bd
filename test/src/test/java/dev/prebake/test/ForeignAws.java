package dev.prebake.test;

import java.net.URI;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.ssm.SsmClient;

/** Clients of some implementation of AWS at an endpoint, and a list of what it turned out to lack. */
final class ForeignAws implements AutoCloseable {
    private static final int NOT_IMPLEMENTED = 501;

    /** How AWS, and who stands in for it, call an operation that they don't have. */
    private static final Set<String> UNKNOWN_OPERATION =
            Set.of("InvalidAction", "UnknownOperationException", "NotImplemented", "UnsupportedOperation");

    private final Ec2Client ec2;
    private final SfnClient states;
    private final SsmClient ssm;
    private final Set<String> lacking = new TreeSet<>();

    ForeignAws(URI endpoint) {
        ec2 = at(endpoint, Ec2Client.builder());
        states = at(endpoint, SfnClient.builder());
        ssm = at(endpoint, SsmClient.builder());
    }

    Ec2Client ec2() {
        return ec2;
    }

    SfnClient states() {
        return states;
    }

    SsmClient ssm() {
        return ssm;
    }

    /** The operations that were asked for and aren't there. */
    Set<String> lacking() {
        return lacking;
    }

    /** The answer; none when the operation isn't there, which is noted. Any other failure is the test's. */
    <T> @Nullable T ask(String operation, Supplier<T> call) {
        try {
            return call.get();
        } catch (AwsServiceException e) {
            if (e.statusCode() == NOT_IMPLEMENTED
                    || UNKNOWN_OPERATION.contains(e.awsErrorDetails().errorCode())) {
                lacking.add(operation);
                return null;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        ec2.close();
        states.close();
        ssm.close();
    }

    private static <B extends AwsSyncClientBuilder<B, C> & AwsClientBuilder<B, C>, C> C at(URI endpoint, B builder) {
        return builder.endpointOverride(endpoint)
                .region(Region.of(RequiredAccess.REGION))
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
                .httpClient(UrlConnectionHttpClient.create())
                .build();
    }
}
