package dev.prebake.podtime;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How a pod's start ended, or stands.
 *
 * @param outcome what it comes to if nothing changes
 * @param settled whether nothing will change it: there is no more to wait for
 * @param words why; empty where there is nothing to explain
 * @param advice what to do about it, in sentences; empty where that is up to the pod's own program, or nothing is wrong
 */
public record Verdict(Outcome outcome, boolean settled, String words, String advice) {
    /** A kubelet does not try these again. */
    private static final List<String> HOPELESS_IMAGES = List.of("InvalidImageName", "ErrImageNeverPull");

    private static final List<String> UNPULLED = List.of("ErrImagePull", "ImagePullBackOff", "RegistryUnavailable");

    /** What a container waits for in the ordinary course of things. */
    private static final List<String> ORDINARY = List.of("ContainerCreating", "PodInitializing");

    /** One with nothing to advise. */
    Verdict(Outcome outcome, boolean settled, String words) {
        this(outcome, settled, words, "");
    }

    /** Judges a pod by its newest version, what was seen of it before, and its events. */
    static Verdict of(PodHistory history) {
        PodVersion pod = history.newest();
        boolean ready = history.everReady();
        if (pod.phase().equals("Succeeded")) {
            return new Verdict(Outcome.SUCCEEDED, true, "");
        }
        if (pod.phase().equals("Failed")) {
            return new Verdict(evicted(pod) ? Outcome.EVICTED : Outcome.FAILED, true, failure(pod));
        }
        if (ready) {
            return new Verdict(Outcome.READY, true, "");
        }
        if (history.gone()) {
            return new Verdict(Outcome.DELETED, true, disruption(pod).orElse("it was deleted before it was ready"));
        }
        return waiting(history, pod);
    }

    private static Verdict waiting(PodHistory history, PodVersion pod) {
        for (PodVersion.Container container : pod.containers()) {
            String waiting = container.waiting();
            if (waiting == null) {
                continue;
            }
            if (HOPELESS_IMAGES.contains(waiting)) {
                return advised(pod, Outcome.IMAGE_NOT_PULLED, true, waiting, words(container));
            }
            if (UNPULLED.contains(waiting)) {
                return advised(
                        pod,
                        Outcome.IMAGE_NOT_PULLED,
                        false,
                        waiting,
                        words(container) + pullFailure(history, container));
            }
            if (waiting.equals("CrashLoopBackOff")) {
                return new Verdict(Outcome.FAILED, true, failure(pod));
            }
        }
        Optional<PodVersion.Condition> unschedulable = pod.condition("PodScheduled")
                .filter(condition -> !condition.isTrue() && "Unschedulable".equals(condition.reason()));
        if (unschedulable.isPresent()) {
            String message = unschedulable.get().message();
            return advised(
                    pod,
                    Outcome.UNSCHEDULABLE,
                    false,
                    "FailedScheduling",
                    message == null ? "the scheduler gave no reason" : message);
        }
        for (PodVersion.Container container : pod.containers()) {
            String waiting = container.waiting();
            if (waiting != null && !ORDINARY.contains(waiting)) {
                return advised(pod, Outcome.NOT_READY, false, waiting, words(container));
            }
        }
        return lastWarning(history)
                .map(event -> advised(pod, Outcome.NOT_READY, false, event.reason(), event.inWords()))
                .orElseGet(() -> advised(pod, Outcome.NOT_READY, false, "", standing(pod)));
    }

    private static Verdict advised(PodVersion pod, Outcome outcome, boolean settled, String reason, String words) {
        return new Verdict(outcome, settled, words, Advice.on(pod, reason, words));
    }

    private static String words(PodVersion.Container container) {
        return container.name() + " waits: " + container.waiting()
                + (container.waitingMessage() == null ? "" : ": " + container.waitingMessage());
    }

    private static String pullFailure(PodHistory history, PodVersion.Container container) {
        return history.events().stream()
                .filter(event -> event.failedPull(container.name()))
                .reduce((_, later) -> later)
                .filter(event ->
                        container.waitingMessage() == null || !event.message().contains(container.waitingMessage()))
                .map(event -> " (" + event.message() + ")")
                .orElse("");
    }

    private static Optional<PodEvent> lastWarning(PodHistory history) {
        return history.events().stream()
                .filter(event -> event.warning() && event.last() != null)
                .max(Comparator.comparing(PodEvent::lastSeen));
    }

    private static String standing(PodVersion pod) {
        for (String condition : List.of("PodScheduled", "Initialized", "ContainersReady", "Ready")) {
            Optional<PodVersion.Condition> stands = pod.condition(condition);
            if (stands.isEmpty() || !stands.get().isTrue()) {
                String message = stands.map(PodVersion.Condition::message)
                        .filter(text -> !text.isBlank())
                        .orElse("");
                return condition + " has not come true" + (message.isEmpty() ? "" : ": " + message);
            }
        }
        return "";
    }

    private static boolean evicted(PodVersion pod) {
        return "Evicted".equals(pod.reason()) || disruption(pod).isPresent();
    }

    private static Optional<String> disruption(PodVersion pod) {
        return pod.condition("DisruptionTarget")
                .filter(PodVersion.Condition::isTrue)
                .map(condition -> condition.reason() + (condition.message() == null ? "" : ": " + condition.message()));
    }

    private static String failure(PodVersion pod) {
        if (evicted(pod)) {
            return pod.message() == null
                    ? disruption(pod).orElse("Evicted")
                    : pod.reason() + ": " + pod.message().strip();
        }
        for (PodVersion.Container container : pod.containers()) {
            Integer exitCode = container.exitCode();
            if (exitCode != null && exitCode != 0) {
                String reason = container.endReason();
                return container.name() + " ended with exit code " + exitCode
                        + (reason == null || reason.equals("Error") ? "" : " (" + reason + ")")
                        + (container.restarts() == 0
                                ? ""
                                : ", after " + container.restarts()
                                        + (container.restarts() == 1 ? " restart" : " restarts"));
            }
        }
        for (PodVersion.Container container : pod.containers()) {
            if ("CrashLoopBackOff".equals(container.waiting())) {
                return container.name() + " ended again and again, " + container.restarts() + " times";
            }
        }
        return (pod.reason() == null ? "the pod failed" : pod.reason())
                + (pod.message() == null ? "" : ": " + pod.message());
    }
}
