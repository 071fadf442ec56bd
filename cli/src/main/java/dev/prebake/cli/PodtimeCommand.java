package dev.prebake.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Times pods of a Kubernetes cluster; says only what there is. */
@Command(
        name = "podtime",
        description = {
            "Times how pods start in a Kubernetes cluster, from their conditions and events: each phase as exactly as its"
                    + " source says, with bounds where that is cut to whole seconds, and as a named gap where there is"
                    + " none.",
            "",
            "Uses the current context of the kubeconfig, as kubectl does."
        },
        subcommands = {PodtimeApplyCommand.class, PodtimeCollectCommand.class},
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  ./prebake podtime apply -f pod.yaml",
            "  ./prebake podtime apply -f pod.yaml --repeat 10 --chart pod.svg",
            "  ./prebake podtime apply --compare uncached.yaml cached.yaml --repeat 5 -o json",
            "  ./prebake podtime collect deploy/web -n shop",
            "",
            "Exit codes: 0 all pods became ready or succeeded; 1 the cluster could not be asked; 2 wrong usage; 3 a pod failed,"
                    + " was evicted or deleted; 4 a pod was not ready in time."
        })
final class PodtimeCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private CommandSpec spec;

    @Override
    public void run() {
        throw Subcommands.missing(spec);
    }
}
