package dev.prebake.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prebake.operate.Happening;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The view of an execution that is followed")
class FollowViewTest {
    private static final Instant START = Instant.parse("2026-11-01T10:00:00Z");

    private final StringWriter shown = new StringWriter();

    @Test
    @DisplayName("has a line for each state, and the failed attempts with their words in one line")
    void lines() {
        FollowView view = view(false, 80);
        view.show(new Happening.Entered(START.plusMillis(1500), "PlanBake"));
        view.show(new Happening.AttemptFailed(START.plusSeconds(200), "PlanBake", "a.b.BusyException", "One.\n  Two."));
        view.show(new Happening.AttemptFailed(START.plusSeconds(201), "PlanBake", "States.Timeout", ""));
        view.show(new Happening.Redriven(START.plusSeconds(202)));

        assertThat(shown.toString().lines())
                .containsExactly(
                        "        1.5 s  PlanBake",
                        "   3 min 20 s    BusyException in PlanBake: One. Two.",
                        "   3 min 21 s    Timeout in PlanBake",
                        "   3 min 22 s  redriven: goes on from where it had failed");
    }

    @Test
    @DisplayName("off a terminal has few lines of progress and no control characters")
    void plain() {
        FollowView view = view(false, 80);
        for (int percent : new int[] {0, 10, 20, 30}) {
            view.show(baking(percent));
        }
        view.show(new Happening.Waiting(START.plusSeconds(40), "AwaitSnapshot", "snapshot 0 %"));
        view.show(new Happening.Waiting(START.plusSeconds(50), "AwaitSnapshot", "snapshot 0 %"));

        assertThat(shown.toString().lines())
                .containsExactly(
                        "        0.0 s    0 %  0 B of 100 B  pull registry.example.com/team/app:1",
                        "       20.0 s    20 %  about 90 s left  20 B of 100 B  pull registry.example.com/team/app:1",
                        "       40.0 s    snapshot 0 %");
    }

    @Test
    @DisplayName("on a terminal shows a bar with the time left, cut to the terminal's width")
    void bar() {
        view(true, 200).show(baking(50));
        assertThat(shown.toString())
                .endsWith("       50.0 s  [###############---------------] 50 %  about 90 s left  50 B of 100 B  pull"
                        + " registry.example.com/team/app:1");

        shown.getBuffer().setLength(0);
        view(true, 50).show(baking(50));
        assertThat(shown.toString().replaceAll("\r|\u001b\\[2K", ""))
                .isEqualTo("       50.0 s  50 %  about 90 s left  50 B of 100");
    }

    private static Happening baking(int percent) {
        return new Happening.Baking(
                START.plusSeconds(percent),
                "pull",
                "registry.example.com/team/app:1",
                percent,
                100,
                percent == 0 ? null : Duration.ofSeconds(90));
    }

    private FollowView view(boolean interactive, int columns) {
        return new FollowView(new Terminal(new PrintWriter(shown), interactive, columns), START);
    }
}
