package dev.prebake.podtime;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Timelines as a picture: SVG without a fixed width, whose bars stretch with it and whose text doesn't, for light and dark
 * pages. A stretch that is known within bounds is drawn in their middle, and its bounds stand in its tooltip.
 */
public final class TimelineChart {
    private static final int LANE = 60;
    private static final int TOP = 48;
    private static final int TEXT_LINE = 15;
    private static final int BAR = 14;
    private static final int LEGEND_LINE = 20;
    private static final int LONGEST_NAME = 44;
    private static final int TICKS = 5;

    /** Where the time axis begins and how long it is, in percent of the width. */
    private static final double LEFT = 2;

    private static final double WIDTH = 94;

    private static final String STYLE = """
            text { font: 12px ui-sans-serif, system-ui, sans-serif; fill: #1f2328;
              stroke: #ffffff; stroke-width: 3px; paint-order: stroke }
            .quiet { fill: #59636e }
            .several { font-weight: 600 }
            .grid { stroke: #d1d9e0 }
            .page { fill: #ffffff }
            .scheduling { fill: #8c959f } .preparing { fill: #4c8dd6 } .pulling { fill: #d1603d }
            .initPrograms { fill: #8a63d2 } .starting { fill: #2da58e } .readiness { fill: #d4a72c }
            @media (prefers-color-scheme: dark) {
              text { fill: #f0f6fc; stroke: #0d1117 } .quiet { fill: #9198a1 } .grid { stroke: #3d444d } .page { fill: #0d1117 }
            }
            """;

    private TimelineChart() {}

