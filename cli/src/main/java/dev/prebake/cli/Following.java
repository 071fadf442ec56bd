package dev.prebake.cli;

import dev.prebake.operate.Execution;
import dev.prebake.operate.ExecutionFollower;
import dev.prebake.operate.Executions;
import dev.prebake.operate.FollowedExecution;
import java.util.List;
import software.amazon.awssdk.services.sfn.SfnClient;

/** Follows an execution on the terminal until it ends, or until Ctrl-C, which ends the following alone. */
final class Following {
    private final SfnClient states;
    private final OperateOptions options;

    Following(SfnClient states, OperateOptions options) {
        this.states = states;
        this.options = options;
    }

    /** Follows it, prints how it ended, and says with which code to exit. */
    int follow(String executionArn) {
        Terminal terminal = Terminal.of(options.commandLine().getErr());
        Execution begun = Executions.describe(states, executionArn);
        terminal.line("prebake: following " + begun.name() + ", begun " + begun.startedAt());
        Thread leaving = new Thread(() -> {
            terminal.line("prebake: stopped following; " + begun.name() + " goes on.");
            terminal.line("prebake: follow it again: ./prebake watch " + executionArn);
            terminal.line("prebake: stop it: " + stop(executionArn));
        });
        Runtime.getRuntime().addShutdownHook(leaving);
        FollowedExecution followed;
        try {
            followed = new ExecutionFollower(states)
                    .follow(
                            executionArn,
                            new FollowView(terminal, begun.startedAt())::show,
                            trouble -> terminal.line("prebake: still following. " + trouble));
        } finally {
            forget(leaving);
        }
        return print(followed, terminal);
    }

    static String stop(String executionArn) {
        return "aws stepfunctions stop-execution --execution-arn " + executionArn;
    }

    private int print(FollowedExecution followed, Terminal terminal) {
        Execution execution = followed.execution();
        options.print(followed, execution.hasSucceeded() ? ExecutionText.success(execution) : List.of());
        if (execution.hasSucceeded()) {
            return ExitCode.OK;
        }
        ExecutionText.failure(execution).forEach(terminal::line);
        return ExitCode.FAILED;
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // It is what runs now, and says all there is to say; the JVM ends behind it.
            return;
        }
    }
}
