package dev.prebake.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Whether somebody has set this machine up for AWS (https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html). */
final class AwsSettings {
    private static final List<String> VARIABLES = List.of(
            "AWS_PROFILE",
            "AWS_ACCESS_KEY_ID",
            "AWS_ENDPOINT_URL",
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI");

    private AwsSettings() {}

    /** Whether there are any that lead to credentials or an endpoint. An instance's role isn't asked for: elsewhere that takes seconds. */
    static boolean areThere(Map<String, String> environment) {
        return VARIABLES.stream()
                        .anyMatch(name -> !environment.getOrDefault(name, "").isBlank())
                || isFile(environment, "AWS_CONFIG_FILE", "config")
                || isFile(environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
    }

    private static boolean isFile(Map<String, String> environment, String variable, String name) {
        String given = environment.getOrDefault(variable, "");
        return Files.isRegularFile(
                given.isBlank() ? Path.of(environment.getOrDefault("HOME", "/"), ".aws", name) : Path.of(given));
    }
}
