package dev.prebake.cli;

import dev.prebake.podtime.Cluster;
import dev.prebake.podtime.PodTimeline;
import dev.prebake.podtime.PodTimer;
import dev.prebake.podtime.TimedPod;
import dev.prebake.podtime.TimerOptions;
import dev.prebake.podtime.Workload;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Times pods that are there. */
@Command(
        name = "collect",
        description =
                "Times pods that are there; those that are still starting are waited for. A cluster keeps events for an"
                        + " hour unless told otherwise: of older pods the conditions are left.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  ./prebake podtime collect web-1 -n shop",
            "  ./prebake podtime collect deploy/web -n shop",
            "  ./prebake podtime collect -l app=web -n shop -o csv"
        })
final class PodtimeCollectCommand implements Callable<Integer> {
    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private What what;

    @Mixin
    private final PodtimeOptions options = new PodtimeOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private CommandSpec spec;

    @Override
    public Integer call() {
        try (Cluster cluster = options.cluster()) {
            String namespace = options.namespace(cluster);
            PodTimer timer = new PodTimer(
                    cluster,
                    new TimerOptions(namespace, options.timeout(), false, false),
                    options.progress(spec.commandLine()));
            List<PodTimeline> timelines = what.selector == null
                    ? timer.collect(Workload.named(what.name == null ? "" : what.name, namespace))
                    : timer.collect(namespace, what.selector);
            String variant = what.selector == null ? String.valueOf(what.name) : what.selector;
            return options.print(
                    timelines.stream()
                            .map(timeline -> new TimedPod(variant, 1, timeline))
                            .toList(),
                    spec.commandLine());
        }
    }

    /** Either of the two. */
    private static final class What {
        @Parameters(
                paramLabel = "NAME",
                description =
                        "A pod's name, or deploy/NAME, rs/NAME, sts/NAME, ds/NAME, job/NAME for the pods of these.")
        private @Nullable String name;

        @Option(
                names = {"-l", "--selector"},
                paramLabel = "LABELS",
                required = true,
                description = "The pods that carry these labels, as in app=web,tier!=db.")
        private @Nullable String selector;
    }
}
