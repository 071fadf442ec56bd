package dev.prebake.podtime;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tells what a cluster says against pods while they are waited for: each reason once, however often and in however many words
 * it is said again, of however many pods of one owner.
 */
final class Complaints {
    private final Consumer<String> listener;
    private final Set<Complaint> told = new HashSet<>();

    /**
     * Begins with nothing told.
     *
     * @param listener takes a line for a person
     */
    Complaints(Consumer<String> listener) {
        this.listener = listener;
    }

    /** Tells what is new of pods that have not come to their end. */
    void ofPods(Collection<PodHistory> pods) {
        for (PodHistory pod : pods) {
            if (!Verdict.of(pod).settled()) {
                PodVersion newest = pod.newest();
                String owner = newest.owner() == null ? newest.name() : newest.owner();
                tell(
                        "pod " + newest.namespace() + "/" + newest.name(),
                        newest.namespace() + "/" + owner,
                        pod.events().stream());
            }
        }
    }

    /** Tells what is new about what should have made pods. */
    void ofWorkload(Workload workload, Collection<PodEvent> events) {
        tell(workload.inWords(), workload.inWords(), events.stream());
    }

    private void tell(String subject, String whose, Stream<PodEvent> events) {
        events.filter(event -> event.warning() && !event.echo())
                .sorted(Comparator.comparing(PodEvent::lastSeen))
                .filter(event -> told.add(new Complaint(whose, event.container(), event.trouble())))
                .forEach(event -> listener.accept(subject
                        + (event.container() == null ? "" : ", container " + event.container()) + ": "
                        + event.inWords()));
    }

    /**
     * What was told.
     *
     * @param whose the pod's owner, or its own name
     * @param container which container it is about; absent for the pod as a whole
     * @param trouble what it is
     */
    private record Complaint(String whose, @Nullable String container, String trouble) {}
}
