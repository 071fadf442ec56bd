package dev.prebake.podtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Timelines as a person reads them. */
public final class TimelineText {
    private static final double MEGA = 1e6;
    private static final double EXACT = 0.0005;

    /** More pods than these have a line each: -o json has the rest. */
    private static final int MOST_IN_FULL = 3;

    private TimelineText() {}

    /** All pods, with their phases and stretches while they are few, and what several of them come to. */
    public static List<String> lines(List<TimedPod> pods) {
        List<String> lines = new ArrayList<>();
        boolean several = pods.stream().anyMatch(pod -> pod.run() > 1)
                || pods.stream().map(TimedPod::variant).distinct().count() > 1;
        for (TimedPod pod : pods) {
            if (!lines.isEmpty() && pods.size() <= MOST_IN_FULL) {
                lines.add("");
            }
            if (pods.size() > MOST_IN_FULL) {
                brief(lines, pod);
            } else {
                full(lines, several ? prefix(pod) : "", pod.timeline());
            }
        }
        if (pods.size() > 1) {
            statistics(lines, pods);
        }
        return lines;
    }

    /** A figure: {@code 1.234 s} where it is exact, {@code 1.2 to 2.1 s} where its bounds are apart, a dash in a gap. */
    public static String figure(Figure figure) {
        if (!figure.known()) {
            return "-";
        }
        if (figure.width() < EXACT) {
            return String.format(Locale.ROOT, "%.3f s", figure.low());
        }
        return outwards(figure.low(), figure.high());
    }

    private static void full(List<String> lines, String prefix, PodTimeline timeline) {
        lines.add(prefix + heading(timeline));
        advice(lines, timeline);
        lines.add(String.format(
                Locale.ROOT,
                "  %-34s %-18s %s",
                "phase",
                timeline.moment(Phase.SCHEDULED).isPresent() ? "after scheduling" : "after creation",
                "source"));
        for (Mark mark : timeline.marks()) {
            Moment moment = mark.moment();
            lines.add(String.format(
                    Locale.ROOT,
                    "  %-34s %-18s %s",
                    mark.name(),
                    moment == null ? "-" : after(timeline, moment),
                    moment == null ? "gap: " + mark.gap() : moment.source() + pull(timeline, mark)));
        }
        for (Span span : Span.values()) {
            Figure figure = timeline.span(span);
            lines.add(String.format(
                            Locale.ROOT,
                            "  %-34s %-18s %s",
                            (span.part() ? "  " : "") + span.words(),
                            figure(figure),
                            figure.known() ? "" : "gap: " + figure.gap())
                    .stripTrailing());
        }
        timeline.notes().forEach(note -> lines.add("  note: " + note));
    }

    private static void brief(List<String> lines, TimedPod pod) {
        PodTimeline timeline = pod.timeline();
        lines.add(prefix(pod) + heading(timeline) + "; scheduled to ready "
                + figure(timeline.span(Span.SCHEDULED_TO_READY)) + ", pulling images "
                + figure(timeline.span(Span.PULLING)));
        advice(lines, timeline);
        timeline.notes().forEach(note -> lines.add("  note: " + note));
    }

    /**
     * What came of the pods that did not do what they were started for, in a sentence for all that share it, and what to do.
     *
     * @param waited how long they were waited for
     */
    public static List<String> problems(List<TimedPod> pods, Duration waited) {
        boolean several = pods.stream().anyMatch(pod -> pod.run() > 1);
        // Without the advice, which may name its pod.
        Map<Verdict, List<TimedPod>> problems = new LinkedHashMap<>();
        for (TimedPod pod : pods) {
            Verdict verdict = pod.timeline().verdict();
            if (!verdict.outcome().good()) {
                problems.computeIfAbsent(
                                new Verdict(verdict.outcome(), verdict.settled(), verdict.words()),
                                _ -> new ArrayList<>())
                        .add(pod);
            }
        }
        List<String> lines = new ArrayList<>();
        problems.forEach((verdict, its) -> lines.add((its.size() == 1 ? "Pod " : "Pods ")
                + its.stream()
                        .limit(MOST_IN_FULL)
                        .map(pod -> pod.timeline().namespace() + "/"
                                + pod.timeline().name() + (several ? " (run " + pod.run() + ")" : ""))
                        .collect(Collectors.joining(", "))
                + (its.size() > MOST_IN_FULL ? " and " + (its.size() - MOST_IN_FULL) + " more" : "")
                + " did not become ready"
                + (verdict.settled() ? "" : " within " + waited.toSeconds() + " s") + ": "
                + sentence(words(verdict), its.getFirst().timeline().verdict().advice())));
        return lines;
    }

