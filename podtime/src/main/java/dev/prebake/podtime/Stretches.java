package dev.prebake.podtime;

import dev.prebake.podtime.PodVersion.Container;
import dev.prebake.podtime.PodVersion.Role;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What lies between a pod's marks: the stretches of its start, and its images' pulls. */
final class Stretches {
    private final PodHistory history;
    private final Marks marks;

    /**
     * Reads from what is marked at each time of asking.
     *
     * @param history of the pod
     * @param marks of its start
     */
    Stretches(PodHistory history, Marks marks) {
        this.history = history;
        this.marks = marks;
    }

    /** When the first container's image was seen to. */
    Optional<Moment> firstStep() {
        return history.newest().containers().stream()
                .flatMap(container -> step(container.name()).stream())
                .min(Comparator.comparing(Moment::latest));
    }

    /** The first thing known of a container. */
    private Optional<Moment> step(String container) {
        Optional<Moment> pulling = marks.moment(Phase.PULLING, container);
        return pulling.isPresent() || !history.alreadyPresent(container)
                ? pulling
                : marks.moment(Phase.PULLED, container);
    }

    /** How each container came by its image. */
    List<ImagePull> pulls() {
        return history.newest().containers().stream().map(this::pull).toList();
    }

    private ImagePull pull(Container container) {
        String name = container.name();
        Optional<PullMessage> said =
                marks.get(Phase.PULLED, name).moment() == null ? Optional.empty() : history.pulledMessage(name);
        if (said.isEmpty()) {
            Figure between = between(marks.get(Phase.PULLING, name), marks.get(Phase.PULLED, name), null);
            return new ImagePull(
                    name,
                    container.image(),
                    between.known() ? Boolean.FALSE : null,
                    between,
                    Figure.gap("the Pulled event doesn't say"),
                    null);
        }
        Duration pull = said.get().pull();
        Duration withWaiting = said.get().withWaiting();
        return pull == null || withWaiting == null
                ? new ImagePull(name, container.image(), true, Figure.ZERO, Figure.ZERO, null)
                : new ImagePull(
                        name,
                        container.image(),
                        false,
                        Figure.exactly(pull),
                        Figure.exactly(withWaiting.minus(pull)),
                        said.get().bytes());
    }

    /** Each stretch's length, or why there is none. */
    Map<Span, Figure> spans(ClockSkew skew) {
        Mark created = marks.get(Phase.CREATED, null);
        Mark scheduled = marks.get(Phase.SCHEDULED, null);
        Mark ready = marks.get(Phase.READY, null);
        Mark firstStep = firstStep()
                .map(moment -> Mark.at(Phase.PULLING, null, moment))
                .orElseGet(() -> Mark.gap(Phase.PULLING, null, "no event tells when the first image was seen to"));
        Mark lastStart = lastStart();
        Figure pulling = pulls().stream()
                .map(pull -> pull.waiting().known() ? pull.pull().plus(pull.waiting()) : pull.pull())
                .reduce(Figure.ZERO, Figure::plus);
        Figure programs = history.newest().containers().stream()
                .filter(container -> container.role() == Role.INIT)
                .map(container -> between(
                        marks.get(Phase.CONTAINER_STARTED, container.name()),
                        marks.get(Phase.CONTAINER_ENDED, container.name()),
                        skew))
                .reduce(Figure.ZERO, Figure::plus);
        Map<Span, Figure> spans = new EnumMap<>(Span.class);
        spans.put(Span.SCHEDULING, between(created, scheduled, skew));
        spans.put(Span.PREPARING, between(scheduled, firstStep, skew));
        spans.put(Span.PULLING, pulling);
        spans.put(Span.INIT_PROGRAMS, programs);
        spans.put(
                Span.STARTING,
                between(firstStep, lastStart, skew).minus(pulling).minus(programs));
        spans.put(Span.READINESS, between(lastStart, ready, skew));
        spans.put(Span.SCHEDULED_TO_READY, between(scheduled, ready, skew));
        spans.put(Span.CREATED_TO_READY, between(created, ready, skew));
        return spans;
    }

    private Mark lastStart() {
        Mark last = Mark.gap(Phase.CONTAINER_STARTED, null, "no container has started");
        List<Container> main = history.newest().containers().stream()
                .filter(container -> container.role() == Role.MAIN)
                .toList();
        for (Container container : main) {
            Mark started = marks.get(Phase.CONTAINER_STARTED, container.name());
            Moment moment = started.moment();
            if (moment == null) {
                return started;
            }
            Moment before = last.moment();
            if (before == null || moment.latest().isAfter(before.latest())) {
                last = started;
            }
        }
        return last;
    }

    private Figure between(Mark from, Mark to, @Nullable ClockSkew skew) {
        Moment start = from.moment();
        Moment end = to.moment();
        if (start == null) {
            return Figure.gap(from.name() + ": " + from.gap());
        }
        if (end == null) {
            return Figure.gap(to.name() + ": " + to.gap());
        }
        if (start.by() != end.by() && skew != null && skew.proven()) {
            return Figure.gap(skew.inWords());
        }
        return Figure.between(
                Figure.seconds(start.latest(), end.earliest()), Figure.seconds(start.earliest(), end.latest()));
    }
}
