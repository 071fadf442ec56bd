package dev.prebake.lab.cloud;

import static dev.prebake.lab.cloud.Doubles.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.InstantSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.secretsmanager.model.CreateSecretRequest;
import software.amazon.awssdk.services.secretsmanager.model.CreateSecretResponse;
import software.amazon.awssdk.services.secretsmanager.model.GetSecretValueRequest;
import software.amazon.awssdk.services.secretsmanager.model.GetSecretValueResponse;
import software.amazon.awssdk.services.secretsmanager.model.PutSecretValueRequest;
import software.amazon.awssdk.services.secretsmanager.model.ResourceNotFoundException;

@DisplayName("The lab's secrets")
class LabSecretsManagerTest {
    private static final String NAME = "prebake/registries/127.0.0.1_5000";

    private final LabSecretsManager secrets = new LabSecretsManager(InstantSource.fixed(Doubles.START));

    private CreateSecretResponse create(String name) {
        return secrets.createSecret(CreateSecretRequest.builder()
                .name(name)
                .secretString("{\"username\":\"u\"}")
                .build());
    }

    private GetSecretValueResponse get(String id) {
        return secrets.getSecretValue(
                GetSecretValueRequest.builder().secretId(id).build());
    }

    @Test
    @DisplayName("A secret has an ARN with a suffix of its own, and is found by it and by its name")
    void creates() {
        CreateSecretResponse created = create(NAME);
        assertThat(created.arn())
                .matches("arn:aws:secretsmanager:us-east-1:123456789012:secret:" + NAME + "-[a-zA-Z0-9]{6}");
        for (String id : new String[] {created.arn(), NAME}) {
            assertThat(get(id).secretString()).isEqualTo("{\"username\":\"u\"}");
            assertThat(get(id).arn()).isEqualTo(created.arn());
            assertThat(get(id).versionStages()).containsExactly("AWSCURRENT");
            assertThat(get(id).createdDate()).isEqualTo(Doubles.START);
        }
    }

    @Test
    @DisplayName("A value that is put takes the old one's place, under a version of its own")
    void puts() {
        CreateSecretResponse created = create(NAME);
        secrets.putSecretValue(PutSecretValueRequest.builder()
                .secretId(created.arn())
                .secretString("new")
                .build());
        assertThat(get(NAME).secretString()).isEqualTo("new");
        assertThat(get(NAME).versionId()).isNotEqualTo(created.versionId());
    }

    @Test
    @DisplayName("A secret that nobody made is ResourceNotFoundException, as Secrets Manager's own class")
    void unknown() {
        assertThatThrownBy(() -> get(NAME)).isInstanceOf(ResourceNotFoundException.class);
        assertRefused("ResourceNotFoundException", "can't find the specified secret", () -> get(NAME));
        assertRefused(
                "ResourceNotFoundException",
                "can't find",
                () -> secrets.putSecretValue(PutSecretValueRequest.builder()
                        .secretId(NAME)
                        .secretString("x")
                        .build()));
    }

    @Test
    @DisplayName("A name is taken once, and has none but Secrets Manager's characters")
    void refuses() {
        create(NAME);
        assertRefused("ResourceExistsException", "already exists", () -> create(NAME));
        assertRefused("InvalidParameterException", "Invalid name", () -> create("127.0.0.1:5000"));
    }
}