    /** Words of the cluster's, which may be several lines and may end in a full stop, and what to do. */
    private static String sentence(String words, String advice) {
        String line = words.replaceAll("\\s+", " ").replaceAll("[ .:]+$", "");
        return advice.isEmpty() ? line : line + ". " + advice;
    }

    private static void advice(List<String> lines, PodTimeline timeline) {
        if (!timeline.verdict().advice().isEmpty()) {
            lines.add("  what to do: " + timeline.verdict().advice());
        }
    }

    private static String prefix(TimedPod pod) {
        return pod.variant() + ", run " + pod.run() + ": ";
    }

    private static String heading(PodTimeline timeline) {
        return "pod " + timeline.namespace() + "/" + timeline.name()
                + (timeline.node() == null ? "" : " on " + timeline.node()) + ": " + words(timeline.verdict());
    }

    private static String words(Verdict verdict) {
        return words(verdict.outcome()) + (verdict.words().isEmpty() ? "" : ": " + verdict.words());
    }

    private static String after(PodTimeline timeline, Moment moment) {
        if (timeline.zero().filter(moment::equals).isPresent()) {
            return moment.exact() ? "0" : "0 (to the second)";
        }
        return timeline.afterZero(moment)
                .map(after -> after.atMost() - after.atLeast() < EXACT
                        ? String.format(Locale.ROOT, "%.3f s", after.atLeast())
                        : outwards(after.atLeast(), after.atMost()))
                .orElse("-");
    }

    /** Bounds rounded so that what is printed still holds. */
    private static String outwards(double low, double high) {
        // Plus zero, since rounding up makes a negative one of a little below it.
        return String.format(
                Locale.ROOT, "%.1f to %.1f s", Math.floor(low * 10) / 10 + 0.0, Math.ceil(high * 10) / 10 + 0.0);
    }

    private static String pull(PodTimeline timeline, Mark mark) {
        if (mark.phase() != Phase.PULLED) {
            return "";
        }
        return timeline.pulls().stream()
                .filter(pull -> pull.container().equals(mark.container()))
                .findFirst()
                .map(pull -> {
                    if (pull.alreadyPresent() == null) {
                        return "";
                    }
                    if (pull.alreadyPresent()) {
                        return ": image already present, nothing pulled";
                    }
                    return ": pull took " + figure(pull.pull())
                            + (pull.waiting().known() && pull.waiting().high() > 0
                                    ? " after waiting " + figure(pull.waiting())
                                    : "")
                            + (pull.bytes() == null
                                    ? ""
                                    : String.format(Locale.ROOT, ", %.1f MB", pull.bytes() / MEGA));
                })
                .orElse("");
    }

