package dev.prebake.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command without a subcommand: it only says what there is. */
@Command(
        name = "prebake",
        description = "Bakes container images into EBS snapshots, so that pods start in seconds on fresh nodes.",
        subcommands = {
            LocalCommand.class,
            LabCommand.class,
            StartCommand.class,
            WatchCommand.class,
            ListCommand.class,
            ShowCommand.class,
            DiffCommand.class,
            RollbackCommand.class,
            SweepCommand.class,
            PodtimeCommand.class,
            DoctorCommand.class,
            AutoComplete.GenerateCompletion.class
        },
        mixinStandardHelpOptions = true,
        version = "prebake 0.1.0",
        footer = {
            "",
            "Without an AWS account, the whole workflow on this machine:",
            "  ./prebake local",
            "The same as an endpoint for the AWS CLI and SDKs, until it is stopped:",
            "  ./prebake lab",
            "A deployment on AWS: start a bake and follow it",
            "  ./prebake start --follow",
            "How pods of a cluster start, second by second:",
            "  ./prebake podtime apply -f pod.yaml",
            "Whether this machine, and the account that its settings lead to, have what it takes:",
            "  ./prebake doctor",
            "Completion for bash and zsh:",
            "  source <(./prebake generate-completion)",
            "The tests:",
            "  ./prebake test"
        })
final class PrebakeCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private CommandSpec spec;

    @Override
    public void run() {
        throw Subcommands.missing(spec);
    }
}
