package dev.prebake.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awscdk.App;
import software.amazon.awscdk.AppProps;
import software.amazon.awscdk.assertions.Template;

@DisplayName("The templates")
class CfnLintTest {
    private static final Map<String, Object> EVERYTHING = Map.of(
            "images",
            List.of("111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/serve:1"),
            "registries",
            Map.of(
                    "docker.io",
                    Map.of("secretArn", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:registry-AbCdEf")),
            "architecture",
            "arm64",
            "nodeGroups",
            List.of("ml/gpu"),
            "kmsKeyArn",
            "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",
            "endpoints",
            true,
            "schedule",
            "rate(1 day)",
            "rebuildOnPush",
            true);

    @TempDir
    private Path folder;

    @Test
    @DisplayName("please cfn-lint, with default properties and with every option")
    void lint() throws Exception {
        // A package of npm's has the same name, and is another program.
        assumeTrue(
                output(List.of("cfn-lint", "--version")).startsWith("cfn-lint 1."),
                "cfn-lint is not installed (pip install cfn-lint)");
        List<String> command = new ArrayList<>(List.of(
                "cfn-lint",
                "--regions",
                "eu-west-1",
                // The CDK says what functions depend on, needlessly.
                "--ignore-checks",
                "W3005",
                "--template"));
        for (Map<String, Object> properties : List.of(Map.<String, Object>of(), EVERYTHING)) {
            Path into = Files.createDirectory(folder.resolve(properties.isEmpty() ? "default" : "everything"));
            App app = new App(AppProps.builder()
                    .outdir(into.resolve("cdk.out").toString())
                    .build());
            GpuClusterStack cluster = new GpuClusterStack(
                    app,
                    "Cluster",
                    GpuClusterProps.of(
                            properties.isEmpty()
                                    ? null
                                    : Map.of("comparisonNodes", 1, "volumeInitializationRateMiBps", 300)),
                    ImageCacheProps.of(properties));
            command.add(written(
                    into.resolve("cache.template.json"),
                    Synthesis.of(into, properties).template()));
            command.add(written(into.resolve("cluster.template.json"), Template.fromStack(cluster)));
        }
        assertThat(output(command)).isEmpty();
    }

    private static String written(Path file, Template template) throws IOException {
        new ObjectMapper().writeValue(file.toFile(), template.toJSON());
        return file.toString();
    }

    /** What a command prints; nothing where there is no such command. */
    private static String output(List<String> command) throws InterruptedException, IOException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            return "";
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}
