package dev.prebake.podtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.prebake.podtime.PodVersion.Role;
import java.util.Objects;
import java.util.stream.LongStream;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A pod's timeline")
class PodTimelineTest {
    private static final Offset<Double> MICRO = within(1e-6);

    @Test
    @DisplayName("has each stretch as exactly as its two ends")
    void spans() {
        PodTimeline timeline = Story.pulled().timeline();

        // Created somewhere in second 0, but before it was scheduled at 0.5.
        figure(timeline, Span.SCHEDULING, 0, 0.5);
        figure(timeline, Span.PREPARING, 0.75, 0.75);
        figure(timeline, Span.PULLING, 11.25, 11.25);
        figure(timeline, Span.INIT_PROGRAMS, 0, 0);
        figure(timeline, Span.STARTING, 0.5, 0.5);
        figure(timeline, Span.READINESS, 1, 2);
        figure(timeline, Span.SCHEDULED_TO_READY, 13.5, 14.5);
        figure(timeline, Span.CREATED_TO_READY, 13.5, 15);
        assertThat(timeline.verdict()).isEqualTo(new Verdict(Outcome.READY, true, ""));
    }

    @Test
    @DisplayName("takes a kubelet's event to the nanosecond from its name, and a scheduler's from eventTime")
    void subSecond() {
        PodTimeline timeline = Story.pulled().timeline();

        assertThat(moment(timeline, Phase.CONTAINER_STARTED, "app").exact()).isTrue();
        assertThat(moment(timeline, Phase.PULLING, "app").earliest()).isEqualTo(Story.at(1.25));
        assertThat(moment(timeline, Phase.SCHEDULED, null).earliest()).isEqualTo(Story.at(0.5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"app-1", "app-1.xyz", "app-1.17a1b2c3d4e5f6a7", "app-1.ffffffffffffffffff"})
    @DisplayName("says that an event is known to the second where its name doesn't tell more, or contradicts it")
    void unhelpfulName(String name) {
        PodTimeline timeline = Story.pulled()
                .without("Started")
                .eventNamed(name, "Started", "app", 13.0, "Started container app")
                .timeline();

        Moment started = moment(timeline, Phase.CONTAINER_STARTED, "app");
        assertThat(started.exact()).isFalse();
        assertThat(started.source()).isEqualTo("event Started, whole seconds");
        assertThat(started.earliest()).isEqualTo(Story.at(13));
        figure(timeline, Span.READINESS, 0, 2);
    }

    @Test
    @DisplayName("says that conditions are known to the second")
    void conditions() {
        Moment ready = moment(Story.pulled().timeline(), Phase.READY, null);

        assertThat(ready.exact()).isFalse();
        assertThat(ready.source()).isEqualTo("condition Ready, whole seconds");
        assertThat(ready.earliest()).isEqualTo(Story.at(14));
        assertThat(ready.latest()).isEqualTo(Story.at(15).minusNanos(1));
    }

    @Test
    @DisplayName("narrows a second by what must have come before: a pod isn't ready before its container has started")
    void narrowed() {
        PodTimeline timeline = Story.pulled()
                .without("Started")
                .event("Started", "app", 14.625, "Started container app")
                .timeline();

        assertThat(moment(timeline, Phase.READY, null).earliest()).isEqualTo(Story.at(14.625));
        figure(timeline, Span.READINESS, 0, 0.375);
    }

    @Test
    @DisplayName("is the same in whichever order events come")
    void outOfOrder() {
        PodTimeline timeline = Story.pulled().timeline();

        assertThat(LongStream.range(0, 20).mapToObj(Story.pulled()::shuffled)).allMatch(timeline::equals);
    }

    @ParameterizedTest
    @ValueSource(strings = {"False", "Unknown"})
    @DisplayName("never counts a condition that isn't True as reached, however new its transition is")
    void conditionFalse(String status) {
        PodTimeline timeline = Story.pulled()
                .condition("Ready", status, 14, "ContainersNotReady", "containers with unready status: [app]")
                .timeline();

        assertThat(gap(timeline, Phase.READY, null))
                .isEqualTo("condition Ready is " + status + " (ContainersNotReady)");
        assertThat(timeline.span(Span.SCHEDULED_TO_READY).known()).isFalse();
        assertThat(timeline.span(Span.READINESS).gap()).contains("condition Ready is " + status);
        assertThat(timeline.verdict().outcome()).isEqualTo(Outcome.NOT_READY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PodScheduled", "Initialized", "ContainersReady", "Ready"})
    @DisplayName("names a condition that is absent, and one without a time, and gives no figure for it")
    void conditionAbsent(String type) {
        PodTimeline timeline = Story.pulled().without("Scheduled").without(type).timeline();

        assertThat(timeline.marks())
                .anySatisfy(mark -> assertThat(mark.gap()).isEqualTo("condition " + type + " is absent"));
    }

    @Test
    @DisplayName("names the pod's whole silence when nothing but its creation is known")
    void nothingKnown() {
        PodTimeline timeline = new Story().container("app", Role.MAIN).timeline();

        assertThat(timeline.marks())
                .filteredOn(mark -> mark.phase() != Phase.CREATED)
                .allSatisfy(mark -> assertThat(mark.gap()).isNotBlank());
        assertThat(timeline.spans()).allSatisfy((span, figure) -> {
            if (span != Span.INIT_PROGRAMS) {
                assertThat(figure.gap()).as(span.name()).isNotBlank();
            }
        });
        assertThat(timeline.verdict())
                .isEqualTo(new Verdict(
                        Outcome.NOT_READY,
                        false,
                        "PodScheduled has not come true",
                        "kubectl describe pod app-1 -n default shows more; --timeout gives it longer."));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Pulling", "Pulled", "Created", "Started"})
    @DisplayName("names each event that is missing, and leaves the figures out that need it")
    void missingEvent(String reason) {
        PodTimeline timeline = Story.pulled().without(reason).timeline();

        assertThat(timeline.marks())
                .filteredOn(mark -> mark.moment() == null)
                .singleElement()
                .satisfies(mark -> assertThat(mark.gap()).isEqualTo("no " + reason + " event"));
        // The total needs no kubelet event.
        figure(timeline, Span.SCHEDULED_TO_READY, 13.5, 14.5);
        switch (reason) {
            case "Pulling" -> assertThat(timeline.span(Span.PREPARING).known()).isFalse();
            case "Pulled" -> figure(timeline, Span.PULLING, -1, -1);
            case "Created" -> figure(timeline, Span.STARTING, 0.5, 0.5);
            default -> assertThat(timeline.span(Span.READINESS).known()).isFalse();
        }
    }

    @Test
    @DisplayName("has a pull's length from the kubelet's own count when the Pulling event is missing")
    void pullWithoutPulling() {
        PodTimeline timeline = Story.pulled().without("Pulling").timeline();

        figure(timeline, Span.PULLING, 11.25, 11.25);
        assertThat(timeline.pulls()).singleElement().satisfies(pull -> {
            assertThat(pull.alreadyPresent()).isFalse();
            assertThat(pull.pull().low()).isEqualTo(11.2);
            assertThat(pull.waiting().low()).isCloseTo(0.05, MICRO);
            assertThat(pull.bytes()).isEqualTo(9_500_000_000L);
        });
    }

    @Test
    @DisplayName("falls back on startedAt, known to the second, when the Started event is missing")
    void startedFromStatus() {
        PodTimeline timeline =
                Story.pulled().without("Started").running("app", 13).timeline();

        assertThat(moment(timeline, Phase.CONTAINER_STARTED, "app").source()).isEqualTo("startedAt, whole seconds");
        figure(timeline, Span.READINESS, 0, 2);
    }

    @Test
    @DisplayName("falls back on the condition, known to the second, when the Scheduled event is missing")
    void scheduledFromCondition() {
        PodTimeline timeline = Story.pulled().without("Scheduled").timeline();

        assertThat(moment(timeline, Phase.SCHEDULED, null).source()).isEqualTo("condition PodScheduled, whole seconds");
        figure(timeline, Span.SCHEDULED_TO_READY, 13, 15);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Container image \"registry.example/app:1\" already present on machine",
                "Container image \"registry.example/app:1\" already present on machine and can be accessed by the pod"
            })
    @DisplayName("names an image that was already present: nothing was pulled, and no Pulling event is missing")
    void alreadyPresent(String message) {
        PodTimeline timeline = Story.pulled()
                .without("Pulling")
                .without("Pulled")
                .event("Pulled", "app", 1.25, message)
                .timeline();

        assertThat(timeline.pulls())
                .singleElement()
                .satisfies(pull -> assertThat(pull.alreadyPresent()).isTrue());
        assertThat(timeline.marks()).noneMatch(mark -> mark.phase() == Phase.PULLING);
        figure(timeline, Span.PULLING, 0, 0);
        figure(timeline, Span.PREPARING, 0.75, 0.75);
        figure(timeline, Span.STARTING, 11.75, 11.75);
    }

    @Test
    @DisplayName(
            "knows of the sandbox only what lies around it: PodReadyToStartContainers can come after the whole pull")
    void sandbox() {
        PodTimeline timeline = Story.pulled().timeline();

        Moment sandbox = moment(timeline, Phase.SANDBOX, null);
        assertThat(sandbox.earliest()).isEqualTo(Story.at(0));
        assertThat(sandbox.latest()).isEqualTo(Story.at(1.25));
        assertThat(sandbox.source()).isEqualTo("between startTime and the first container's event Pulling");
    }

    @Test
    @DisplayName(
            "takes PodReadyToStartContainers for the sandbox's end where it is earlier than the first container's event")
    void sandboxCondition() {
        PodTimeline timeline = Story.pulled()
                .without("Pulling")
                .event("Pulling", "app", 3.5, "Pulling image \"registry.example/app:1\"")
                .condition("PodReadyToStartContainers", "True", 1)
                .timeline();

        assertThat(moment(timeline, Phase.SANDBOX, null).latest())
                .isEqualTo(Story.at(2).minusNanos(1));
    }

    @Test
    @DisplayName("has volumes mounted after the last failure to")
    void failedMount() {
        PodTimeline timeline = Story.pulled()
                .without("Pulling")
                .event("FailedMount", null, 3.2, "MountVolume.SetUp failed for volume \"data\"")
                .event("Pulling", "app", 8.5, "Pulling image \"registry.example/app:1\"")
                .timeline();

        assertThat(moment(timeline, Phase.VOLUMES_MOUNTED, null).earliest()).isEqualTo(Story.at(3));
        assertThat(moment(timeline, Phase.VOLUMES_MOUNTED, null).latest()).isEqualTo(Story.at(8.5));
    }

    @Test
    @DisplayName("counts an aggregated event where it happened first, not last")
    void aggregated() {
        PodTimeline timeline = Story.pulled()
                .without("Started")
                .add(new PodEvent(
                        "app-1.x",
                        Story.UID,
                        "app",
                        "Started",
                        "Started container app",
                        false,
                        "kubelet",
                        Story.at(13.0),
                        null,
                        Story.at(260.5),
                        Story.at(13)))
                .timeline();

        assertThat(moment(timeline, Phase.CONTAINER_STARTED, "app").earliest()).isEqualTo(Story.at(13));
    }

    @Test
    @DisplayName("takes no time from an event that stands for several similar ones")
    void combined() {
        PodTimeline timeline = Story.pulled()
                .without("Created")
                .event("Created", "app", 300, "(combined from similar events): Created container: app")
                .timeline();

        assertThat(gap(timeline, Phase.CONTAINER_CREATED, "app")).isEqualTo("no Created event");
    }

    @Test
    @DisplayName("believes neither of two moments that contradict each other")
    void contradiction() {
        PodTimeline timeline = Story.pulled()
                .without("Created")
                .event("Created", "app", 13.25, "Created container: app")
                .timeline();

        assertThat(gap(timeline, Phase.CONTAINER_CREATED, "app"))
                .startsWith(
                        "contradiction: container started (app) (event Started) would be before container created (app)");
        assertThat(gap(timeline, Phase.CONTAINER_STARTED, "app")).startsWith("contradiction");
        assertThat(timeline.span(Span.READINESS).known()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(doubles = {30, 5.5, -3.5, -60})
    @DisplayName("leaves figures between node and control plane out when their clocks are shown to disagree")
    void skew(double ahead) {
        Story story = new Story().nodeAhead(ahead).created(0).scheduled(0.5).accepted(0);
        PodTimeline timeline = story.event("Pulled", "app", 1.25, "Container image \"a\" already present on machine")
                .event("Created", "app", 1.5, "Created container: app")
                .event("Started", "app", 1.75, "Started container app")
                .container("app", Role.MAIN)
                .condition("PodScheduled", "True", 0)
                .condition("ContainersReady", "True", 3)
                .condition("Ready", "True", 3)
                .phase("Running")
                .timeline();

        assertThat(timeline.skew().proven()).isTrue();
        for (Span across : new Span[] {Span.PREPARING, Span.SCHEDULED_TO_READY, Span.CREATED_TO_READY}) {
            assertThat(timeline.span(across).gap())
                    .contains(ahead > 0 ? "s ahead of the control plane's" : "s behind the control plane's");
        }
        // What one clock gave holds.
        figure(timeline, Span.SCHEDULING, 0, 0.5);
        figure(timeline, Span.STARTING, 0.5, 0.5);
        assertThat(timeline.span(Span.READINESS).low()).isGreaterThan(0);
        assertThat(timeline.notes()).singleElement().asString().contains("are left out");
    }

    @Test
    @DisplayName("bounds the skew from both sides when the clocks agree")
    void noSkew() {
        ClockSkew skew = Story.pulled().timeline().skew();

        assertThat(skew.proven()).isFalse();
        // Created at 12.75 and written down before 13; the kubelet's first moment ends half a second after the binding.
        assertThat(skew.atLeast()).isCloseTo(-0.25, MICRO);
        assertThat(skew.atMost()).isCloseTo(0.5, within(0.01));
    }

    @Test
    @DisplayName("keeps init containers apart: their pulls are pulls, their programs a stretch of their own")
    void initContainers() {
        PodTimeline timeline = Story.pulled()
                .withoutContainers()
                .without("Pulling")
                .event("Pulled", "migrate", 1.0, "Successfully pulled image \"m\" in 250ms (250ms including waiting)")
                .event("Pulling", "migrate", 0.75, "Pulling image \"m\"")
                .event("Created", "migrate", 1.125, "Created container: migrate")
                .event("Started", "migrate", 1.25, "Started container migrate")
                .event("Pulling", "app", 5.25, "Pulling image \"registry.example/app:1\"")
                .ended("migrate", Role.INIT, 1, 4, 0, "Completed")
                .container("app", Role.MAIN)
                .condition("Initialized", "True", 5)
                .timeline();

        // Started at 1.25, ended in second 4.
        figure(timeline, Span.INIT_PROGRAMS, 2.75, 3.75);
        figure(timeline, Span.PULLING, 11.5, 11.5);
        figure(timeline, Span.PREPARING, 0.25, 0.25);
        assertThat(moment(timeline, Phase.INITIALISED, null).latest()).isEqualTo(Story.at(5.25));
        assertThat(moment(timeline, Phase.CONTAINER_ENDED, "migrate").earliest())
                .isEqualTo(Story.at(4));
    }

    @Test
    @DisplayName("sees a pod that was ready between two versions and has finished since")
    void quick() {
        PodTimeline timeline = Story.pulled()
                .then()
                .condition("Ready", "False", 16, "PodCompleted", null)
                .condition("ContainersReady", "False", 16, "PodCompleted", null)
                .ended("app", Role.MAIN, 13, 15, 0, "Completed")
                .phase("Succeeded")
                .timeline();

        assertThat(timeline.verdict().outcome()).isEqualTo(Outcome.SUCCEEDED);
        figure(timeline, Span.SCHEDULED_TO_READY, 13.5, 14.5);
        assertThat(moment(timeline, Phase.CONTAINER_ENDED, "app").earliest()).isEqualTo(Story.at(15));
    }

    @Test
    @DisplayName("says of a pod that finished before anybody saw it ready that it isn't known when it was")
    void quickUnseen() {
        PodTimeline timeline = Story.pulled()
                .condition("Ready", "False", 14, "PodCompleted", null)
                .ended("app", Role.MAIN, 13, 13, 0, "Completed")
                .phase("Succeeded")
                .timeline();

        assertThat(gap(timeline, Phase.READY, null)).isEqualTo("condition Ready is False (PodCompleted)");
        assertThat(timeline.verdict()).isEqualTo(new Verdict(Outcome.SUCCEEDED, true, ""));
        figure(timeline, Span.STARTING, 0.5, 0.5);
    }

    @Test
    @DisplayName("doesn't take the newest of several times ready for the first")
    void restarted() {
        PodTimeline timeline =
                Story.pulled().restarted(3).condition("Ready", "True", 500).timeline();

        assertThat(gap(timeline, Phase.READY, null))
                .isEqualTo(
                        "Ready is true since 2026-11-26T12:08:20Z, but containers were restarted 3 times, so it may have"
                                + " been true before");
        assertThat(timeline.verdict().outcome()).isEqualTo(Outcome.READY);
    }

    @Test
    @DisplayName(
            "takes no event of a restarted container for its first start when those of the beginning are forgotten")
    void forgotten() {
        PodTimeline timeline = Story.pulled().without("Scheduled").restarted(2).timeline();

        assertThat(timeline.marks())
                .filteredOn(mark -> "app".equals(mark.container()))
                .isNotEmpty()
                .allSatisfy(mark -> assertThat(mark.gap()).contains("can be of a later start"));
    }

    @Test
    @DisplayName("has the conditions of an old pod whose events are gone, and says so of the rest")
    void eventsGone() {
        PodTimeline timeline = Story.pulled()
                .without("Scheduled")
                .without("Pulling")
                .without("Pulled")
                .without("Created")
                .without("Started")
                .timeline();

        figure(timeline, Span.CREATED_TO_READY, 13, 15);
        assertThat(gap(timeline, Phase.PULLING, "app"))
                .isEqualTo("no Pulling event; those of the beginning are gone (clusters keep them for an hour)");
    }

    @Test
    @DisplayName("says that a pull failed before it succeeded")
    void failedPull() {
        PodTimeline timeline = Story.pulled()
                .event("Failed", "app", 2, "Failed to pull image \"registry.example/app:1\": EOF")
                .timeline();

        assertThat(timeline.notes()).singleElement().asString().startsWith("pulling the image of app failed before");
        figure(timeline, Span.PULLING, 11.25, 11.25);
    }

    @ParameterizedTest
    @EnumSource(Span.class)
    @DisplayName("has no figure whose bounds are crossed or below nothing")
    void bounds(Span span) {
        Figure figure = Story.pulled().timeline().span(span);

        assertThat(figure.low()).isNotNegative().isLessThanOrEqualTo(figure.high());
    }

    private static void figure(PodTimeline timeline, Span span, double atLeast, double atMost) {
        Figure figure = timeline.span(span);
        if (atLeast < 0) {
            assertThat(figure.known()).as(span + " " + figure).isFalse();
            return;
        }
        assertThat(figure.gap()).as(span.name()).isNull();
        assertThat(figure.low()).as(span + " at least").isCloseTo(atLeast, MICRO);
        assertThat(figure.high()).as(span + " at most").isCloseTo(atMost, MICRO);
    }

    private static Moment moment(PodTimeline timeline, Phase phase, @Nullable String container) {
        Mark mark = mark(timeline, phase, container);
        Moment moment = mark.moment();
        if (moment == null) {
            throw new AssertionError(mark.name() + " is a gap: " + mark.gap());
        }
        return moment;
    }

    private static String gap(PodTimeline timeline, Phase phase, @Nullable String container) {
        Mark mark = mark(timeline, phase, container);
        String gap = mark.gap();
        if (gap == null) {
            throw new AssertionError(mark.name() + " is no gap but " + mark.moment());
        }
        return gap;
    }

    private static Mark mark(PodTimeline timeline, Phase phase, @Nullable String container) {
        return timeline.marks().stream()
                .filter(mark -> mark.phase() == phase && Objects.equals(mark.container(), container))
                .findFirst()
                .orElseThrow();
    }
}
