package dev.prebake.lab.cloud;

import dev.prebake.lab.host.Command;
import dev.prebake.lab.host.RunningCommand;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Runs a command's script as a process on the instance's machine, from a file of its own as the SSM agent does. */
final class MachineScripts implements ScriptRunner {
    private static final String SAVE_AND_RUN = "cat >/tmp/_script.sh && exec bash /tmp/_script.sh </dev/null";
    private static final Duration GRACE = Duration.ofSeconds(20);
    private static final Duration LOOK_AGAIN = Duration.ofHours(1);

    private final Instances instances;
    private final Supplier<Map<String, String>> environment;

    /**
     * Makes it.
     *
     * @param environment variables that every script has
     */
    MachineScripts(Instances instances, Supplier<Map<String, String>> environment) {
        this.instances = instances;
        this.environment = environment;
    }

    @Override
    public int run(
            String instanceId,
            String script,
            Map<String, String> parameters,
            Consumer<String> stdout,
            Consumer<String> stderr)
            throws InterruptedException {
        RunningCommand running = instances
                .machine(instanceId)
                .exec(new Command(List.of("bash", "-c", SAVE_AND_RUN), environment.get(), script, stdout, stderr));
        try {
            // As long as it takes: whoever called interrupts when the command's time is up.
            boolean ended;
            do {
                ended = running.await(LOOK_AGAIN);
            } while (!ended);
            return running.await();
        } finally {
            if (running.running()) {
                running.kill(GRACE);
            }
        }
    }
}
