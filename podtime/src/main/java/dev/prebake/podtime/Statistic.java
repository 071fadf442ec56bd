package dev.prebake.podtime;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A stretch of the way over several pods that became ready.
 *
 * @param variant which manifest's pods
 * @param span the stretch
 * @param ready how many of them became ready
 * @param known for how many of those it is known
 * @param least the smallest, like the others by nearest rank
 * @param median half took no longer
 * @param p90 nine in ten took no longer
 * @param p99 99 in a hundred took no longer
 * @param most the largest
 */
public record Statistic(
        String variant,
        Span span,
        int ready,
        int known,
        Figure least,
        Figure median,
        Figure p90,
        Figure p99,
        Figure most) {
    private static final int MEDIAN = 50;
    private static final int P90 = 90;
    private static final int P99 = 99;
    private static final int MOST = 100;

    /** All stretches of all variants, in the order that these come in. */
    public static List<Statistic> of(List<TimedPod> pods) {
        Map<String, List<PodTimeline>> variants = new LinkedHashMap<>();
        for (TimedPod pod : pods) {
            List<PodTimeline> timelines = variants.computeIfAbsent(pod.variant(), _ -> new ArrayList<>());
            if (pod.timeline().verdict().outcome() == Outcome.READY) {
                timelines.add(pod.timeline());
            }
        }
        List<Statistic> statistics = new ArrayList<>();
        variants.forEach((variant, timelines) -> {
            for (Span span : Span.values()) {
                statistics.add(of(variant, span, timelines));
            }
        });
        return statistics;
    }

    private static Statistic of(String variant, Span span, List<PodTimeline> timelines) {
        List<Figure> figures =
                timelines.stream().map(timeline -> timeline.span(span)).toList();
        return new Statistic(
                variant,
                span,
                figures.size(),
                Math.toIntExact(figures.stream().filter(Figure::known).count()),
                Figure.least(figures),
                Figure.percentile(figures, MEDIAN),
                Figure.percentile(figures, P90),
                Figure.percentile(figures, P99),
                Figure.percentile(figures, MOST));
    }
}
