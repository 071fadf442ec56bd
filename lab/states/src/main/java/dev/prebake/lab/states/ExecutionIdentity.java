package dev.prebake.lab.states;

/**
 * Who an execution is; it stands in the context object that expressions see.
 *
 * @param executionArn the {@code Execution.Id}
 * @param executionName the {@code Execution.Name}
 * @param stateMachineArn the {@code StateMachine.Id}
 * @param stateMachineName the {@code StateMachine.Name}
 * @param roleArn the {@code Execution.RoleArn}
 * @param region where tasks run, for the history
 */
public record ExecutionIdentity(
        String executionArn,
        String executionName,
        String stateMachineArn,
        String stateMachineName,
        String roleArn,
        String region) {}
