package dev.prebake.cli;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the commands share that start an execution. */
final class ExecutionOptions {
    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "The execution's name, which must be a new one. Default: one with a random number.")
    private @Nullable String name;

    @Option(names = "--follow", description = "Follow it to its end, as watch does.")
    private boolean follow;

    /** The name that was given, or a new one that begins with a word. */
    String name(String word) {
        return name == null ? word + "-" + UUID.randomUUID() : name;
    }

    boolean follow() {
        return follow;
    }
}
