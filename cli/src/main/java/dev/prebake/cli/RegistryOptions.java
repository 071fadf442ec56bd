package dev.prebake.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.kernel.ImageReference;
import dev.prebake.kernel.Json;
import dev.prebake.kernel.RegistrySettings;
import dev.prebake.lab.cloud.Lab;
import dev.prebake.lab.node.PullSettings;
import dev.prebake.registry.AwsRegistryAccess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;
import software.amazon.awssdk.services.secretsmanager.model.CreateSecretRequest;
import software.amazon.awssdk.services.ssm.model.ParameterType;
import software.amazon.awssdk.services.ssm.model.PutParameterRequest;

/**
 * How a local run's registries are reached: the options, and what they become in the lab, where the workflow finds them as it
 * would on AWS. Passwords come from files, never from the command line, which every process can read.
 */
final class RegistryOptions {
    @Option(
            names = "--registry-secret",
            paramLabel = "HOST=FILE",
            description = "Credentials of a registry: a file with {\"username\": ..., \"password\": ...}, or a Docker"
                    + " config.json with the host in it. Kept in memory for this run.")
    private Map<String, Path> secrets = new LinkedHashMap<>();

    @Option(
            names = "--registry-mirror",
            paramLabel = "HOST=URL",
            description = "A mirror to ask before a registry; may be given several times, in their order.")
    private List<String> mirrors = List.of();

    @Option(
            names = "--registry-ca",
            paramLabel = "HOST=FILE",
            description = "Certificates in PEM to trust for a registry or mirror, beside the system's.")
    private Map<String, Path> authorities = new LinkedHashMap<>();

    /**
     * Reads the files.
     *
     * @throws UsageException when one can't be read, or a mirror has no host
     */
    Given read() {
        Map<String, List<String>> addresses = new LinkedHashMap<>();
        for (String mirror : mirrors) {
            String[] parts = mirror.split("=", 2);
            if (parts.length < 2) {
                throw new UsageException(
                        "--registry-mirror " + mirror + " has no '=': give HOST=URL, such as"
                                + " docker.io=https://mirror.example.com",
                        null);
            }
            addresses.computeIfAbsent(parts[0], _ -> new ArrayList<>()).add(parts[1]);
        }
        return new Given(texts("--registry-secret", secrets), addresses, texts("--registry-ca", authorities));
    }

    private static Map<String, String> texts(String option, Map<String, Path> files) {
        Map<String, String> texts = new LinkedHashMap<>();
        files.forEach((host, file) -> {
            try {
                texts.put(host, Files.readString(file));
            } catch (IOException e) {
                // Without the exception, whose text may have been made of the file's.
                throw new UsageException(
                        "Reading " + file + " for " + option + " " + host + " failed: "
                                + e.getClass().getSimpleName() + ". Check that it is there and is text.",
                        null);
            }
        });
        return texts;
    }

    /**
     * What was given, each by the registry's host.
     *
     * @param secrets texts of secrets
     * @param mirrors addresses of mirrors
     * @param authorities certificates in PEM
     */
    record Given(Map<String, String> secrets, Map<String, List<String>> mirrors, Map<String, String> authorities) {
        static final Given NOTHING = new Given(Map.of(), Map.of(), Map.of());

        /** Stores it in the lab, and puts where it is into an execution's input. */
        void into(Lab lab, ObjectNode input) {
            secrets.forEach((host, text) -> settings(input, host)
                    .put(
                            "secretArn",
                            lab.secrets()
                                    .createSecret(CreateSecretRequest.builder()
                                            .name("prebake/registries/" + named(host))
                                            .secretString(text)
                                            .build())
                                    .arn()));
            mirrors.forEach(
                    (host, addresses) -> addresses.forEach(settings(input, host).putArray("mirrors")::add));
            authorities.forEach((host, pem) -> {
                String parameter = "/prebake/registries/" + named(host) + "/ca";
                lab.ssm()
                        .putParameter(PutParameterRequest.builder()
                                .name(parameter)
                                .type(ParameterType.STRING)
                                .value(pem)
                                .overwrite(true)
                                .build());
                settings(input, host).put("caParameter", parameter);
            });
        }

        private static ObjectNode settings(ObjectNode input, String host) {
            for (JsonNode present :
                    List.of(input.path("registries"), input.path("registries").path(host))) {
                if (!present.isObject() && !present.isMissingNode()) {
                    throw new UsageException(
                            "The options for registry " + host
                                    + " can't be put into the input, whose registries have no"
                                    + " JSON object for it. See events/private-registry.json.",
                            null);
                }
            }
            return input.withObjectProperty("registries").withObjectProperty(host);
        }

        /** Without what names of secrets and parameters can't have: colons and brackets. */
        private static String named(String host) {
            return host.replaceAll("[^a-zA-Z0-9.-]", "_");
        }
    }

    /**
     * What a node needs to pull an image itself, after a run of the workflow with this input has gone well.
     *
     * @param input the execution's input
     * @param image canonical reference of the image
     */
    static PullSettings pullSettings(ObjectNode input, String image) {
        List<RegistrySettings> settings = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : input.path("registries").properties()) {
            ObjectNode one = Json.mapper()
                    .createObjectNode()
                    .put(
                            "host",
                            ImageReference.parse(entry.getKey() + "/any/image").registry());
            one.setAll((ObjectNode) entry.getValue());
            try {
                settings.add(Json.mapper().treeToValue(one, RegistrySettings.class));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("PlanBake let pass what are no settings of a registry.", e);
            }
        }
        AwsRegistryAccess access = new AwsRegistryAccess(settings);
        String host = ImageReference.parse(image).registry();
        List<URI> mirrors = access.mirrors(host);
        Map<String, String> authorities = new HashMap<>();
        access.certificates(host).ifPresent(pem -> authorities.put(host, pem));
        for (URI mirror : mirrors) {
            access.certificates(mirror.getRawAuthority())
                    .ifPresent(pem -> authorities.put(mirror.getRawAuthority(), pem));
        }
        PullSettings.Login login = access.credentials(host)
                .map(credentials -> new PullSettings.Login(credentials.user(), credentials.password()))
                .orElse(null);
        return new PullSettings(login, mirrors.stream().map(URI::toString).toList(), authorities);
    }
}