    private static void statistics(List<String> lines, List<TimedPod> pods) {
        Map<String, List<Statistic>> variants = Statistic.of(pods).stream()
                .collect(Collectors.groupingBy(Statistic::variant, LinkedHashMap::new, Collectors.toList()));
        variants.forEach((variant, statistics) -> {
            long all =
                    pods.stream().filter(pod -> pod.variant().equals(variant)).count();
            lines.add("");
            long succeeded = pods.stream()
                    .filter(pod -> pod.variant().equals(variant)
                            && pod.timeline().verdict().outcome() == Outcome.SUCCEEDED)
                    .count();
            lines.add(variant + ": " + statistics.getFirst().ready() + " of " + all + " pods became ready"
                    + (succeeded == 0 ? "" : ", " + succeeded + " succeeded"));
            lines.add(String.format(
                    Locale.ROOT, "  %-28s %3s %-16s %-16s %-16s %s", "", "n", "least", "median", "p90", "most"));
            for (Statistic statistic : statistics) {
                lines.add(String.format(
                        Locale.ROOT,
                        "  %-28s %3d %-16s %-16s %-16s %s",
                        (statistic.span().part() ? "  " : "") + statistic.span().words(),
                        statistic.known(),
                        figure(statistic.least()),
                        figure(statistic.median()),
                        figure(statistic.p90()),
                        figure(statistic.most())));
            }
            mixed(
                    lines,
                    pods.stream()
                            .filter(pod -> pod.variant().equals(variant))
                            .map(TimedPod::timeline)
                            .filter(timeline -> timeline.verdict().outcome() == Outcome.READY)
                            .toList());
        });
        if (variants.size() == 2) {
            List<List<Statistic>> both = List.copyOf(variants.values());
            lines.add("");
            lines.add(comparison(both.getFirst(), both.getLast()));
            nodes(lines, pods);
        }
    }

    /** A node that pulled once has the image from then on: medians of both kinds are of neither. */
    private static void mixed(List<String> lines, List<PodTimeline> timelines) {
        long found = timelines.stream()
                .filter(timeline ->
                        timeline.pulls().stream().allMatch(pull -> Boolean.TRUE.equals(pull.alreadyPresent())))
                .count();
        long pulled = timelines.stream()
                .filter(timeline ->
                        timeline.pulls().stream().anyMatch(pull -> Boolean.FALSE.equals(pull.alreadyPresent())))
                .count();
        if (found > 0 && pulled > 0) {
            lines.add("  note: " + pulled + " of these pods pulled images and " + found
                    + " found all of theirs on the node, so the figures are of two kinds of start. --before takes a command"
                    + " that removes images between runs.");
        }
    }

    private static String comparison(List<Statistic> one, List<Statistic> other) {
        Figure a = median(one);
        Figure b = median(other);
        if (!a.known() || !b.known()) {
            return "There is no comparison: the median from scheduled to ready is missing on a side.";
        }
        String times = b.low() <= 0
                ? "at least " + String.format(Locale.ROOT, "%.1f", b.high() <= 0 ? 0 : a.low() / b.high())
                : String.format(Locale.ROOT, "%.1f to %.1f", a.low() / b.high(), a.high() / b.low());
        return "From scheduled to ready " + one.getFirst().variant() + " takes " + times + " times as long as "
                + other.getFirst().variant() + " (medians).";
    }

    private static void nodes(List<String> lines, List<TimedPod> pods) {
        Map<String, Set<String>> nodes = new LinkedHashMap<>();
        for (TimedPod pod : pods) {
            if (pod.timeline().node() != null) {
                nodes.computeIfAbsent(pod.variant(), _ -> new LinkedHashSet<>())
                        .add(pod.timeline().node());
            }
        }
        if (nodes.values().stream().distinct().count() > 1) {
            lines.add("They did not run on the same nodes, so this compares nodes too: "
                    + nodes.entrySet().stream()
                            .map(variant -> variant.getKey() + " on " + String.join(", ", variant.getValue()))
                            .collect(Collectors.joining("; "))
                    + ".");
        }
    }

    private static Figure median(List<Statistic> statistics) {
        return statistics.stream()
                .filter(statistic -> statistic.span() == Span.SCHEDULED_TO_READY)
                .map(Statistic::median)
                .findFirst()
                .orElseThrow();
    }

    /** In a sentence: {@code image not pulled}. */
    static String words(Outcome outcome) {
        return outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
