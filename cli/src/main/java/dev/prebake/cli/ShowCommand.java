package dev.prebake.cli;

import dev.prebake.operate.AwsCalls;
import dev.prebake.operate.Cache;
import dev.prebake.operate.CacheReport;
import dev.prebake.operate.CacheReports;
import dev.prebake.operate.Deployment;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.ssm.SsmClient;

/** Shows what a cache has published. */
@Command(
        name = "show",
        description =
                "Shows what a cache has published: the images in the snapshot, the executions that made it, Fast Snapshot"
                        + " Restore by zone, what it costs a month, and what a rollback could publish again.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  ./prebake show",
            "  ./prebake show --cache training -o json",
            "",
            "Exit codes: 0 shown; 1 nothing is published, or AWS refused or wasn't reached; 2 wrong usage."
        })
final class ShowCommand implements Callable<Integer> {
    @Mixin
    private final CacheOption cacheOption = new CacheOption();

    @Mixin
    private final OperateOptions options = new OperateOptions();

    @Override
    public Integer call() {
        SfnClient states = OperateOptions.states();
        Deployment deployment = options.deployment(states);
        Cache cache = cacheOption.find(states, deployment);
        CacheReport report = new CacheReports(
                        states,
                        AwsCalls.connect(SsmClient.builder()),
                        AwsCalls.connect(Ec2Client.builder()),
                        deployment)
                .of(cache);
        options.print(report, CacheText.lines(report, Instant.now(), Terminal.outColumns()));
        return ExitCode.OK;
    }
}
