package dev.prebake.podtime;

import dev.prebake.podtime.PodVersion.Container;
import dev.prebake.podtime.PodVersion.Role;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads one pod's timeline. An event of each container counts where it comes first; a condition, where it came true first. */
final class TimelineReading {
    private final PodHistory history;
    private final PodVersion pod;
    private final Marks marks = new Marks();
    private final Stretches stretches;
    private final List<String> notes = new ArrayList<>();

    TimelineReading(PodHistory history) {
        this.history = history;
        this.pod = history.newest();
        this.stretches = new Stretches(history, marks);
    }

    PodTimeline read() {
        marks.put(Mark.at(
                Phase.CREATED,
                null,
                Moment.withinSecond(pod.created(), Timekeeper.CONTROL_PLANE, "creationTimestamp, whole seconds")));
        scheduled();
        attached();
        accepted();
        // What lies between has no source of its own and is narrowed below.
        marks.put(Mark.gap(Phase.VOLUMES_MOUNTED, null, "not seen"));
        marks.put(Mark.gap(Phase.SANDBOX, null, "not seen"));
        List<Container> early = pod.containers().stream()
                .filter(container -> container.role() != Role.MAIN)
                .toList();
        List<Container> main = pod.containers().stream()
                .filter(container -> container.role() == Role.MAIN)
                .toList();
        early.forEach(this::container);
        condition(Phase.INITIALISED, "Initialized");
        main.forEach(this::container);
        condition(Phase.CONTAINERS_READY, "ContainersReady");
        condition(Phase.READY, "Ready");
        sandbox();
        order(early, main);
        marks.settle();

        List<Moment> onNode = marks.all().stream()
                .map(Mark::moment)
                .flatMap(moment -> Optional.ofNullable(moment).stream())
                .filter(moment -> moment.by() == Timekeeper.NODE)
                .toList();
        ClockSkew skew = ClockSkew.of(moment(Phase.SCHEDULED, null).orElse(null), onNode, history.events());
        if (skew.proven()) {
            notes.add(skew.inWords() + ", so figures between the two are left out");
        }
        failedPulls();
        return new PodTimeline(
                pod.namespace(),
                pod.name(),
                pod.uid(),
                pod.owner(),
                pod.node(),
                Verdict.of(history),
                marks.all(),
                stretches.spans(skew),
                stretches.pulls(),
                skew,
                List.copyOf(notes));
    }

    private void scheduled() {
        Optional<Moment> event = first(any -> any.reason().equals("Scheduled"));
        if (event.isPresent()) {
            marks.put(Mark.at(Phase.SCHEDULED, null, event.get()));
        } else {
            condition(Phase.SCHEDULED, "PodScheduled");
        }
    }

    private void attached() {
        history.events().stream()
                .filter(event -> event.reason().equals("SuccessfulAttachVolume"))
                .flatMap(event -> event.moment().stream())
                .max(Comparator.comparing(Moment::earliest))
                .ifPresent(moment -> marks.put(Mark.at(Phase.VOLUMES_ATTACHED, null, moment)));
    }

    private void accepted() {
        Instant accepted = pod.accepted();
        marks.put(
                accepted == null
                        ? Mark.gap(Phase.ACCEPTED, null, "no startTime: the kubelet hasn't reported on the pod")
                        : Mark.at(
                                Phase.ACCEPTED,
                                null,
                                Moment.withinSecond(accepted, Timekeeper.NODE, "startTime, whole seconds")));
    }

    private void container(Container container) {
        String name = container.name();
        boolean doubtful = pod.restarts() > 0 && history.beginningForgotten();
        String doubt = "containers were restarted " + pod.restarts()
                + " times and the events of the beginning are gone, so these can be of a later start";
        for (Step step : Step.values()) {
            Optional<Moment> moment =
                    first(event -> name.equals(event.container()) && step.reason.equals(event.reason()));
            if (doubtful) {
                marks.put(Mark.gap(step.phase, name, doubt));
            } else if (moment.isPresent()) {
                marks.put(Mark.at(step.phase, name, moment.get()));
            } else if (step == Step.STARTED && firstStart(name).isPresent()) {
                marks.put(Mark.at(step.phase, name, firstStart(name).get()));
            } else if (step != Step.PULLING || !history.alreadyPresent(name)) {
                marks.put(Mark.gap(step.phase, name, noEvent(step.reason)));
            }
        }
        firstEnd(name).ifPresent(end -> marks.put(Mark.at(Phase.CONTAINER_ENDED, name, end)));
    }

