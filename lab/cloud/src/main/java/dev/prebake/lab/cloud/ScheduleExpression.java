package dev.prebake.lab.cloud;

import java.text.ParseException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.quartz.CronExpression;

/**
 * When a schedule is due.
 *
 * @see <a href="https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html">Schedule types in EventBridge
 *     Scheduler</a>
 */
sealed interface ScheduleExpression {
    /**
     * The first time, at an instant or after it.
     *
     * @param anchor when a rate begins to count
     * @return empty when it is never due any more
     */
    Optional<Instant> from(Instant earliest, Instant anchor);

    /**
     * Reads an expression.
     *
     * @param zone where {@code cron} and {@code at} are meant
     * @throws IllegalArgumentException when it is none
     */
    static ScheduleExpression parse(String expression, ZoneId zone) {
        Matcher matcher = Form.CALL.matcher(expression.strip());
        if (!matcher.matches()) {
            throw Form.invalid(expression, "it is none of rate(value unit), cron(fields), at(yyyy-mm-ddThh:mm:ss)");
        }
        String argument = matcher.group("argument").strip();
        return switch (matcher.group("kind")) {
            case "rate" -> Rate.parse(expression, argument);
            case "cron" -> Cron.parse(expression, argument, zone);
            default -> At.parse(expression, argument, zone);
        };
    }

    /**
     * At regular distances, the first time at the anchor. A day is 24 hours, also where a time zone's clocks are changed.
     *
     * @param every the distance, whole minutes
     */
    record Rate(Duration every) implements ScheduleExpression {
        private static final Pattern ARGUMENT =
                Pattern.compile("(?<value>[1-9][0-9]{0,8})\\s+(?<unit>minute|hour|day)s?");
        private static final Map<String, ChronoUnit> UNITS =
                Map.of("minute", ChronoUnit.MINUTES, "hour", ChronoUnit.HOURS, "day", ChronoUnit.DAYS);

        static Rate parse(String expression, String argument) {
            Matcher matcher = ARGUMENT.matcher(argument);
            if (!matcher.matches()) {
                throw Form.invalid(expression, "a rate is a number above 0 and minutes, hours or days");
            }
            return new Rate(Duration.of(Long.parseLong(matcher.group("value")), UNITS.get(matcher.group("unit"))));
        }

        @Override
        public Optional<Instant> from(Instant earliest, Instant anchor) {
            if (!earliest.isAfter(anchor)) {
                return Optional.of(anchor);
            }
            long passed = Duration.between(anchor, earliest).minusNanos(1).dividedBy(every);
            return Optional.of(anchor.plus(every.multipliedBy(passed + 1)));
        }
    }

    /**
     * Whenever a clock on a zone's wall shows what the fields say. What it never shows, because it is put forward, is left out; what it
     * shows twice, because it is put back, counts the first time.
     *
     * @param fields those of AWS after a second, which is 0
     */
    record Cron(CronExpression fields, ZoneId zone) implements ScheduleExpression {
        /** The wildcards that AWS has for each field. Quartz, of whose dialect AWS's is a part, knows more. */
        private static final Pattern FIELDS = Pattern.compile(
                "[0-9,\\-*/]+\\s+"
                        + "[0-9,\\-*/]+\\s+"
                        + "[0-9,\\-*?/LW]+\\s+"
                        + "[0-9A-Z,\\-*/]+\\s+"
                        + "[0-9A-Z,\\-*?#]+"
                        + "(?:\\s+(?<year>[0-9,\\-*/]+))?",
                Pattern.CASE_INSENSITIVE);

        private static final Pattern NUMBER = Pattern.compile("[0-9]+");
        private static final int FIRST_YEAR = 1970;
        private static final int LAST_YEAR = 2199;

        static Cron parse(String expression, String argument, ZoneId zone) {
            Matcher matcher = FIELDS.matcher(argument);
            if (!matcher.matches()) {
                throw Form.invalid(
                        expression,
                        "a cron has the fields minutes, hours, day-of-month, month, day-of-week and year, each with the"
                                + " wildcards that it may have");
            }
            String year = matcher.group("year");
            if (year != null && !year.contains("/") && !inRange(year)) {
                throw Form.invalid(expression, "a year is " + FIRST_YEAR + " to " + LAST_YEAR);
            }
            try {
                CronExpression fields = new CronExpression("0 " + argument);
                fields.setTimeZone(java.util.TimeZone.getTimeZone(ZoneOffset.UTC));
                return new Cron(fields, zone);
            } catch (ParseException e) {
                throw Form.invalid(expression, String.valueOf(e.getMessage()));
            }
        }

        private static boolean inRange(String years) {
            return NUMBER.matcher(years)
                    .results()
                    .map(number -> number.group())
                    .allMatch(year -> year.length() == 4
                            && Integer.parseInt(year) >= FIRST_YEAR
                            && Integer.parseInt(year) <= LAST_YEAR);
        }

        @Override
        @SuppressWarnings("JavaUtilDate") // Quartz has no other
        public Optional<Instant> from(Instant earliest, Instant anchor) {
            // Quartz is asked about a wall in UTC, where no clock is changed: its own ways with changes aren't AWS's.
            Instant wall = LocalDateTime.ofInstant(earliest, zone).toInstant(ZoneOffset.UTC);
            Date next = fields.getTimeAfter(Date.from(wall.minusMillis(1)));
            while (next != null) {
                LocalDateTime shown = LocalDateTime.ofInstant(next.toInstant(), ZoneOffset.UTC);
                List<ZoneOffset> offsets = zone.getRules().getValidOffsets(shown);
                if (!offsets.isEmpty() && !shown.toInstant(offsets.getFirst()).isBefore(earliest)) {
                    return Optional.of(shown.toInstant(offsets.getFirst()));
                }
                next = fields.getTimeAfter(next);
            }
            return Optional.empty();
        }
    }

    /** Once. */
    record At(Instant due) implements ScheduleExpression {
        private static final Pattern ARGUMENT =
                Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}");

        static At parse(String expression, String argument, ZoneId zone) {
            if (!ARGUMENT.matcher(argument).matches()) {
                throw Form.invalid(expression, "a time is written yyyy-mm-ddThh:mm:ss");
            }
            try {
                return new At(LocalDateTime.parse(argument).atZone(zone).toInstant());
            } catch (DateTimeException e) {
                throw Form.invalid(expression, "there is no such time");
            }
        }

        @Override
        public Optional<Instant> from(Instant earliest, Instant anchor) {
            return due.isBefore(earliest) ? Optional.empty() : Optional.of(due);
        }
    }

    /** What all of them have in common. */
    final class Form {
        private static final Pattern CALL = Pattern.compile("(?<kind>rate|cron|at)\\((?<argument>[^()]*)\\)");

        private Form() {}

        private static IllegalArgumentException invalid(String expression, String why) {
            return new IllegalArgumentException("Invalid Schedule Expression " + expression + ": " + why + ".");
        }
    }
}
