package dev.prebake.kernel;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How one registry is reached, beyond what the names of its images say. No secret is in it, only where one is kept: it goes
 * through the execution's history and the command's text.
 *
 * @param host the registry's host with its port, if any, as image references name it: {@code docker.io} for Docker Hub
 * @param secretArn ARN of the Secrets Manager secret with user and password; absent for anonymous access, and for ECR's
 *     registries, which the role opens
 * @param mirrors addresses to ask before the registry itself, in this order: {@code https://host[:port][/path]}
 * @param caParameter name of the SSM parameter that holds certificates to trust beside the system's, in PEM
 */
public record RegistrySettings(
        String host,
        @Nullable String secretArn,
        List<String> mirrors,
        @Nullable String caParameter) {
    /** Takes absent mirrors for none. */
    public RegistrySettings {
        mirrors = List.copyOf(Objects.requireNonNullElse(mirrors, List.of()));
    }
}
