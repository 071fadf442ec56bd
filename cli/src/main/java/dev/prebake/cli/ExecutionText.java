package dev.prebake.cli;

import dev.prebake.operate.Execution;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Executions in words and columns. */
final class ExecutionText {
    private ExecutionText() {}

    /** What came out of one that succeeded. */
    static List<String> success(Execution execution) {
        return List.of(execution.name() + " succeeded after " + took(execution) + ": " + outcome(execution)
                + (execution.parameterName() == null ? "" : " in " + execution.parameterName()));
    }

    /** Why one that failed did. */
    static List<String> failure(Execution execution) {
        return List.of(
                "prebake: " + execution.name() + " ended " + execution.status() + " after " + took(execution)
                        + (execution.error() == null ? ":" : " with " + execution.shortError() + ":"),
                execution.cause() == null ? "(no more was said)" : execution.cause());
    }

    /**
     * A table, newest first; each execution in lines of its own where the table would be too wide.
     *
     * @param columns how wide lines may be
     */
    static List<String> table(List<Execution> executions, int columns) {
        List<String> table = table(executions);
        return table.stream().allMatch(line -> line.length() <= columns)
                ? table
                : executions.stream().flatMap(ExecutionText::stacked).toList();
    }

    private static Stream<String> stacked(Execution execution) {
        String line = String.join(
                "  ",
                execution.status(),
                execution.startedAt().truncatedTo(ChronoUnit.SECONDS).toString(),
                took(execution));
        return Stream.of(execution.name(), "  " + line, "  " + outcome(execution))
                .map(String::stripTrailing)
                .filter(text -> !text.isEmpty());
    }

    private static List<String> table(List<Execution> executions) {
        int nameWidth = executions.stream()
                .mapToInt(execution -> execution.name().length())
                .max()
                .orElse(0);
        String row = "%-" + Math.max("NAME".length(), nameWidth) + "s  %-9s  %-20s  %-13s  %s";
        List<String> lines = new ArrayList<>();
        lines.add(String.format(Locale.ROOT, row, "NAME", "STATUS", "STARTED", "TOOK", "OUTCOME"));
        for (Execution execution : executions) {
            lines.add(String.format(
                            Locale.ROOT,
                            row,
                            execution.name(),
                            execution.status(),
                            execution.startedAt().truncatedTo(ChronoUnit.SECONDS),
                            took(execution),
                            outcome(execution))
                    .stripTrailing());
        }
        return lines;
    }

    private static String took(Execution execution) {
        Double seconds = execution.seconds();
        return seconds == null ? "" : Quantities.duration(Quantities.seconds(seconds));
    }

    private static String outcome(Execution execution) {
        if (execution.isRunning()) {
            return "";
        }
        if (!execution.hasSucceeded()) {
            return execution.shortError();
        }
        if (Boolean.TRUE.equals(execution.superseded())) {
            return execution.snapshotId() + " stays published, which was planned later";
        }
        return (Boolean.TRUE.equals(execution.reused()) ? "reused " : "baked ") + execution.snapshotId();
    }
}
