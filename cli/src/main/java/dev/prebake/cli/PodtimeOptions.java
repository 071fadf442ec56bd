package dev.prebake.cli;

import dev.prebake.podtime.Cluster;
import dev.prebake.podtime.Outcome;
import dev.prebake.podtime.TimedPod;
import dev.prebake.podtime.TimelineChart;
import dev.prebake.podtime.TimelineCsv;
import dev.prebake.podtime.TimelineJson;
import dev.prebake.podtime.TimelineText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** What both ways to time pods share: where, how long, and how the result is printed. */
final class PodtimeOptions {
    private static final List<Outcome> FAILURES = List.of(Outcome.FAILED, Outcome.EVICTED, Outcome.DELETED);

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAME",
            description = "The namespace, where an object doesn't name one. Default: the context's.")
    private @Nullable String namespace;

    @Option(
            names = "--context",
            paramLabel = "NAME",
            description = "Another context of the kubeconfig than the current.")
    private @Nullable String context;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            description = "How long to wait for the pods of one run: 90s, 10m, 1h. Default: ${DEFAULT-VALUE}.",
            defaultValue = "10m",
            converter = DurationConverter.class)
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private Duration timeout;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.",
            defaultValue = "table")
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private Format format;

    @Option(
            names = "--chart",
            paramLabel = "FILE.svg",
            description = "Draw the timelines too: a lane for each pod, and medians over several runs.")
    private @Nullable Path chart;

    Cluster cluster() {
        return Cluster.of(context);
    }

    String namespace(Cluster cluster) {
        return namespace == null ? cluster.namespace() : namespace;
    }

    Duration timeout() {
        return timeout;
    }

    Consumer<String> progress(CommandLine commandLine) {
        Terminal terminal = Terminal.of(commandLine.getErr());
        return line -> terminal.line("prebake: " + line);
    }

    /** Prints the result, and says with which code to exit. */
    int print(List<TimedPod> pods, CommandLine commandLine) {
        PrintWriter out = commandLine.getOut();
        switch (format) {
            case table -> TimelineText.lines(pods).forEach(out::println);
            case csv -> TimelineCsv.lines(pods).forEach(out::println);
            case json -> out.println(PrettyJson.of(TimelineJson.of(pods)));
        }
        out.flush();
        TimelineText.problems(pods, timeout).forEach(progress(commandLine));
        if (chart != null) {
            try {
                Files.writeString(chart, TimelineChart.svg(pods));
            } catch (IOException e) {
                throw new UsageException("Writing the chart to " + chart + " failed: " + e, e);
            }
        }
        List<Outcome> outcomes =
                pods.stream().map(pod -> pod.timeline().verdict().outcome()).toList();
        if (outcomes.stream().anyMatch(FAILURES::contains)) {
            return ExitCode.POD_FAILED;
        }
        return outcomes.stream().allMatch(Outcome::good) ? ExitCode.OK : ExitCode.POD_LATE;
    }

    /** Named as they are typed. */
    private enum Format {
        table,
        json,
        csv
    }
}
