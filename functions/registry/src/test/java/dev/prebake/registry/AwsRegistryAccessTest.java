package dev.prebake.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.prebake.kernel.RegistrySettings;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.exception.SdkClientException;

@DisplayName("How registries are reached")
final class AwsRegistryAccessTest {
    private static final String SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:registry-AbCdEf";
    private static final String ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
    private static final String OTHER_ECR = "210987654321.dkr.ecr.us-east-1.amazonaws.com";
    private static final String FAR_ECR = "123456789012.dkr-ecr.ap-south-1.on.aws";

    private final FakeAws aws = new FakeAws();

    private static RegistrySettings settings(
            String host, @Nullable String secret, @Nullable String ca, String... mirrors) {
        return new RegistrySettings(host, secret, List.of(mirrors), ca);
    }

    @Test
    @DisplayName("is anonymous, and asks AWS for nothing, where nothing is said")
    void anonymous() {
        AwsRegistryAccess access = aws.access(settings("a.b", SECRET, "/ca"));
        for (String host : List.of("docker.io", "public.ecr.aws", "127.0.0.1:5000")) {
            assertThat(access.credentials(host)).isEmpty();
            assertThat(access.certificates(host)).isEmpty();
            assertThat(access.mirrors(host)).isEmpty();
        }
        assertThat(aws.calls).isEmpty();
    }

    @Test
    @DisplayName("is with the secret of its host, read once, in the secret's own region")
    void secret() {
        aws.has(SECRET, "{\"username\":\"u\",\"password\":\"p\"}");
        AwsRegistryAccess access = aws.access(settings("a.b:5000", SECRET, null));
        assertThat(access.credentials("a.b:5000")).contains(new Credentials("u", "p", "secret " + SECRET));
        assertThat(access.credentials("a.b:5000")).isPresent();
        assertThat(access.credentials("a.b")).isEmpty();
        assertThat(aws.calls).containsExactly("secret in eu-west-1");
    }

    @Test
    @DisplayName("is with one token for all of ECR's registries of a region, of whatever account")
    void ecr() {
        aws.has("token", "QVdTOnRva2Vu");
        AwsRegistryAccess access = aws.access();
        assertThat(access.credentials(ECR))
                .contains(new Credentials("AWS", "token", "the role's ECR token of us-east-1"));
        assertThat(access.credentials(OTHER_ECR)).isPresent();
        assertThat(access.credentials(FAR_ECR)).isPresent();
        assertThat(aws.calls).containsExactly("token in us-east-1", "token in ap-south-1");
    }

    @Test
    @DisplayName("is with the secret where ECR's host has one")
    void ecrWithSecret() {
        aws.has(SECRET, "{\"username\":\"u\",\"password\":\"p\"}");
        assertThat(aws.access(settings(ECR, SECRET, null)).credentials(ECR))
                .contains(new Credentials("u", "p", "secret " + SECRET));
        assertThat(aws.calls).containsExactly("secret in eu-west-1");
    }

    @Test
    @DisplayName("is over mirrors in their order, and with certificates that are read once")
    void mirrorsAndCertificates() {
        aws.has("/ca", "PEM");
        AwsRegistryAccess access = aws.access(
                settings("a.b", null, "/ca", "https://m.b:5000/x", "https://n.b"), settings("c.d", null, "/ca"));
        assertThat(access.mirrors("a.b")).containsExactly(URI.create("https://m.b:5000/x"), URI.create("https://n.b"));
        assertThat(access.certificates("a.b")).contains("PEM");
        assertThat(access.certificates("c.d")).contains("PEM");
        assertThat(access.certificates("m.b:5000")).isEmpty();
        assertThat(aws.calls).containsExactly("parameter /ca");
    }

    @ParameterizedTest
    @DisplayName("fails by the names of call and thing, with AWS's answer and what to do")
    @CsvSource(delimiter = '|', textBlock = """
            400 | ResourceNotFoundException | false | Check the name in the input's registries.
            400 | AccessDeniedException     | false | Allow the roles of PlanBake and of the builder secretsmanager:GetSecretValue
            400 | DecryptionFailure         | false | Check the input and the deployment
            400 | ThrottlingException       | true  | ThrottlingException: because
            500 | InternalServiceError      | true  | InternalServiceError: because
            """)
    void secretFails(int status, String code, boolean mayPass, String words) {
        aws.fails(SECRET, FakeAws.error(status, code, "because"));
        AwsRegistryAccess access = aws.access(settings("a.b", SECRET, null));
        UnresolvedImageException failure =
                catchThrowableOfType(UnresolvedImageException.class, () -> access.credentials("a.b"));
        assertThat(failure)
                .hasMessageStartingWith("reading secret " + SECRET + " failed: AWS answered " + code + ": because")
                .hasMessageContaining(words);
        assertThat(failure.mayPass()).isEqualTo(mayPass);
    }

    @Test
    @DisplayName("fails for a while where AWS can't be reached")
    void noAnswer() {
        aws.fails("token", SdkClientException.create("no route"));
        AwsRegistryAccess access = aws.access();
        UnresolvedImageException failure =
                catchThrowableOfType(UnresolvedImageException.class, () -> access.credentials(ECR));
        assertThat(failure)
                .hasMessage("getting the role's ECR token of us-east-1 failed: no answer from AWS: no route");
        assertThat(failure.mayPass()).isTrue();
    }

    @Test
    @DisplayName("fails where ECR lets the role have no token, and where the token is none")
    void ecrFails() {
        AwsRegistryAccess access = aws.access();
        aws.fails("token", FakeAws.error(400, "AccessDeniedException", "no"));
        assertThat(catchThrowableOfType(UnresolvedImageException.class, () -> access.credentials(ECR)))
                .hasMessageContaining("Allow the roles of PlanBake and of the builder ecr:GetAuthorizationToken.");
        aws.has("token", "no base64!");
        assertThat(catchThrowableOfType(UnresolvedImageException.class, () -> access.credentials(ECR)))
                .hasMessageContaining("without a token that is base64 of user:password");
    }

    @Test
    @DisplayName("fails where the secret holds bytes, or the parameter isn't there")
    void otherFailures() {
        aws.has(SECRET, "").fails("/ca", FakeAws.error(400, "ParameterNotFound", "none"));
        AwsRegistryAccess access = aws.access(settings("a.b", SECRET, "/ca"));
        assertThat(catchThrowableOfType(UnresolvedImageException.class, () -> access.credentials("a.b")))
                .hasMessageContaining("holds bytes, not text");
        assertThat(catchThrowableOfType(UnresolvedImageException.class, () -> access.certificates("a.b")))
                .hasMessageStartingWith("reading SSM parameter /ca failed: AWS answered ParameterNotFound: none");
    }
}
