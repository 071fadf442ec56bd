package dev.prebake.cli;

import dev.prebake.operate.Cache;
import dev.prebake.operate.Caches;
import dev.prebake.operate.Deployment;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import software.amazon.awssdk.services.sfn.SfnClient;

/** Which of a deployment's caches a command is about. */
final class CacheOption {
    @Option(
            names = "--cache",
            paramLabel = "NAME",
            description = "The cache. Default: the one that the deployment bakes by default.")
    private @Nullable String name;

    Cache find(SfnClient states, Deployment deployment) {
        return findOr(states, deployment, null);
    }

    /** That of another name, where the option wasn't given. */
    Cache findOr(SfnClient states, Deployment deployment, @Nullable String other) {
        return new Caches(states, deployment).find(name == null ? other : name);
    }
}
