package dev.prebake.podtime;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Timelines as a program reads them. The names here are a contract, written down in docs/podtime.md. */
public final class TimelineJson {
    private TimelineJson() {}

    /** All pods, and what they come to. */
    public static ObjectNode of(List<TimedPod> pods) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        ArrayNode all = document.putArray("pods");
        pods.forEach(pod -> all.add(pod(pod)));
        ArrayNode statistics = document.putArray("statistics");
        Statistic.of(pods).forEach(statistic -> {
            ObjectNode node = statistics
                    .addObject()
                    .put("variant", statistic.variant())
                    .put("span", name(statistic.span()))
                    .put("ready", statistic.ready())
                    .put("known", statistic.known());
            node.set("least", figure(statistic.least()));
            node.set("median", figure(statistic.median()));
            node.set("p90", figure(statistic.p90()));
            node.set("p99", figure(statistic.p99()));
            node.set("most", figure(statistic.most()));
        });
        return document;
    }

    private static ObjectNode pod(TimedPod timed) {
        PodTimeline timeline = timed.timeline();
        ObjectNode pod = JsonNodeFactory.instance
                .objectNode()
                .put("variant", timed.variant())
                .put("run", timed.run())
                .put("namespace", timeline.namespace())
                .put("name", timeline.name())
                .put("uid", timeline.uid())
                .put("owner", timeline.owner())
                .put("node", timeline.node())
                .put("outcome", name(timeline.verdict().outcome()))
                .put("settled", timeline.verdict().settled())
                .put("reason", timeline.verdict().words())
                .put("advice", timeline.verdict().advice());
        ArrayNode marks = pod.putArray("phases");
        for (Mark mark : timeline.marks()) {
            Moment moment = mark.moment();
            ObjectNode node = marks.addObject().put("phase", name(mark.phase())).put("container", mark.container());
            node.put("earliest", moment == null ? null : moment.earliest().toString());
            node.put("latest", moment == null ? null : moment.latest().toString());
            node.put("exact", moment == null ? null : Boolean.valueOf(moment.exact()));
            node.put("clock", moment == null ? null : name(moment.by()));
            node.put("source", moment == null ? null : moment.source());
            node.put("gap", mark.gap());
        }
        ObjectNode spans = pod.putObject("spans");
        for (Span span : Span.values()) {
            spans.set(name(span), figure(timeline.span(span)));
        }
        ArrayNode images = pod.putArray("images");
        for (ImagePull pull : timeline.pulls()) {
            ObjectNode node =
                    images.addObject().put("container", pull.container()).put("image", pull.image());
            node.put("alreadyPresent", pull.alreadyPresent());
            node.set("pull", figure(pull.pull()));
            node.set("waiting", figure(pull.waiting()));
            node.put("bytes", pull.bytes());
        }
        pod.putObject("nodeClockAheadSeconds")
                .put("atLeast", timeline.skew().atLeast())
                .put("atMost", timeline.skew().atMost())
                .put("proven", timeline.skew().proven());
        ArrayNode notes = pod.putArray("notes");
        timeline.notes().forEach(notes::add);
        return pod;
    }

    private static ObjectNode figure(Figure figure) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("atLeastSeconds", rounded(figure.atLeast()))
                .put("atMostSeconds", rounded(figure.atMost()))
                .put("gap", figure.gap());
    }

    private static @Nullable Double rounded(@Nullable Double seconds) {
        return seconds == null ? null : Double.valueOf(Math.round(seconds * 1e6) / 1e6);
    }

    /** A constant's name as JSON has them: {@code CREATED_TO_READY} is {@code createdToReady}. */
    static String name(Enum<?> constant) {
        StringBuilder name = new StringBuilder();
        for (String word : constant.name().split("_", -1)) {
            name.append(
                    name.isEmpty()
                            ? word.toLowerCase(Locale.ROOT)
                            : word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT));
        }
        return name.toString();
    }
}
