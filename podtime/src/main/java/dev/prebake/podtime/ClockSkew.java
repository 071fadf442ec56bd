package dev.prebake.podtime;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How far a node's clock can be ahead of the control plane's, from what can't be otherwise: an event is written down after it
 * happened, and nothing happens to a pod on its node before it is bound to it.
 *
 * @param atLeast seconds; negative where the node may be behind; absent where nothing bounds it
 * @param atMost seconds; likewise
 */
public record ClockSkew(@Nullable Double atLeast, @Nullable Double atMost) {
    /** The scheduler writes its event after the binding, by when a kubelet can have begun. */
    private static final double TOLERANCE = 0.25;

    /**
     * Bounds the skew.
     *
     * @param scheduled when the pod was bound; absent where it isn't known
     * @param onNode moments of the pod on its node
     * @param events the pod's events
     */
    static ClockSkew of(@Nullable Moment scheduled, List<Moment> onNode, List<PodEvent> events) {
        Double atLeast = null;
        for (PodEvent event : events) {
            Instant written = event.written();
            Moment moment = event.moment().orElse(null);
            if (written != null && moment != null && moment.by() == Timekeeper.NODE) {
                double bound = Figure.seconds(written.plusSeconds(1), moment.earliest());
                atLeast = atLeast == null ? bound : Math.max(atLeast, bound);
            }
        }
        Double atMost = null;
        if (scheduled != null && scheduled.by() == Timekeeper.CONTROL_PLANE) {
            for (Moment moment : onNode) {
                double bound = Figure.seconds(scheduled.earliest(), moment.latest());
                atMost = atMost == null ? bound : Math.min(atMost, bound);
            }
        }
        return new ClockSkew(atLeast, atMost);
    }

    /** Whether the clocks are known to disagree. */
    public boolean proven() {
        return (atLeast != null && atLeast > TOLERANCE) || (atMost != null && atMost < -TOLERANCE);
    }

    /** Says how far they disagree. */
    String inWords() {
        if (atLeast != null && atLeast > TOLERANCE) {
            return String.format(
                    Locale.ROOT, "the node's clock is at least %.1f s ahead of the control plane's", atLeast);
        }
        return String.format(
                Locale.ROOT,
                "the node's clock is at least %.1f s behind the control plane's",
                atMost == null ? 0 : -atMost);
    }
}
