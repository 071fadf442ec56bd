package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prebake.lab.cloud.CallFault;
import dev.prebake.lab.cloud.ObservedCall;
import dev.prebake.test.FaultLab.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;

/**
 * One fault for each run. {@code -Dprebake.faults=all} runs every case, otherwise a part of them drawn by
 * {@code -Dprebake.faults.seed}; {@code -Dprebake.faults=write} runs every case and writes the table.
 */
@Tag("faults")
@DisplayName("A single fault")
@SuppressWarnings("NullAway.Init")
class FaultsTest {
    private static final Path TABLE = Path.of("").toAbsolutePath().getParent().resolve("docs/faults.md");
    private static final String HOW_MANY = System.getProperty("prebake.faults", "some");
    private static final int SOME = 60;

    private static final String INTRODUCTION = """
            # Faults and ends

            What one fault leads to, for each call to AWS that an undisturbed run makes. The test `FaultsTest` ran the workflow for every
            cell, in the lab over folders, with the definition and the handlers that AWS runs, and wrote this page
            (`mvn verify -pl test -am -Dtest=FaultsTest -Dsurefire.failIfNoSpecifiedTests=false -Dprebake.faults=write`). After each run it looked through
            the lab's account: no instance runs, no volume is left, no snapshot is unfinished, Fast Snapshot Restore is on for the published snapshot
            alone, and the published parameter is as before or names a snapshot that is complete and fast to restore in every zone asked for.

            `succeeds`: at once; `retried`: after the workflow tried a state again; otherwise the execution fails with that error
            (`…Exception` of `dev.prebake`). Once means one call: the SDK's own retries are off in these runs; a GET, as EKS's look-ups are, Java repeats once by itself. Each row is a function's call, `#2` its second
            one, say of a poll. `unanswered` calls never reach the service; a call whose `answer` is `lost` was carried out. AWS's answers are modelled from its
            documentation; no AWS account has confirmed them.
            """;

    @TempDir
    private Path folder;

    @Test
    @DisplayName(
            "ends in success or in its own error, as docs/faults.md says, whose words name the state and what to do, and leaves nothing behind")
    void singleFaults() throws Exception {
        List<String> wrong = new ArrayList<>();
        FaultTables ends = new FaultTables();
        FaultTables known = Files.exists(TABLE) ? FaultTables.read(TABLE) : new FaultTables();
        try (FaultLab lab = new FaultLab(folder, 1)) {
            List<FaultCase> cases = FaultCase.all(SeveralFaultsTest.undisturbed(lab));
            if (HOW_MANY.equals("some")) {
                Collections.shuffle(cases, new Random(Long.getLong("prebake.faults.seed", 1)));
                cases = cases.subList(0, SOME);
            }
            for (FaultCase each : cases) {
                Outcome outcome = lab.run(each.scenario(), each.fault());
                ends.put(each.table(), each.row(), each.column(), outcome.end());
                String what = each.table() + ": " + each.row() + " " + each.column() + " -> " + outcome.end() + ": ";
                outcome.problems().forEach(problem -> wrong.add(what + problem));
                if (outcome.status() != ExecutionStatus.SUCCEEDED) {
                    HonestEnd.problems(outcome.error(), outcome.cause(), outcome.states())
                            .forEach(problem -> wrong.add(what + problem));
                }
                if (outcome.cause().contains("CleanUp failed too")) {
                    wrong.add(what + outcome.cause());
                }
                String said = known.end(each.table(), each.row(), each.column());
                if (!HOW_MANY.equals("write") && !outcome.end().equals(said)) {
                    wrong.add(what + "docs/faults.md has '" + said + "': " + outcome.retried() + " " + outcome.cause());
                }
            }
            System.getLogger(getClass().getName())
                    .log(System.Logger.Level.INFO, "{0} runs with a fault each", cases.size());
        }
        if (HOW_MANY.equals("write")) {
            Files.createDirectories(TABLE.getParent());
            Files.writeString(TABLE, ends.toMarkdown(INTRODUCTION));
        } else if (HOW_MANY.equals("all")) {
            assertThat(TABLE).hasContent(ends.toMarkdown(INTRODUCTION));
        }
        assertThat(wrong).isEmpty();
    }

    @ParameterizedTest(name = "{0} attempts of the SDK")
    @ValueSource(ints = {1, 3})
    @DisplayName(
            "that is an answer lost has one effect, whether the SDK or the workflow asks again: it makes no second thing")
    void answersLost(int sdkAttempts) throws Exception {
        List<String> wrong = new ArrayList<>();
        try (FaultLab lab = new FaultLab(folder, sdkAttempts)) {
            for (Scenario scenario : List.of(Scenario.BAKE, Scenario.ROLL_OUT)) {
                for (ObservedCall call : lab.run(scenario, _ -> {}).calls()) {
                    if (!scenario.tries(call.function()) || call.action().matches("[a-z0-9]+:(Describe|Get|List).*")) {
                        continue;
                    }
                    Outcome outcome = lab.run(scenario, plan -> plan.call(call, 1, new CallFault.AnswerLost()));
                    if (outcome.status() != ExecutionStatus.SUCCEEDED
                            || !outcome.problems().isEmpty()) {
                        wrong.add(call + ": " + outcome.end() + " " + outcome.problems() + " " + outcome.cause());
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    @DisplayName(
            "is no harm when it is EC2's throttling at a tenth of what it documents: no more than twice the calls, even from empty buckets")
    void throttled() throws Exception {
        try (FaultLab lab = new FaultLab(folder, 1)) {
            for (Scenario scenario : Scenario.values()) {
                Outcome undisturbed = lab.run(scenario, _ -> {});
                for (boolean fromEmpty : new boolean[] {false, true}) {
                    Outcome throttled = lab.run(scenario, plan -> plan.throttle(0.1, fromEmpty));

                    assertThat(throttled.status()).as(throttled.cause()).isEqualTo(ExecutionStatus.SUCCEEDED);
                    assertThat(throttled.problems()).isEmpty();
                    assertThat(throttled.calls())
                            .as(scenario.title + (fromEmpty ? " from empty buckets" : ""))
                            .hasSizeLessThanOrEqualTo(2 * undisturbed.calls().size());
                }
            }
        }
    }
}
