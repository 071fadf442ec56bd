package dev.prebake.cli;

import dev.prebake.operate.AccountReader;
import dev.prebake.operate.AwsCalls;
import dev.prebake.operate.OperateException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.servicequotas.ServiceQuotasClient;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.sts.StsClient;

/** Looks whether what Prebake needs is there, and says what to do where it isn't. */
@Command(
        name = "doctor",
        description = {
            "Checks what Prebake needs, and says what to do about what is missing. Changes nothing.",
            "",
            "Of this machine, what a local run needs. Of AWS, where settings lead there (a profile, credentials or an endpoint): who"
                    + " you are, whether the workflow is deployed and has published something, what you may do, and the quotas"
                    + " that will be in the way."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  ./prebake doctor",
            "  ./prebake doctor --aws",
            "  ./prebake doctor --no-aws -o json",
            "",
            "Exit codes: 0 nothing failed, though there may be warnings; 1 something failed."
        })
final class DoctorCommand implements Callable<Integer> {
    /** Behind level and check. */
    private static final int BEGIN = 23;

    private static final int NARROW_BEGIN = 4;
    private static final int ROOM_FOR_COLUMNS = 80;

    @Option(
            names = "--aws",
            negatable = true,
            description = "Look at AWS, or not. Default: where there are settings for it.")
    private @Nullable Boolean aws;

    @Option(
            names = "--state-machine",
            paramLabel = "ARN",
            description =
                    "The workflow's state machine. Default: PREBAKE_STATE_MACHINE, else the only one in this account and"
                            + " region.",
            defaultValue = "${env:PREBAKE_STATE_MACHINE}")
    private @Nullable String stateMachine;

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
        List<Finding> findings = new ArrayList<>(HostCheckup.of(HostFacts.read(LocalCommand.home())));
        findings.addAll(account());
        PrintWriter out = spec.commandLine().getOut();
        switch (format) {
            case text -> lines(findings, Terminal.outColumns()).forEach(out::println);
            case json -> out.println(PrettyJson.of(findings));
        }
        out.flush();
        return findings.stream().anyMatch(finding -> finding.level() == Finding.Level.FAILED)
                ? ExitCode.FAILED
                : ExitCode.OK;
    }

    private List<Finding> account() {
        boolean asked = aws == null ? AwsSettings.areThere(System.getenv()) : aws;
        if (!asked) {
            return List.of(Finding.skipped(
                    "AWS",
                    aws == null ? "no profile, credentials or endpoint are set; --aws looks anyway" : "not wanted"));
        }
        try (StsClient sts = AwsCalls.connect(StsClient.builder());
                SfnClient states = AwsCalls.connect(SfnClient.builder());
                SsmClient ssm = AwsCalls.connect(SsmClient.builder());
                Ec2Client ec2 = AwsCalls.connect(Ec2Client.builder());
                LambdaClient lambda = AwsCalls.connect(LambdaClient.builder());
                ServiceQuotasClient quotas = AwsCalls.connect(ServiceQuotasClient.builder())) {
            return AccountCheckup.of(
                    sts.serviceClientConfiguration().region().id(),
                    new AccountReader(sts, states, ssm, ec2, lambda, quotas)
                            .read(stateMachine == null || stateMachine.isBlank() ? null : stateMachine));
        } catch (OperateException e) {
            return List.of(Finding.failed(
                    "AWS", String.valueOf(e.getMessage()), "Or leave AWS out of this: ./prebake doctor --no-aws"));
        }
    }

    /**
     * A line for each finding, and one below it for what to do; what is too long goes on where the findings begin, or further out
     * where that leaves too little room.
     *
     * @param columns how wide lines may be
     */
    static List<String> lines(List<Finding> findings, int columns) {
        int begin = columns < ROOM_FOR_COLUMNS ? NARROW_BEGIN : BEGIN;
        List<String> lines = new ArrayList<>();
        for (Finding finding : findings) {
            String line = "%-8s %-13s %s".formatted(finding.level().word(), finding.check(), finding.found());
            lines.addAll(Folded.line(line, begin, columns));
            if (finding.remedy() != null) {
                lines.addAll(Folded.line(" ".repeat(begin) + finding.remedy(), begin, columns));
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