    private String noEvent(String reason) {
        return "no " + reason + " event"
                + (history.beginningForgotten()
                        ? "; those of the beginning are gone (clusters keep them for an hour)"
                        : "");
    }

    /** From the status, in a version where the container had never been started again. */
    private Optional<Moment> firstStart(String container) {
        return firstRun(container, Container::started, "startedAt, whole seconds");
    }

    private Optional<Moment> firstEnd(String container) {
        return firstRun(container, Container::ended, "finishedAt, whole seconds");
    }

    private Optional<Moment> firstRun(String name, Function<Container, @Nullable Instant> time, String source) {
        return history.versions().stream()
                .flatMap(version -> version.containers().stream())
                .filter(container -> container.name().equals(name) && container.restarts() == 0)
                .flatMap(container -> Optional.ofNullable(time.apply(container)).stream())
                .findFirst()
                .map(at -> Moment.withinSecond(at, Timekeeper.NODE, source));
    }

    /** The first time that a condition was true. One that is False was not reached, however new its transition is. */
    private void condition(Phase phase, String type) {
        Timekeeper by = phase == Phase.SCHEDULED ? Timekeeper.CONTROL_PLANE : Timekeeper.NODE;
        boolean seenUntrue = false;
        for (PodVersion version : history.versions()) {
            Optional<PodVersion.Condition> condition = version.condition(type);
            if (condition.isEmpty() || !condition.get().isTrue()) {
                seenUntrue = true;
                continue;
            }
            Instant since = condition.get().since();
            if (since == null) {
                marks.put(Mark.gap(phase, null, type + " is true without a time"));
            } else if (!seenUntrue && version.restarts() > 0 && phase.compareTo(Phase.INITIALISED) > 0) {
                marks.put(Mark.gap(
                        phase,
                        null,
                        type + " is true since " + since + ", but containers were restarted " + version.restarts()
                                + " times, so it may have been true before"));
            } else {
                marks.put(
                        Mark.at(phase, null, Moment.withinSecond(since, by, "condition " + type + ", whole seconds")));
            }
            return;
        }
        String status = pod.condition(type).map(PodVersion.Condition::status).orElse("absent");
        String reason = pod.condition(type)
                .map(PodVersion.Condition::reason)
                .map(text -> " (" + text + ")")
                .orElse("");
        marks.put(Mark.gap(phase, null, "condition " + type + " is " + status + reason));
    }

    /**
     * Volumes are mounted and the sandbox runs before the first container's image is looked at, and no event says so. The
     * condition PodReadyToStartContainers bounds it only from above: kubelets before 1.36 report it after the pull
     * (kubernetes/kubernetes pull request 134660).
     */
    private void sandbox() {
        Optional<Moment> from = moment(Phase.ACCEPTED, null);
        Optional<Moment> firstStep = stretches.firstStep();
        Optional<Moment> condition = history.versions().stream()
                .flatMap(version -> version.condition("PodReadyToStartContainers").stream())
                .filter(PodVersion.Condition::isTrue)
                .flatMap(found -> Optional.ofNullable(found.since()).stream())
                .findFirst()
                .map(since -> Moment.withinSecond(since, Timekeeper.NODE, "condition PodReadyToStartContainers"));
        Optional<Moment> to = firstStep.isPresent() ? firstStep : condition;
        if (from.isEmpty()
                || to.isEmpty()
                || from.get().earliest().isAfter(to.get().latest())) {
            String why = pod.accepted() == null
                    ? "the kubelet hasn't reported on the pod"
                    : "no event tells the kubelet's first step after it, and no condition";
            marks.put(Mark.gap(Phase.VOLUMES_MOUNTED, null, why));
            marks.put(Mark.gap(Phase.SANDBOX, null, why));
            return;
        }
        Instant latest = condition
                .map(Moment::latest)
                .filter(bound -> bound.isBefore(to.get().latest())
                        && !bound.isBefore(from.get().earliest()))
                .orElse(to.get().latest());
        Instant mountedEarliest = lastFailedMount()
                .filter(failed -> failed.isAfter(from.get().earliest()) && !failed.isAfter(latest))
                .orElse(from.get().earliest());
        String between = "between startTime and "
                + (firstStep.isPresent()
                        ? "the first container's " + to.get().source()
                        : to.get().source());
        marks.put(Mark.at(Phase.VOLUMES_MOUNTED, null, new Moment(mountedEarliest, latest, Timekeeper.NODE, between)));
        marks.put(Mark.at(Phase.SANDBOX, null, new Moment(mountedEarliest, latest, Timekeeper.NODE, between)));
    }

