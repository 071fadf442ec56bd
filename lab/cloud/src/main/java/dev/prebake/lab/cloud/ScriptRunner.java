package dev.prebake.lab.cloud;

import java.util.Map;
import java.util.function.Consumer;

/** Runs a command document's script on an instance, as the SSM agent does. */
interface ScriptRunner {
    /**
     * Runs the script to its end.
     *
     * @param instanceId the instance
     * @param script the script, its parameters filled in
     * @param parameters the parameters, for who runs no scripts
     * @param stdout gets each line of standard output as it comes
     * @param stderr gets each line of standard error as it comes
     * @return the script's exit code
     */
    int run(
            String instanceId,
            String script,
            Map<String, String> parameters,
            Consumer<String> stdout,
            Consumer<String> stderr)
            throws InterruptedException;
}
