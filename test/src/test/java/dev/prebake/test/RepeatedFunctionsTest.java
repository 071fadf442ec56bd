package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prebake.lab.cloud.CallFault;
import dev.prebake.lab.cloud.FaultPlan;
import dev.prebake.lab.cloud.FunctionFault;
import dev.prebake.lab.cloud.ObservedCall;
import dev.prebake.test.FaultLab.Outcome;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;

@Tag("faults")
@DisplayName("Functions that run twice with the same input")
@SuppressWarnings("NullAway.Init")
class RepeatedFunctionsTest {
    @TempDir
    private Path folder;

    @Test
    @DisplayName(
            "each of them, in every kind of execution, have one effect: one builder, command, snapshot and publication")
    void everyFunctionTwice() throws Exception {
        try (FaultLab lab = new FaultLab(folder, 1)) {
            for (Scenario scenario : Scenario.values()) {
                TreeSet<String> functions = new TreeSet<>();
                lab.run(scenario, _ -> {}).calls().forEach(call -> functions.add(call.function()));

                Outcome outcome = lab.run(
                        scenario,
                        plan -> functions.forEach(function -> plan.invocation(function, 1, FunctionFault.ANSWER_LOST)));

                assertThat(outcome.status())
                        .as(scenario.title + ": " + outcome.cause())
                        .isEqualTo(ExecutionStatus.SUCCEEDED);
                assertThat(outcome.problems()).as(scenario.title).isEmpty();
                assertThat(outcome.retried()).as(scenario.title).hasSameSizeAs(functions);
            }
        }
    }

    @Test
    @DisplayName("leave nothing behind when it is CleanUp")
    void cleanUpTwice() throws Exception {
        try (FaultLab lab = new FaultLab(folder, 1)) {
            for (ObservedCall failing : List.of(
                    new ObservedCall("AwaitBake", "ssm:GetCommandInvocation", 1),
                    new ObservedCall("PublishSnapshot", "ssm:PutParameter", 1))) {
                Outcome outcome = lab.run(Scenario.BASE, plan -> {
                    plan.call(failing, FaultPlan.ALWAYS, new CallFault.Refused(400, "AccessDeniedException"));
                    plan.invocation("CleanUp", 1, FunctionFault.ANSWER_LOST);
                });

                assertThat(outcome.error()).isEqualTo("dev.prebake.kernel.AwsCallFailedException");
                assertThat(outcome.problems()).as(failing.toString()).isEmpty();
                assertThat(outcome.retried()).contains("Lambda.ServiceException");
            }
        }
    }
}
