package dev.prebake.lab.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prebake.kernel.Json;
import dev.prebake.lab.registry.ImageConfig;
import dev.prebake.lab.registry.ImageDefinition;
import dev.prebake.lab.registry.ImageLayout;
import dev.prebake.lab.registry.Layer;
import dev.prebake.lab.registry.LoopbackRegistry;
import dev.prebake.lab.registry.Platform;
import dev.prebake.lab.registry.PlatformImage;
import dev.prebake.lab.registry.RegistryAccess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.secretsmanager.model.CreateSecretRequest;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;

@DisplayName("The whole lab, without root, over a private registry")
@SuppressWarnings("NullAway.Init")
class PrivateImagesTest {
    @TempDir
    private Path folder;

    private LoopbackRegistry registry;
    private Session aws;

    @BeforeEach
    void open() throws IOException {
        registry = LoopbackRegistry.builder()
                .layout(ImageLayout.write(
                        folder.resolve("images"),
                        ImageDefinition.of(
                                "team/app:1",
                                new PlatformImage(
                                        Platform.current(),
                                        ImageConfig.EMPTY,
                                        List.of(Layer.builder()
                                                .file("model", "weights")
                                                .build())))))
                .access(new RegistryAccess.UserToken("robot", "password"))
                .start();
        aws = new Session(folder.resolve("home"));
    }

    @AfterEach
    void close() {
        aws.close();
        registry.close();
    }

    private DescribeExecutionResponse bake(String secretArn) throws InterruptedException {
        var input = Json.mapper().createObjectNode();
        input.putArray("images").add(registry.address() + "/team/app:1");
        input.putObject("registries").putObject(registry.address()).put("secretArn", secretArn);
        // Nobody's image is there, as in a deployment's defaults.
        input.withObjectProperty("registries").putObject("unused.example.com").put("caParameter", "/none");
        return aws.await(aws.start("private", input.toString()));
    }

    @Test
    @DisplayName("A run whose input names the secret bakes its images")
    void bakes() throws InterruptedException {
        String arn = aws.lab
                .secrets()
                .createSecret(CreateSecretRequest.builder()
                        .name("registry")
                        .secretString("{\"username\":\"robot\",\"password\":\"password\"}")
                        .build())
                .arn();
        DescribeExecutionResponse execution = bake(arn);
        assertThat(execution.status()).as(execution.cause()).isEqualTo(ExecutionStatus.SUCCEEDED);
        assertThat(registry.tokens()).hasSize(2);
    }

    @Test
    @DisplayName("A run whose secret isn't there ends at the plan, in the error of images that can't be baked")
    void noSecret() throws InterruptedException {
        DescribeExecutionResponse execution =
                bake("arn:aws:secretsmanager:us-east-1:123456789012:secret:registry-AbCdEf");
        assertThat(execution.status()).isEqualTo(ExecutionStatus.FAILED);
        assertThat(execution.error()).isEqualTo("dev.prebake.plan.ImagesUnavailableException");
        assertThat(execution.cause()).contains("ResourceNotFoundException", "Check the name in the input's registries");
        assertThat(aws.states()).doesNotContain("LaunchBuilder");
    }
}
