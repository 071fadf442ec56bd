package dev.prebake.cli;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A person's own command, run before each run of a manifest.
 *
 * @param command for sh; nothing is run where it is absent
 * @param progress takes the lines that it prints
 */
record ShellHook(@Nullable String command, Consumer<String> progress) implements ObjIntConsumer<String> {
    @Override
    public void accept(String manifest, int run) {
        if (command == null) {
            return;
        }
        int exitCode;
        try {
            ProcessBuilder builder = new ProcessBuilder("sh", "-c", command)
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .redirectErrorStream(true);
            builder.environment().put("PREBAKE_MANIFEST", manifest);
            builder.environment().put("PREBAKE_RUN", Integer.toString(run));
            Process process = builder.start();
            try (BufferedReader lines = process.inputReader()) {
                lines.lines().forEach(progress);
                exitCode = process.waitFor();
            } finally {
                process.destroy();
            }
        } catch (IOException e) {
            throw new HookException("The command before run " + run + " of " + manifest + " could not be run: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HookException("The command before run " + run + " of " + manifest + " was interrupted.", e);
        }
        if (exitCode != 0) {
            throw new HookException(
                    "The command before run " + run + " of " + manifest + " ended with exit code " + exitCode + ": "
                            + command + ". Nothing more was applied.",
                    null);
        }
    }
}
