package dev.prebake.podtime;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a pod started.
 *
 * @param namespace where it is
 * @param name its name
 * @param uid tells it from another one of the same name
 * @param owner what made it, as {@code ReplicaSet/web-5d9}; absent for a pod on its own
 * @param node where it ran; absent where it wasn't scheduled
 * @param verdict how its start ended
 * @param marks its phases: the pod's own, and in their midst those of its containers
 * @param spans the stretches of its start, each a figure or a gap
 * @param pulls how its containers came by their images
 * @param skew how far the node's clock can be off
 * @param notes what a reader should know of the figures
 */
public record PodTimeline(
        String namespace,
        String name,
        String uid,
        @Nullable String owner,
        @Nullable String node,
        Verdict verdict,
        List<Mark> marks,
        Map<Span, Figure> spans,
        List<ImagePull> pulls,
        ClockSkew skew,
        List<String> notes) {
    /** Reads one from what was seen of a pod: nothing is asked, and no clock is read. */
    public static PodTimeline of(PodHistory history) {
        return new TimelineReading(history).read();
    }

    /** The length of a stretch. */
    public Figure span(Span span) {
        Figure figure = spans.get(span);
        return figure == null ? Figure.gap("not measured") : figure;
    }

    /** The moment that the others are counted from: scheduled, or else created. */
    public Optional<Moment> zero() {
        return moment(Phase.SCHEDULED).or(() -> moment(Phase.CREATED));
    }

    /**
     * How long after the zero a moment is, negative before it: seconds at least and at most. Empty where there is no zero, or where
     * another clock gave it, which is known to be off.
     */
    Optional<Offset> afterZero(Moment moment) {
        return zero().filter(zero -> zero.by() == moment.by() || !skew.proven())
                .map(zero -> new Offset(
                        Figure.seconds(zero.latest(), moment.earliest()),
                        Figure.seconds(zero.earliest(), moment.latest())));
    }

    /**
     * A length of time that may be negative.
     *
     * @param atLeast seconds
     * @param atMost seconds
     */
    record Offset(double atLeast, double atMost) {}

    /** When the pod as a whole reached a phase. */
    public Optional<Moment> moment(Phase phase) {
        return marks.stream()
                .filter(mark -> mark.phase() == phase && mark.container() == null)
                .findFirst()
                .flatMap(mark -> Optional.ofNullable(mark.moment()));
    }

    /** Whether a container has started of which no event has been seen. */
    boolean awaitsEvents() {
        return verdict.settled()
                && marks.stream()
                        .anyMatch(mark -> mark.phase() == Phase.CONTAINER_STARTED
                                && (mark.moment() == null
                                        || !mark.moment().source().startsWith("event")));
    }
}
