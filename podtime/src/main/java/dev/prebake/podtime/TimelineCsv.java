package dev.prebake.podtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Timelines as a table for spreadsheets (RFC 4180): a row for each phase, counted from scheduling, and for each stretch. */
public final class TimelineCsv {
    private static final String HEADER =
            "variant,run,namespace,pod,uid,node,outcome,kind,name,container,at_least_seconds,at_most_seconds,source,gap";
    private static final double NANOS = 1e9;

    private TimelineCsv() {}

    /** All rows, the header first. */
    public static List<String> lines(List<TimedPod> pods) {
        List<String> lines = new ArrayList<>();
        lines.add(HEADER);
        for (TimedPod pod : pods) {
            PodTimeline timeline = pod.timeline();
            Moment zero = timeline.zero().orElse(null);
            for (Mark mark : timeline.marks()) {
                Moment moment = mark.moment();
                boolean apart =
                        zero != null && moment != null && timeline.skew().proven() && zero.by() != moment.by();
                Double atLeast = null;
                Double atMost = null;
                if (zero != null && moment != null && !apart) {
                    atLeast = seconds(Duration.between(zero.latest(), moment.earliest()));
                    atMost = seconds(Duration.between(zero.earliest(), moment.latest()));
                }
                lines.add(row(
                        pod,
                        "phase",
                        TimelineJson.name(mark.phase()),
                        mark.container(),
                        atLeast,
                        atMost,
                        moment == null ? null : moment.source(),
                        apart ? timeline.skew().inWords() : mark.gap()));
            }
            for (Span span : Span.values()) {
                Figure figure = timeline.span(span);
                lines.add(row(
                        pod,
                        "span",
                        TimelineJson.name(span),
                        null,
                        figure.atLeast(),
                        figure.atMost(),
                        null,
                        figure.gap()));
            }
        }
        return lines;
    }

    private static String row(
            TimedPod pod,
            String kind,
            String name,
            @Nullable String container,
            @Nullable Double atLeast,
            @Nullable Double atMost,
            @Nullable String source,
            @Nullable String gap) {
        PodTimeline timeline = pod.timeline();
        return Stream.of(
                        pod.variant(),
                        Integer.toString(pod.run()),
                        timeline.namespace(),
                        timeline.name(),
                        timeline.uid(),
                        text(timeline.node()),
                        TimelineJson.name(timeline.verdict().outcome()),
                        kind,
                        name,
                        text(container),
                        number(atLeast),
                        number(atMost),
                        text(source),
                        text(gap))
                .map(TimelineCsv::quoted)
                .collect(Collectors.joining(","));
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static String number(@Nullable Double seconds) {
        return seconds == null ? "" : String.format(Locale.ROOT, "%.6f", seconds);
    }

    private static String quoted(String field) {
        return field.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
                ? '"' + field.replace("\"", "\"\"") + '"'
                : field;
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / NANOS;
    }
}
