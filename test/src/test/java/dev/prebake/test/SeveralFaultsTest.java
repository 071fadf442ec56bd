package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prebake.cleanup.SweepHandler;
import dev.prebake.lab.cloud.ObservedCall;
import dev.prebake.test.Caches.Prepared;
import dev.prebake.test.FaultLab.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;

/**
 * Two or three faults for each run, drawn by chance: {@code -Dprebake.faults=all} makes 2,000 runs, otherwise it is a few. A run can be
 * repeated by its seed: {@code -Dprebake.faults.seed} is the first run's, and each next one's is one more.
 */
@Tag("faults")
@DisplayName("Several faults at once")
@SuppressWarnings("NullAway.Init")
class SeveralFaultsTest {
    private static final List<Scenario> SCENARIOS = List.of(Scenario.values());
    private static final int ALL = 2_000;
    private static final int SOME = 25;

    @TempDir
    private Path folder;

    @Test
    @DisplayName(
            "end in success or in an error of ours, and leave nothing behind; at the latest once the sweeper has been there")
    void severalFaults() throws Exception {
        int runs = System.getProperty("prebake.faults", "some").equals("some") ? SOME : ALL;
        long first = Long.getLong("prebake.faults.seed", 1);
        List<String> wrong = new ArrayList<>();
        try (FaultLab lab = new FaultLab(folder, 1)) {
            SweepHandler sweeper = new SweepHandler();
            List<FaultCase> cases = FaultCase.all(undisturbed(lab));
            cases.addAll(FaultCase.ofCleanUp());
            for (long seed = first; seed < first + runs; seed++) {
                Random random = new Random(seed);
                Scenario scenario = SCENARIOS.get(random.nextInt(SCENARIOS.size()));
                List<FaultCase> faults = random.ints(2 + random.nextInt(2), 0, cases.size())
                        .mapToObj(cases::get)
                        .toList();
                String which = "seed " + seed + ", " + scenario.title + ", "
                        + faults.stream()
                                .map(fault -> fault.row() + " " + fault.column())
                                .toList();
                try {
                    String problem = problem(lab, sweeper, scenario, faults);
                    if (!problem.isEmpty()) {
                        wrong.add(which + ": " + problem);
                    }
                } catch (AssertionError e) {
                    // It goes on: no later run is worth anything.
                    throw new AssertionError(which + ": " + e.getMessage() + "; before it: " + wrong, e);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static String problem(FaultLab lab, SweepHandler sweeper, Scenario scenario, List<FaultCase> faults)
            throws InterruptedException {
        Prepared before = lab.begin(scenario);
        faults.forEach(fault -> fault.fault().accept(lab.faults));
        DescribeExecutionResponse ended = lab.await(lab.start(scenario));
        Outcome outcome = lab.outcome(scenario, before, ended);
        List<String> problems = new ArrayList<>(outcome.problems());
        boolean uncleaned = outcome.cause().contains("CleanUp failed too");
        if (uncleaned) {
            lab.faults.forget();
            for (int sweep = 0; sweep < 2; sweep++) {
                lab.lab.clock().sleep(Duration.ofHours(1));
                var ignored = sweeper.handleRequest(SweepTest.event(lab.lab), null);
            }
            problems = new ArrayList<>(lab.outcome(scenario, before, ended).problems());
        }
        if (ended.status() != ExecutionStatus.SUCCEEDED) {
            problems.addAll(HonestEnd.problems(outcome.error(), outcome.cause(), outcome.states()));
        }
        lab.restore(scenario, before);
        return problems.isEmpty() ? "" : outcome.end() + " " + problems + " " + outcome.cause();
    }

    static Map<Scenario, List<ObservedCall>> undisturbed(FaultLab lab) throws InterruptedException {
        Map<Scenario, List<ObservedCall>> calls = new EnumMap<>(Scenario.class);
        for (Scenario scenario : Scenario.values()) {
            Outcome outcome = lab.run(scenario, _ -> {});
            assertThat(outcome.problems()).as(scenario.title).isEmpty();
            assertThat(outcome.end()).as(outcome.cause()).isEqualTo("succeeds");
            calls.put(scenario, outcome.calls());
        }
        return calls;
    }
}
