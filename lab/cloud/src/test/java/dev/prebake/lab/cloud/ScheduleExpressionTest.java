package dev.prebake.lab.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The expressions are those of AWS's page on schedule types, and what its table of wildcards allows and doesn't. */
@DisplayName("A schedule's expression")
class ScheduleExpressionTest {
    private static final ZoneId UTC = ZoneId.of("UTC");
    private static final Instant THURSDAY = Instant.parse("2026-11-26T12:00:00Z");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            cron(15 10 ? * 6L 2026-2027)  | 2026-11-27T10:15:00Z, 2026-12-25T10:15:00Z, 2027-01-29T10:15:00Z
            cron(0 10 * * ? *)            | 2026-11-27T10:00:00Z, 2026-11-28T10:00:00Z
            cron(0 12 * * ? *)            | 2026-11-26T12:00:00Z, 2026-11-27T12:00:00Z
            cron(0 18 ? * MON-FRI *)      | 2026-11-26T18:00:00Z, 2026-11-27T18:00:00Z, 2026-11-30T18:00:00Z
            cron(0 8 1 * ? *)             | 2026-12-01T08:00:00Z, 2027-01-01T08:00:00Z
            cron(1/10 * * * ? *)          | 2026-11-26T12:01:00Z, 2026-11-26T12:11:00Z
            cron(0/5 8-17 ? * MON-FRI *)  | 2026-11-26T12:00:00Z, 2026-11-26T12:05:00Z
            cron(0 0 L * ? *)             | 2026-11-30T00:00:00Z, 2026-12-31T00:00:00Z
            cron(0 0 ? * L *)             | 2026-11-28T00:00:00Z, 2026-12-05T00:00:00Z
            cron(0 0 3W * ? *)            | 2026-12-03T00:00:00Z, 2027-01-04T00:00:00Z
            cron(0 0 31W * ? *)           | 2026-12-31T00:00:00Z, 2027-01-29T00:00:00Z
            cron(0 9 ? * 3#2 *)           | 2026-12-08T09:00:00Z, 2027-01-12T09:00:00Z
            cron(0 9 ? * tue#5 *)         | 2026-12-29T09:00:00Z, 2027-03-30T09:00:00Z
            cron(0 12 ? * FRI-MON *)      | 2026-11-27T12:00:00Z, 2026-11-28T12:00:00Z
            cron(0 12 ? * 1 *)            | 2026-11-29T12:00:00Z, 2026-12-06T12:00:00Z
            cron(0 0 1,15 JAN,JUL ? 2027) | 2027-01-01T00:00:00Z, 2027-01-15T00:00:00Z, 2027-07-01T00:00:00Z
            cron(0 0 29 2 ? *)            | 2028-02-29T00:00:00Z, 2032-02-29T00:00:00Z
            cron(0 12 27 11 ?)            | 2026-11-27T12:00:00Z, 2027-11-27T12:00:00Z
            """)
    @DisplayName("of cron is due as its fields say")
    void cron(String expression, String expected) {
        List<String> due = Stream.of(expected.split(", ")).toList();
        assertThat(times(ScheduleExpression.parse(expression, UTC), due.size())).isEqualTo(due);
    }

    @Test
    @DisplayName("of cron isn't due at a time that the zone's clocks skip, and once at one that they show twice")
    void changedClocks() {
        ScheduleExpression expression =
                ScheduleExpression.parse("cron(30 2 * * ? *)", ZoneId.of("America/Los_Angeles"));

        // Forward on 14 March 2027, back on 7 November 2027.
        assertThat(expression.from(Instant.parse("2027-03-13T11:00:00Z"), THURSDAY))
                .contains(Instant.parse("2027-03-15T09:30:00Z"));
        assertThat(ScheduleExpression.parse("cron(30 1 * * ? *)", ZoneId.of("America/Los_Angeles"))
                        .from(Instant.parse("2027-11-07T08:30:01Z"), THURSDAY))
                .contains(Instant.parse("2027-11-08T09:30:00Z"));
    }

    @Test
    @DisplayName("of a rate is due at its anchor, and at regular distances from it; a day is 24 hours")
    void rate() {
        ScheduleExpression daily = ScheduleExpression.parse("rate(1 days)", ZoneId.of("America/Los_Angeles"));
        Instant anchor = Instant.parse("2027-03-13T20:00:00Z");

        assertThat(daily.from(anchor.minusSeconds(1), anchor)).contains(anchor);
        assertThat(daily.from(anchor, anchor)).contains(anchor);
        assertThat(daily.from(anchor.plusNanos(1), anchor)).contains(Instant.parse("2027-03-14T20:00:00Z"));
        assertThat(daily.from(Instant.parse("2027-03-15T20:00:00Z"), anchor))
                .contains(Instant.parse("2027-03-15T20:00:00Z"));
        assertThat(times(ScheduleExpression.parse("rate(5 minutes)", UTC), 3))
                .containsExactly("2026-11-26T12:00:00Z", "2026-11-26T12:05:00Z", "2026-11-26T12:10:00Z");
    }

    @Test
    @DisplayName("of a single time is due then, in its zone, and never again")
    void at() {
        ScheduleExpression once = ScheduleExpression.parse("at(2027-11-20T13:00:00)", ZoneId.of("America/Los_Angeles"));
        Instant due = Instant.parse("2027-11-20T21:00:00Z");

        assertThat(once.from(THURSDAY, THURSDAY)).contains(due);
        assertThat(once.from(due, THURSDAY)).contains(due);
        assertThat(once.from(due.plusNanos(1), THURSDAY)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"cron(0 0 30 2 ? *)", "cron(0 0 * * ? 2020)"})
    @DisplayName("may never be due")
    void never(String expression) {
        assertThat(ScheduleExpression.parse(expression, UTC).from(THURSDAY, THURSDAY))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "rate(0 minutes)",
                "rate(5)",
                "rate(5 seconds)",
                "rate(-1 day)",
                "rate(1.5 hours)",
                "rate(9999999999 days)",
                "every(5 minutes)",
                "cron(0 12 * * * *)",
                "cron(0 12 ? * ? *)",
                "cron(0 12 1 * MON *)",
                "cron(60 0 * * ? *)",
                "cron(0 24 * * ? *)",
                "cron(0 12 32 * ? *)",
                "cron(0 12 ? * 0 *)",
                "cron(0 12 ? * 8 *)",
                "cron(0 12 * 13 ? *)",
                "cron(0 12 * * ? 2200)",
                "cron(0 12 * * ? 1969)",
                "cron(0 12 * *)",
                "cron(0 0 12 * * ? *)",
                "cron(0 9 ? * 3#1,6#3 *)",
                "cron(0 9 ? * 3#6 *)",
                "cron(? 9 * * ? *)",
                "cron(0 L * * ? *)",
                "cron(a b c d e f)",
                "cron(0 12 * * ? *",
                "at(2027-11-20)",
                "at(2027-11-20 13:00:00)",
                "at(2027-11-20T13:00:00Z)",
                "at(2027-02-30T13:00:00)"
            })
    @DisplayName("that AWS doesn't know is refused with its name")
    void refused(String expression) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ScheduleExpression.parse(expression, UTC))
                .withMessageStartingWith("Invalid Schedule Expression " + expression + ": ");
    }

    private static List<String> times(ScheduleExpression expression, int count) {
        List<String> times = new ArrayList<>();
        Optional<Instant> due = expression.from(THURSDAY, THURSDAY);
        while (due.isPresent() && times.size() < count) {
            times.add(due.get().toString());
            due = expression.from(due.get().plusNanos(1), THURSDAY);
        }
        return times;
    }
}
