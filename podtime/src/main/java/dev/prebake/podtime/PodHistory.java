package dev.prebake.podtime;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What was seen of a pod.
 *
 * @param versions its versions in the order that the API server had them, with gaps where a watch was cut off; never empty
 * @param events its events, in no particular order, each as it was seen last
 * @param gone whether it was seen to be deleted
 */
public record PodHistory(List<PodVersion> versions, List<PodEvent> events, boolean gone) {
    /** Refuses a history of nothing, and copies. */
    public PodHistory {
        if (versions.isEmpty()) {
            throw new IllegalArgumentException("A history has at least one version.");
        }
        versions = List.copyOf(versions);
        events = List.copyOf(events);
    }

    PodVersion newest() {
        return versions.getLast();
    }

    boolean everReady() {
        return versions.stream().anyMatch(version -> version.isTrue("Ready"));
    }

    /**
     * Whether the events of a pod's beginning have been dropped, as clusters do after an hour unless told otherwise. One that
     * was never bound to a node has had none.
     */
    boolean beginningForgotten() {
        return newest().node() != null
                && events.stream().noneMatch(event -> event.reason().equals("Scheduled"));
    }

    /** Whether a container's image was on the node, by the kubelet's word. */
    boolean alreadyPresent(String container) {
        return pulledMessage(container).filter(PullMessage::alreadyPresent).isPresent();
    }

    /** What the kubelet said when it first had a container's image. */
    Optional<PullMessage> pulledMessage(String container) {
        return events.stream()
                .filter(event -> event.reason().equals("Pulled") && container.equals(event.container()))
                .filter(event -> event.moment().isPresent())
                .min(Comparator.comparing(event -> event.moment().orElseThrow().earliest()))
                .flatMap(event -> PullMessage.parse(event.message()));
    }
}
