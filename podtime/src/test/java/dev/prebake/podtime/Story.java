package dev.prebake.podtime;

import dev.prebake.podtime.PodVersion.Condition;
import dev.prebake.podtime.PodVersion.Container;
import dev.prebake.podtime.PodVersion.Role;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A pod's start as a cluster would tell it: the same pod in each test, but for what the test is about. Times are seconds after
 * 12:00:00.
 */
final class Story {
    static final String UID = "6f1c1f0e-0000-4000-8000-000000000001";
    private static final Instant NOON = Instant.parse("2026-11-26T12:00:00Z");

    private final List<PodEvent> events = new ArrayList<>();
    private final List<Condition> conditions = new ArrayList<>();
    private final List<Container> containers = new ArrayList<>();
    private final List<PodVersion> earlier = new ArrayList<>();
    private double nodeAhead;
    private double created;
    private @Nullable Double accepted;
    private String name = "app-1";
    private String phase = "Pending";
    private @Nullable String reason;
    private @Nullable String message;
    private boolean gone;
    private int restarts;

    /** A pod of one container whose image is pulled: created at 0.4, scheduled at 0.5, ready within second 14. */
    static Story pulled() {
        return new Story()
                .created(0)
                .scheduled(0.5)
                .accepted(0)
                .event("Pulling", "app", 1.25, "Pulling image \"registry.example/app:1\"")
                .event(
                        "Pulled",
                        "app",
                        12.5,
                        "Successfully pulled image \"registry.example/app:1\" in 11.2s (11.25s including waiting). Image"
                                + " size: 9500000000 bytes.")
                .event("Created", "app", 12.75, "Created container: app")
                .event("Started", "app", 13.0, "Started container app")
                .container("app", Role.MAIN)
                .condition("PodScheduled", "True", 0)
                .condition("PodReadyToStartContainers", "True", 14)
                .condition("Initialized", "True", 0)
                .condition("ContainersReady", "True", 14)
                .condition("Ready", "True", 14)
                .phase("Running");
    }

    static Instant at(double second) {
        return NOON.plusNanos(Math.round(second * 1e9));
    }

    Story named(String other) {
        name = other;
        return this;
    }

    Story created(double second) {
        created = second;
        return this;
    }

    Story accepted(double second) {
        accepted = second;
        return this;
    }

    Story phase(String name) {
        phase = name;
        return this;
    }

    Story because(String why, String words) {
        reason = why;
        message = words;
        return this;
    }

    Story gone() {
        gone = true;
        return this;
    }

    Story restarted(int times) {
        restarts = times;
        return this;
    }

    /** Sets the node's clock off by so many seconds. */
    Story nodeAhead(double seconds) {
        nodeAhead = seconds;
        return this;
    }

    /** A scheduler's event, of the new style, with microseconds. */
    Story scheduled(double second) {
        events.add(new PodEvent(
                "app-1.17a1b2c3d4e5f6a7",
                UID,
                null,
                "Scheduled",
                "Successfully assigned default/app-1 to node-1",
                false,
                "default-scheduler",
                at(second),
                null,
                null,
                at(second).truncatedTo(ChronoUnit.SECONDS)));
        return this;
    }

    /** A kubelet's event, of the old style, with nanoseconds in its name; 0.01 s later the API server writes it down. */
    Story event(String why, @Nullable String container, double second, String words) {
        return eventNamed("app-1." + Long.toHexString(nanos(second + nodeAhead)), why, container, second, words);
    }

    Story eventNamed(String name, String why, @Nullable String container, double second, String words) {
        Instant first = at(second + nodeAhead).truncatedTo(ChronoUnit.SECONDS);
        events.add(new PodEvent(
                name,
                UID,
                container,
                why,
                words,
                why.startsWith("Fail") || why.equals("BackOff") || why.equals("Unhealthy"),
                "kubelet",
                null,
                first,
                first,
                at(second + 0.01).truncatedTo(ChronoUnit.SECONDS)));
        return this;
    }

    Story add(PodEvent event) {
        events.add(event);
        return this;
    }

    Story without(String why) {
        events.removeIf(event -> event.reason().equals(why));
        conditions.removeIf(condition -> condition.type().equals(why));
        return this;
    }

    Story without(String why, String container) {
        events.removeIf(event -> event.reason().equals(why) && container.equals(event.container()));
        return this;
    }

    Story withoutContainers() {
        containers.clear();
        return this;
    }

    Story condition(String type, String status, double second) {
        return condition(type, status, second, null, null);
    }

    Story condition(String type, String status, double second, @Nullable String why, @Nullable String words) {
        conditions.removeIf(condition -> condition.type().equals(type));
        double shown = type.equals("PodScheduled") ? second : second + nodeAhead;
        conditions.add(new Condition(type, status, at(shown).truncatedTo(ChronoUnit.SECONDS), why, words));
        return this;
    }

    Story container(String name, Role role) {
        containers.add(
                new Container(name, role, "registry.example/" + name + ":1", 0, null, null, null, null, null, null));
        return this;
    }

    Story ended(String name, Role role, double started, double ended, int exitCode, String why) {
        containers.removeIf(container -> container.name().equals(name));
        containers.add(new Container(
                name,
                role,
                "registry.example/" + name + ":1",
                0,
                null,
                null,
                at(started + nodeAhead).truncatedTo(ChronoUnit.SECONDS),
                at(ended + nodeAhead).truncatedTo(ChronoUnit.SECONDS),
                exitCode,
                why));
        return this;
    }

    Story running(String name, double started) {
        containers.removeIf(container -> container.name().equals(name));
        containers.add(new Container(
                name,
                Role.MAIN,
                "registry.example/" + name + ":1",
                0,
                null,
                null,
                at(started).truncatedTo(ChronoUnit.SECONDS),
                null,
                null,
                null));
        return this;
    }

    Story waiting(String name, String why, String words) {
        containers.removeIf(container -> container.name().equals(name));
        containers.add(new Container(
                name, Role.MAIN, "registry.example/" + name + ":1", restarts, why, words, null, null, null, null));
        return this;
    }

    /** Keeps what the pod is now as a version that was seen before. */
    Story then() {
        earlier.add(version());
        return this;
    }

    PodHistory history() {
        List<PodVersion> versions = new ArrayList<>(earlier);
        versions.add(version());
        return new PodHistory(versions, events, gone);
    }

    PodTimeline timeline() {
        return PodTimeline.of(history());
    }

    /** The same, of events that came in another order. */
    PodTimeline shuffled(long seed) {
        List<PodEvent> shuffled = new ArrayList<>(events);
        Collections.shuffle(shuffled, new Random(seed));
        return PodTimeline.of(new PodHistory(history().versions(), shuffled, gone));
    }

    private PodVersion version() {
        Instant seen = accepted == null ? null : at(accepted + nodeAhead).truncatedTo(ChronoUnit.SECONDS);
        return new PodVersion(
                "default",
                name,
                UID,
                null,
                accepted == null ? null : "node-1",
                at(created),
                seen,
                phase,
                reason,
                message,
                List.copyOf(conditions),
                containers.stream()
                        .map(container -> new Container(
                                container.name(),
                                container.role(),
                                container.image(),
                                Math.max(restarts, container.restarts()),
                                container.waiting(),
                                container.waitingMessage(),
                                container.started(),
                                container.ended(),
                                container.exitCode(),
                                container.endReason()))
                        .toList());
    }

    private static long nanos(double second) {
        return Math.addExact(NOON.getEpochSecond() * 1_000_000_000L, Math.round(second * 1e9));
    }
}
