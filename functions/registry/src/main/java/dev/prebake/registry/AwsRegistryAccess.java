package dev.prebake.registry;

import dev.prebake.kernel.AwsClients;
import dev.prebake.kernel.AwsError;
import dev.prebake.kernel.RegistrySettings;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ecr.EcrClient;
import software.amazon.awssdk.services.ecr.model.AuthorizationData;
import software.amazon.awssdk.services.ecr.model.GetAuthorizationTokenRequest;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.model.GetSecretValueRequest;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;

/**
 * How registries are reached, as an execution's settings say, with what AWS keeps for them: secrets, certificates, and ECR's
 * tokens. AWS is asked once for each, when a registry first wants it.
 *
 * <p>The settings of a host come first. Without a secret in them, ECR's private registries, of whatever account and region,
 * are opened with the role that this runs under; every other host is asked anonymously.
 */
public final class AwsRegistryAccess implements RegistryAccess {
    private final Map<String, RegistrySettings> settings;
    private final Function<Region, SecretsManagerClient> secrets;
    private final Function<Region, EcrClient> ecr;
    private final Supplier<SsmClient> ssm;
    private final Map<String, Credentials> credentials = new ConcurrentHashMap<>();
    private final Map<String, String> tokens = new ConcurrentHashMap<>();
    private final Map<String, String> certificates = new ConcurrentHashMap<>();

    /** Makes it over AWS. */
    public AwsRegistryAccess(List<RegistrySettings> settings) {
        this(
                settings,
                region -> AwsClients.of(SecretsManagerClient.builder().region(region)),
                region -> AwsClients.of(EcrClient.builder().region(region)),
                () -> AwsClients.of(SsmClient.builder()));
    }

    AwsRegistryAccess(
            List<RegistrySettings> settings,
            Function<Region, SecretsManagerClient> secrets,
            Function<Region, EcrClient> ecr,
            Supplier<SsmClient> ssm) {
        this.settings = settings.stream().collect(Collectors.toUnmodifiableMap(RegistrySettings::host, each -> each));
        this.secrets = secrets;
        this.ecr = ecr;
        this.ssm = ssm;
    }

    @Override
    public Optional<Credentials> credentials(String host) {
        RegistrySettings of = settings.get(host);
        String secretArn = of == null ? null : of.secretArn();
        if (secretArn != null) {
            return Optional.of(credentials.computeIfAbsent(host, _ -> ofSecret(secretArn, host)));
        }
        return EcrHost.of(host).map(registry -> credentials.computeIfAbsent(host, _ -> ofEcr(registry)));
    }

    @Override
    public List<URI> mirrors(String host) {
        RegistrySettings of = settings.get(host);
        return of == null ? List.of() : of.mirrors().stream().map(URI::create).toList();
    }

    @Override
    public Optional<String> certificates(String host) {
        RegistrySettings of = settings.get(host);
        String parameter = of == null ? null : of.caParameter();
        return parameter == null
                ? Optional.empty()
                : Optional.of(certificates.computeIfAbsent(parameter, this::ofParameter));
    }

    private Credentials ofSecret(String arn, String host) {
        String source = "secret " + arn;
        // arn:partition:secretsmanager:region:account:secret:name
        Region region = Region.of(arn.split(":", -1)[3]);
        String text = answered(
                "reading " + source,
                "secretsmanager:GetSecretValue on it, and kms:Decrypt on its key if that is one of yours",
                () -> secrets.apply(region)
                        .getSecretValue(
                                GetSecretValueRequest.builder().secretId(arn).build())
                        .secretString());
        if (text == null) {
            throw UnresolvedImageException.lasting(source + " holds bytes, not text; store the JSON as SecretString");
        }
        return RegistrySecret.parse(text, host, source);
    }

    private Credentials ofEcr(EcrHost registry) {
        String source = "the role's ECR token of " + registry.region();
        // A token is good for every registry of its region that lets the role in.
        String token = tokens.computeIfAbsent(
                registry.region(),
                name -> answered(
                        "getting " + source,
                        "ecr:GetAuthorizationToken",
                        () -> ecr
                                .apply(Region.of(name))
                                .getAuthorizationToken(
                                        GetAuthorizationTokenRequest.builder().build())
                                .authorizationData()
                                .stream()
                                .findFirst()
                                .map(AuthorizationData::authorizationToken)
                                .orElse("")));
        String decoded;
        try {
            decoded = new String(Base64.getDecoder().decode(token), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            decoded = "";
        }
        int colon = decoded.indexOf(':');
        if (colon <= 0) {
            throw UnresolvedImageException.lasting("ECR in " + registry.region()
                    + " answered GetAuthorizationToken without a token that is base64 of user:password");
        }
        return new Credentials(decoded.substring(0, colon), decoded.substring(colon + 1), source);
    }

    private String ofParameter(String name) {
        return answered(
                "reading SSM parameter " + name,
                "ssm:GetParameter on it",
                () -> ssm.get()
                        .getParameter(GetParameterRequest.builder()
                                .name(name)
                                .withDecryption(true)
                                .build())
                        .parameter()
                        .value());
    }

    /**
     * AWS's answer.
     *
     * @param what the call in words
     * @param permission what the role needs for it
     */
    private static <T extends @Nullable Object> T answered(String what, String permission, Supplier<T> call) {
        try {
            return call.get();
        } catch (AwsServiceException e) {
            AwsError error = AwsError.of(e);
            String message = what + " failed: AWS answered " + AwsError.describe(e);
            if (error.isTransient()) {
                throw UnresolvedImageException.passing(message, e);
            }
            throw UnresolvedImageException.lasting(
                    message + " "
                            + switch (error) {
                                case NOT_FOUND -> "Check the name in the input's registries.";
                                case ACCESS_DENIED ->
                                    "Allow the roles of PlanBake and of the builder " + permission + ".";
                                default -> error.advice();
                            },
                    e);
        } catch (SdkClientException e) {
            throw UnresolvedImageException.passing(what + " failed: no answer from AWS: " + e.getMessage(), e);
        }
    }
}
