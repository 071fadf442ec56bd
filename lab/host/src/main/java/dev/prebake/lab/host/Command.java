package dev.prebake.lab.host;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A program to run in a machine.
 *
 * @param argv the program and its arguments
 * @param environment variables on top of the machine's own (PATH, HOME, LC_ALL, the host's proxy settings)
 * @param stdin what it reads; the stream ends there
 * @param stdout gets each line of its output, without the line end, as it comes
 * @param stderr gets each line of its error output likewise
 */
public record Command(
        List<String> argv,
        Map<String, String> environment,
        String stdin,
        Consumer<String> stdout,
        Consumer<String> stderr) {
    public Command {
        argv = List.copyOf(argv);
        environment = Map.copyOf(environment);
    }

    /**
     * A program with no input, whose output nobody reads.
     *
     * @param argv the program and its arguments
     * @return the command
     */
    public static Command of(String... argv) {
        return new Command(List.of(argv), Map.of(), "", line -> {}, line -> {});
    }

    /**
     * The same command with one more variable.
     *
     * @param name the variable
     * @param value its value
     * @return a copy
     */
    public Command withEnvironment(String name, String value) {
        var all = new HashMap<>(environment);
        all.put(name, value);
        return new Command(argv, all, stdin, stdout, stderr);
    }

    /**
     * The same command reading a text.
     *
     * @param text what it reads
     * @return a copy
     */
    public Command withStdin(String text) {
        return new Command(argv, environment, text, stdout, stderr);
    }

    /**
     * The same command, its output given to consumers.
     *
     * @param out gets each line of output
     * @param err gets each line of error output
     * @return a copy
     */
    public Command withOutput(Consumer<String> out, Consumer<String> err) {
        return new Command(argv, environment, stdin, out, err);
    }
}
