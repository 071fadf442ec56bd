package dev.prebake.lab.cloud;

import dev.prebake.lab.states.ExecutionIdentity;
import dev.prebake.lab.states.StateMachine;
import java.time.Instant;

/**
 * A state machine of the lab.
 *
 * @param name its name
 * @param createdAt when it was created, in lab time
 * @param revision what it is now
 * @param definition that, read
 * @param executions what it has run
 * @param deployed whether it is the deployment's own, which is what the lab was built with
 */
record LabMachine(
        String name,
        Instant createdAt,
        MachineRevision revision,
        StateMachine definition,
        Executions executions,
        boolean deployed) {
    String arn() {
        return StatesNames.machineArn(name);
    }

    String executionArn(String execution) {
        return StatesNames.executionArn(name, execution);
    }

    ExecutionIdentity identity(String execution, MachineRevision at) {
        return new ExecutionIdentity(executionArn(execution), execution, arn(), name, at.roleArn(), Account.REGION);
    }

    LabMachine updated(MachineRevision next, StateMachine read) {
        return new LabMachine(name, createdAt, next, read, executions, deployed);
    }
}
