package dev.prebake.cli;

import dev.prebake.podtime.Cluster;
import dev.prebake.podtime.Manifest;
import dev.prebake.podtime.PodTimer;
import dev.prebake.podtime.TimedPod;
import dev.prebake.podtime.TimerOptions;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Applies manifests and times the pods that come of them. */
@Command(
        name = "apply",
        description =
                "Applies manifests, server-side, and times the pods that come of them: Pods, and those of Deployments,"
                        + " ReplicaSets, StatefulSets, DaemonSets and Jobs.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  ./prebake podtime apply -f pod.yaml",
            "  kustomize build . | ./prebake podtime apply -f -",
            "  ./prebake podtime apply -f pod.yaml --repeat 10 --delete --chart pod.svg",
            "  ./prebake podtime apply --compare uncached.yaml cached.yaml --repeat 5"
        })
final class PodtimeApplyCommand implements Callable<Integer> {
    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private What what;

    @Mixin
    private final PodtimeOptions options = new PodtimeOptions();

    @Option(
            names = "--repeat",
            paramLabel = "N",
            description =
                    "How often to apply and time; what was applied is deleted between. Default: ${DEFAULT-VALUE}.",
            defaultValue = "1")
    private int repeat;

    @Option(
            names = "--before",
            paramLabel = "COMMAND",
            description =
                    "Run this with sh before each run, with PREBAKE_MANIFEST and PREBAKE_RUN in its environment: a node that"
                            + " has pulled an image once has it the next time, unless this takes it away. If it fails, nothing"
                            + " more is applied.")
    private @Nullable String before;

    @Option(names = "--delete", description = "Delete the workloads of the last run too.")
    private boolean delete;

    @Option(
            names = "--force-conflicts",
            description = "Take over fields that another manager has applied, as in kubectl apply --server-side.")
    private boolean forceConflicts;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (repeat < 1) {
            throw new ParameterException(spec.commandLine(), "--repeat is " + repeat + ", and not 1 or more.");
        }
        List<Manifest> manifests = what.compare == null
                ? List.of(Manifest.read(what.files, System.in))
                : what.compare.stream()
                        .map(file -> Manifest.read(List.of(file), System.in))
                        .toList();
        try (Cluster cluster = options.cluster()) {
            TimerOptions timing =
                    new TimerOptions(options.namespace(cluster), options.timeout(), forceConflicts, delete);
            List<TimedPod> pods = new PodTimer(cluster, timing, options.progress(spec.commandLine()))
                    .apply(manifests, repeat, new ShellHook(before, options.progress(spec.commandLine())));
            return options.print(pods, spec.commandLine());
        }
    }

    /** Either of the two. */
    private static final class What {
        @Option(
                names = {"-f", "--file"},
                paramLabel = "FILE",
                required = true,
                description =
                        "A manifest of one document or several, a directory of such, or - for standard input; may be"
                                + " given several times.")
        private List<String> files = List.of();

        @Option(
                names = "--compare",
                paramLabel = "FILE",
                arity = "2",
                required = true,
                description = "Two manifests, applied in turn and compared.")
        private @Nullable List<String> compare;
    }
}
