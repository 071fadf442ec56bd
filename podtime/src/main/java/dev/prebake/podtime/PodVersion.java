package dev.prebake.podtime;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A pod as the API server had it at one time. Its times are cut to whole seconds.
 *
 * @param namespace where it is
 * @param name its name
 * @param uid tells it from another one of the same name
 * @param owner what made it, as {@code ReplicaSet/web-5d9}; absent for a pod on its own
 * @param node where it is bound to; absent before
 * @param created when the API server made it, by its clock
 * @param accepted when the node's kubelet saw it, by the node's clock; absent before
 * @param phase Pending, Running, Succeeded, Failed or Unknown
 * @param reason why it is in that phase, as one word; absent where nobody says
 * @param message likewise, in words
 * @param conditions its conditions, true or not
 * @param containers init containers first, each kind in the order of the specification
 */
public record PodVersion(
        String namespace,
        String name,
        String uid,
        @Nullable String owner,
        @Nullable String node,
        Instant created,
        @Nullable Instant accepted,
        String phase,
        @Nullable String reason,
        @Nullable String message,
        List<Condition> conditions,
        List<Container> containers) {
    /** The condition of a type, true or not. */
    Optional<Condition> condition(String type) {
        return conditions.stream()
                .filter(condition -> condition.type().equals(type))
                .findFirst();
    }

    /** Whether a condition is there and true. */
    boolean isTrue(String type) {
        return condition(type).filter(Condition::isTrue).isPresent();
    }

    /** Restarts of all of its containers. */
    int restarts() {
        return containers.stream().mapToInt(Container::restarts).sum();
    }

    /**
     * A condition.
     *
     * @param type Ready, say
     * @param status True, False or Unknown
     * @param since when its status changed last; absent where nobody says
     * @param reason why, as one word
     * @param message why, in words
     */
    public record Condition(
            String type,
            String status,
            @Nullable Instant since,
            @Nullable String reason,
            @Nullable String message) {
        boolean isTrue() {
            return status.equals("True");
        }
    }

    /**
     * A container.
     *
     * @param name its name in the pod
     * @param role what it is for
     * @param image as the specification names it
     * @param restarts how often it was started again
     * @param waiting why it waits, as one word; absent unless it does
     * @param waitingMessage likewise, in words
     * @param started when its program started, this time; absent before
     * @param ended when it ended, this time or the time before; absent where it hasn't
     * @param exitCode its exit code then
     * @param endReason why it ended, as one word: Completed, Error, OOMKilled
     */
    public record Container(
            String name,
            Role role,
            String image,
            int restarts,
            @Nullable String waiting,
            @Nullable String waitingMessage,
            @Nullable Instant started,
            @Nullable Instant ended,
            @Nullable Integer exitCode,
            @Nullable String endReason) {}

    /** What a container is for. */
    public enum Role {
        /** Runs to its end before the next one starts. */
        INIT,
        /** An init container that stays: the next one starts once it has. */
        SIDECAR,
        /** The pod's work. */
        MAIN
    }
}
