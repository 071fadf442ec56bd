package dev.prebake.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Looks whether what Prebake needs is there, and says what to do where it isn't. */
@Command(
        name = "doctor",
        description =
                "Checks what the lab needs of this machine, and says what to do about what is missing. Changes nothing.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  ./prebake doctor",
            "  ./prebake doctor -o json",
            "",
            "Exit codes: 0 nothing failed, though there may be warnings; 1 something failed."
        })
final class DoctorCommand implements Callable<Integer> {
    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.",
            defaultValue = "text")
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private Format format;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private CommandSpec spec;

    @Override
    public Integer call() {
        List<Finding> findings = HostCheckup.of(HostFacts.read(LocalCommand.home()));
        PrintWriter out = spec.commandLine().getOut();
        switch (format) {
            case text -> lines(findings).forEach(out::println);
            case json -> out.println(PrettyJson.of(findings));
        }
        out.flush();
        return findings.stream().anyMatch(finding -> finding.level() == Finding.Level.FAILED)
                ? ExitCode.FAILED
                : ExitCode.OK;
    }

    /** A line for each finding, and one below it for what to do. */
    static List<String> lines(List<Finding> findings) {
        List<String> lines = new ArrayList<>();
        for (Finding finding : findings) {
            lines.add("%-8s %-13s %s".formatted(finding.level().word(), finding.check(), finding.found()));
            if (finding.remedy() != null) {
                lines.add(" ".repeat(23) + finding.remedy());
            }
        }
        return lines;
    }

    /** Named as they are typed. */
    private enum Format {
        text,
        json
    }
}
