package dev.prebake.podtime;

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

    private TimelineCsv() {}

    /** All rows, the header first. */
    public static List<String> lines(List<TimedPod> pods) {
        List<String> lines = new ArrayList<>();
        lines.add(HEADER);
        for (TimedPod pod : pods) {
            PodTimeline timeline = pod.timeline();
            for (Mark mark : timeline.marks()) {
                Moment moment = mark.moment();
                PodTimeline.Offset after =
                        moment == null ? null : timeline.afterZero(moment).orElse(null);
                boolean apart =
                        moment != null && after == null && timeline.zero().isPresent();
                lines.add(row(
                        pod,
                        "phase",
                        TimelineJson.name(mark.phase()),
                        mark.container(),
                        after == null ? null : after.atLeast(),
                        after == null ? null : after.atMost(),
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
}