    private Optional<Instant> lastFailedMount() {
        return history.events().stream()
                .filter(event -> event.reason().equals("FailedMount") && event.by() == Timekeeper.NODE)
                .flatMap(event -> Optional.ofNullable(event.last()).stream())
                .max(Comparator.naturalOrder());
    }

    private void order(List<Container> early, List<Container> main) {
        marks.inOrder(Phase.CREATED, null, Phase.SCHEDULED, null);
        marks.inOrder(Phase.ACCEPTED, null, Phase.VOLUMES_MOUNTED, null);
        marks.inOrder(Phase.VOLUMES_MOUNTED, null, Phase.SANDBOX, null);
        List<Container> inits = early.stream()
                .filter(container -> container.role() == Role.INIT)
                .toList();
        for (Container container : pod.containers()) {
            String name = container.name();
            Phase[] steps = {Phase.PULLING, Phase.PULLED, Phase.CONTAINER_CREATED, Phase.CONTAINER_STARTED};
            for (Phase step : steps) {
                marks.inOrder(Phase.ACCEPTED, null, step, name);
            }
            for (int i = 0; i < steps.length; i++) {
                for (int j = i + 1; j < steps.length; j++) {
                    marks.inOrder(steps[i], name, steps[j], name);
                }
            }
            marks.inOrder(Phase.CONTAINER_STARTED, name, Phase.CONTAINER_ENDED, name);
        }
        for (Container init : inits) {
            marks.inOrder(Phase.CONTAINER_STARTED, init.name(), Phase.INITIALISED, null);
            marks.inOrder(Phase.CONTAINER_ENDED, init.name(), Phase.INITIALISED, null);
            for (Container container : main) {
                marks.inOrder(Phase.CONTAINER_ENDED, init.name(), Phase.PULLING, container.name());
                marks.inOrder(Phase.CONTAINER_ENDED, init.name(), Phase.PULLED, container.name());
            }
        }
        for (Container container : main) {
            if (!inits.isEmpty()) {
                marks.inOrder(Phase.INITIALISED, null, Phase.PULLING, container.name());
                marks.inOrder(Phase.INITIALISED, null, Phase.PULLED, container.name());
            }
            marks.inOrder(Phase.CONTAINER_STARTED, container.name(), Phase.CONTAINERS_READY, null);
            marks.inOrder(Phase.CONTAINER_STARTED, container.name(), Phase.READY, null);
        }
        marks.inOrder(Phase.CONTAINERS_READY, null, Phase.READY, null);
    }

    private void failedPulls() {
        for (Container container : pod.containers()) {
            boolean failed = history.events().stream().anyMatch(event -> event.failedPull(container.name()));
            if (failed && marks.get(Phase.PULLED, container.name()).moment() != null) {
                notes.add("pulling the image of " + container.name()
                        + " failed before it succeeded; the time until then counts as " + Span.STARTING.words());
            }
        }
    }

    private Optional<Moment> moment(Phase phase, @Nullable String container) {
        return marks.moment(phase, container);
    }

    private Optional<Moment> first(Predicate<PodEvent> which) {
        return history.events().stream()
                .filter(which)
                .flatMap(event -> event.moment().stream())
                .min(Comparator.comparing(Moment::earliest));
    }

    /** What a kubelet reports of a container as it starts it. */
    private enum Step {
        PULLING(Phase.PULLING),
        PULLED(Phase.PULLED),
        CREATED(Phase.CONTAINER_CREATED),
        STARTED(Phase.CONTAINER_STARTED);

        private final Phase phase;
        private final String reason;

        Step(Phase phase) {
            this.phase = phase;
            this.reason = name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
        }
    }
}