    /** A lane for each pod; where there are several of a kind, one of their medians above them. */
    public static String svg(List<TimedPod> pods) {
        List<Lane> lanes = lanes(pods);
        double longest =
                Math.max(0.001, lanes.stream().mapToDouble(Lane::seconds).max().orElse(0));
        double step = step(longest);
        List<Span> parts = Stream.of(Span.values())
                .filter(span -> lanes.stream().anyMatch(lane -> lane.shows(span)))
                .toList();
        int axis = TOP + lanes.size() * LANE;
        int height = axis + 46 + (parts.size() + 1) / 2 * LEGEND_LINE;
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100%%\" height=\"%d\" role=\"img\">%n"
                        + "<title>How pods started</title>%n<style>%n%s</style>%n"
                        + "<rect class=\"page\" width=\"100%%\" height=\"100%%\"/>%n"
                        + "<text class=\"quiet\" x=\"%.2f%%\" y=\"18\">from created to ready</text>%n",
                height,
                STYLE,
                LEFT));
        for (double second = 0; second <= longest * 1.0001; second += step) {
            double x = LEFT + second / longest * WIDTH;
            svg.append(String.format(
                    Locale.ROOT,
                    "<line class=\"grid\" x1=\"%1$.2f%%\" x2=\"%1$.2f%%\" y1=\"%2$d\" y2=\"%3$d\"/>%n"
                            + "<text class=\"quiet\" x=\"%1$.2f%%\" y=\"%4$d\" text-anchor=\"%5$s\">%6$s s</text>%n",
                    x,
                    TOP - 12,
                    axis,
                    axis + 15,
                    second == 0 ? "start" : "middle",
                    number(second)));
        }
        int y = TOP;
        for (Lane lane : lanes) {
            lane(svg, lane, y, longest);
            y += LANE;
        }
        legend(svg, parts, axis + 42);
        return svg.append("</svg>\n").toString();
    }

    private static void lane(StringBuilder svg, Lane lane, int y, double longest) {
        svg.append(String.format(
                Locale.ROOT,
                "<text%6$s x=\"%1$.2f%%\" y=\"%2$d\">%3$s</text>%n<text class=\"quiet\" x=\"%1$.2f%%\" y=\"%4$d\">%5$s</text>%n",
                LEFT,
                y,
                escaped(shortened(lane.name())),
                y + TEXT_LINE,
                escaped(lane.words()),
                lane.several() ? " class=\"several\"" : ""));
        double at = 0;
        for (Map.Entry<Span, Figure> part : lane.parts().entrySet()) {
            Figure figure = part.getValue();
            if (!figure.known()) {
                continue;
            }
            double length = middle(figure);
            svg.append(String.format(
                    Locale.ROOT,
                    "<rect class=\"%s\" x=\"%.2f%%\" y=\"%d\" width=\"%.2f%%\" height=\"%d\"><title>%s: %s</title></rect>%n",
                    TimelineJson.name(part.getKey()),
                    LEFT + at / longest * WIDTH,
                    y + TEXT_LINE + 6,
                    length / longest * WIDTH,
                    BAR,
                    part.getKey().words(),
                    TimelineText.figure(figure)));
            at += length;
        }
    }

    private static void legend(StringBuilder svg, List<Span> parts, int top) {
        for (int i = 0; i < parts.size(); i++) {
            Span part = parts.get(i);
            double column = LEFT + i % 2 * 48;
            int y = top + i / 2 * LEGEND_LINE;
            svg.append(String.format(
                    Locale.ROOT,
                    "<rect class=\"%s\" x=\"%.2f%%\" y=\"%d\" width=\"10\" height=\"10\"/>%n"
                            + "<svg x=\"%.2f%%\" y=\"%d\" overflow=\"visible\"><text x=\"16\" y=\"12\">%s</text></svg>%n",
                    TimelineJson.name(part),
                    column,
                    y,
                    column,
                    y - 3,
                    escaped(part.words())));
        }
    }

    private static List<Lane> lanes(List<TimedPod> pods) {
        List<Lane> lanes = new ArrayList<>();
        Map<String, List<TimedPod>> variants = pods.stream()
                .collect(Collectors.groupingBy(TimedPod::variant, LinkedHashMap::new, Collectors.toList()));
        List<Statistic> statistics = Statistic.of(pods);
        variants.forEach((variant, its) -> {
            if (its.size() > 1) {
                lanes.add(medians(variant, statistics));
            }
            for (TimedPod pod : its) {
                lanes.add(lane(pod, its.size() > 1 || variants.size() > 1));
            }
        });
        return lanes;
    }

    private static Lane lane(TimedPod pod, boolean several) {
        PodTimeline timeline = pod.timeline();
        Map<Span, Figure> parts = new LinkedHashMap<>();
        List<String> gaps = new ArrayList<>();
        for (Span span : Span.values()) {
            if (span.part()) {
                parts.put(span, timeline.span(span));
                if (!timeline.span(span).known()) {
                    gaps.add(span.words());
                }
            }
        }
        Figure total = timeline.span(Span.CREATED_TO_READY);
        String words = total.known()
                ? TimelineText.figure(total)
                : TimelineText.words(timeline.verdict().outcome());
        return new Lane(
                timeline.name() + (several ? " (" + pod.run() + ")" : ""),
                words + (gaps.isEmpty() ? "" : "; gaps: " + gaps.size()),
                parts,
                false);
    }

    private static Lane medians(String variant, List<Statistic> statistics) {
        Map<Span, Figure> parts = new LinkedHashMap<>();
        String words = "";
        for (Statistic statistic : statistics) {
            if (statistic.variant().equals(variant)) {
                if (statistic.span().part()) {
                    parts.put(statistic.span(), statistic.median());
                } else if (statistic.span() == Span.CREATED_TO_READY) {
                    words = "median " + TimelineText.figure(statistic.median()) + ", p90 "
                            + TimelineText.figure(statistic.p90());
                }
            }
        }
        return new Lane(variant, words, parts, true);
    }

    /** A step of 1, 2 or 5 times a power of ten that gives no more than so many lines. */
    private static double step(double longest) {
        double rough = longest / TICKS;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        for (int factor : new int[] {1, 2, 5}) {
            if (rough <= factor * power * 1.0001) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    private static String number(double seconds) {
        return seconds == Math.rint(seconds)
                ? String.format(Locale.ROOT, "%.0f", seconds)
                : String.format(Locale.ROOT, "%.2f", seconds).replaceAll("0+$", "");
    }

    private static String shortened(String name) {
        return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME - 1) + "…";
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static double middle(Figure figure) {
        return (figure.low() + figure.high()) / 2;
    }

    /**
     * A bar.
     *
     * @param name of what
     * @param words what stands beside it
     * @param parts its parts in their order
     * @param several whether it stands for several pods
     */
    private record Lane(String name, String words, Map<Span, Figure> parts, boolean several) {
        boolean shows(Span span) {
            Figure figure = parts.get(span);
            return figure != null && figure.known() && figure.high() > 0;
        }

        double seconds() {
            return parts.values().stream()
                    .filter(Figure::known)
                    .mapToDouble(TimelineChart::middle)
                    .sum();
        }
    }
}
