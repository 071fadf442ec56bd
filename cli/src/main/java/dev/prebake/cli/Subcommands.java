package dev.prebake.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** What a command that only has subcommands says when none is given. */
final class Subcommands {
    private Subcommands() {}

    static ParameterException missing(CommandSpec spec) {
        return new ParameterException(
                spec.commandLine(),
                "Name a subcommand: " + String.join(", ", spec.subcommands().keySet()) + ".");
    }
}
