package dev.prebake.operate;

import dev.prebake.kernel.AwsClients;
import dev.prebake.kernel.AwsError;
import java.io.IOException;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;

/** AWS under an operator's own identity, with its errors in the operator's words. */
public final class AwsCalls {
    private static final String SETTINGS =
            "Check the SDK's settings: AWS_PROFILE or other credentials, AWS_REGION, and AWS_ENDPOINT_URL where it isn't AWS.";
    private static final String NO_REGION = "Unable to load region";
    /** Of what each provider of a region said, which profile has none. */
    private static final Pattern PROFILE_WITHOUT_REGION =
            Pattern.compile("No region provided in profile: (?<name>[^,\\]]*)");

    private static final String NO_CREDENTIALS = "Unable to load credentials";
    /** Of what each provider of credentials said, the profile's. */
    private static final Pattern PROFILE = Pattern.compile(
            ": \\[.*ProfileCredentialsProvider\\(profileName=(?<name>[^,)]*), profileFile=.*?\\): (?<why>.*?)"
                    + "(?:: ProfileFile\\(.*)?, ContainerCredentialsProvider\\(");

    private AwsCalls() {}

    /**
     * Makes a client, as the SDK's settings say.
     *
     * @throws OperateException when they say too little, or what can't be
     */
    public static <C, B extends AwsSyncClientBuilder<B, C> & AwsClientBuilder<B, C>> C connect(B builder) {
        try {
            return AwsClients.of(builder);
        } catch (SdkClientException | IllegalArgumentException e) {
            throw new OperateException("Connecting to AWS failed: " + told(e), e, false);
        }
    }

    /**
     * Makes a call.
     *
     * @param what what it is for, to go before "failed": "Listing the state machines"
     * @throws OperateException when AWS refuses, or can't be reached
     */
    static <T> T call(String what, Supplier<T> call) {
        try {
            return call.get();
        } catch (AwsServiceException e) {
            AwsError error = AwsError.of(e);
            throw new OperateException(
                    what + " failed: " + AwsError.describe(e) + ". " + advice(error), e, error.isTransient());
        } catch (SdkClientException e) {
            throw new OperateException(what + " failed: " + told(e), e, isConnectionLost(e));
        }
    }

    /** What stands against it and what to do. Of what is missing the SDK tells each place where it looked, most of no concern. */
    private static String told(RuntimeException error) {
        String message = String.valueOf(error.getMessage());
        if (message.startsWith(NO_REGION)) {
            Matcher profile = PROFILE_WITHOUT_REGION.matcher(message);
            return "no region is set: AWS_REGION, the profile "
                    + (profile.find() ? profile.group("name") : "of AWS_PROFILE")
                    + " and EC2's instance metadata have none. Set AWS_REGION (such as us-east-1), or AWS_PROFILE to a profile"
                    + " of ~/.aws/config that has a region.";
        }
        if (message.startsWith(NO_CREDENTIALS)) {
            return "there are no credentials" + ofProfile(message)
                    + ". Set AWS_PROFILE to a profile of ~/.aws/config (after aws sso login, where it logs in by SSO), or"
                    + " AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.";
        }
        return firstLine(message) + " " + SETTINGS;
    }

    /** Why the profile's didn't do: the one place that somebody has set up who sees this. */
    private static String ofProfile(String message) {
        Matcher profile = PROFILE.matcher(message);
        return profile.find() && !profile.group("why").endsWith(" for profile 'default'")
                ? " (profile " + profile.group("name") + ": "
                        + profile.group("why").replaceFirst("\\.$", "") + ")"
                : "";
    }

    private static String advice(AwsError error) {
        return switch (error) {
            case ACCESS_DENIED ->
                "Allow this action for the identity that you use (aws sts get-caller-identity shows it), or set AWS_PROFILE to"
                        + " another profile.";
            case NOT_FOUND -> "Check the name, and whether AWS_REGION and AWS_PROFILE lead to where it is.";
            case THROTTLED, SERVICE -> "Try again a little later.";
            case QUOTA_EXCEEDED -> error.advice();
            case NO_CAPACITY, IN_USE, OTHER ->
                "Check the arguments, and whether the credentials of AWS_PROFILE are still valid.";
        };
    }

    private static boolean isConnectionLost(SdkClientException error) {
        return Stream.<Throwable>iterate(error, cause -> cause != null, Throwable::getCause)
                .anyMatch(IOException.class::isInstance);
    }

    private static String firstLine(String text) {
        String line = text.lines().findFirst().orElse("");
        return line.endsWith(".") ? line : line + ".";
    }
}
