package dev.prebake.lab.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/** Finds processes by what stands in their environment, which their children inherit, however they detach. */
final class ProcessTable {
    private ProcessTable() {}

    static List<ProcessHandle> withVariable(String name, String value) {
        return matching(variable -> variable.equals(name + "=" + value));
    }

    static List<ProcessHandle> withVariablePrefix(String name, String prefix) {
        return matching(variable -> variable.startsWith(name + "=" + prefix));
    }

    private static List<ProcessHandle> matching(Predicate<String> variable) {
        long self = ProcessHandle.current().pid();
        return ProcessHandle.allProcesses()
                .filter(process -> process.pid() != self)
                .filter(process -> Arrays.stream(environment(process.pid())).anyMatch(variable))
                .toList();
    }

    /** The variables of a process; none where the system does not show them, or the process is gone or not ours. */
    private static String[] environment(long pid) {
        try {
            byte[] block = Files.readAllBytes(Path.of("/proc", Long.toString(pid), "environ"));
            return new String(block, StandardCharsets.UTF_8).split("\0");
        } catch (IOException e) {
            return new String[0];
        }
    }
}
