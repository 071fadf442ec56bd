package dev.prebake.podtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What two nodes' kubelets 1.20.2, a scheduler and an API server reported of pods that bench/podtime's cluster ran. */
@DisplayName("Recorded pods of a real cluster")
class RecordedTest {
    @ParameterizedTest
    @CsvSource({
        "pulled, pytorch-uncached, READY, true",
        "present, pytorch-cached, READY, true",
        "init, init, READY, true",
        "quick, quick, SUCCEEDED, true",
        "crashing, crashing, FAILED, true",
        "nocommand, nocommand, FAILED, true",
        "evicted, evicted, EVICTED, true",
        "absent, absent, IMAGE_NOT_PULLED, false",
        "homeless, homeless, UNSCHEDULABLE, false",
        "unmounted, unmounted, NOT_READY, false",
        "unconfigured, unconfigured, NOT_READY, false",
    })
    @DisplayName("come to the outcome that they came to")
    void outcome(String recording, String pod, Outcome outcome, boolean settled) {
        Verdict verdict = Recording.of("1.20/" + recording).timeline(pod).verdict();

        assertThat(verdict.outcome()).isEqualTo(outcome);
        assertThat(verdict.settled()).isEqualTo(settled);
        assertThat(verdict.words()).isEqualTo(verdict.words().strip());
    }

    @Test
    @DisplayName("that pulled have the kubelet's own count, and the nanoseconds of the events' names")
    void pulled() {
        PodTimeline timeline = Recording.of("1.20/pulled").timeline("pytorch-uncached");

        assertThat(timeline.pulls()).singleElement().satisfies(pull -> {
            assertThat(pull.alreadyPresent()).isFalse();
            assertThat(pull.pull()).isEqualTo(new Figure(29.966756089, 29.966756089, null));
            assertThat(pull.bytes()).isNull();
        });
        assertThat(timeline.span(Span.PREPARING).low()).isCloseTo(0.514, within(0.001));
        assertThat(timeline.span(Span.PREPARING).width()).isZero();
        assertThat(timeline.notes()).isEmpty();
    }

    @Test
    @DisplayName("whose image was there pulled nothing")
    void present() {
        PodTimeline timeline = Recording.of("1.20/present").timeline("pytorch-cached");

        assertThat(timeline.pulls())
                .singleElement()
                .satisfies(pull -> assertThat(pull.alreadyPresent()).isTrue());
        assertThat(timeline.span(Span.PULLING)).isEqualTo(Figure.ZERO);
        assertThat(timeline.span(Span.STARTING).high()).isCloseTo(0.169, within(0.001));
    }

    @Test
    @DisplayName("whose program could not be started have no start, and nothing else is doubted for it")
    void notStarted() {
        PodTimeline timeline = Recording.of("1.20/nocommand").timeline("nocommand");

        assertThat(timeline.marks())
                .noneMatch(mark -> String.valueOf(mark.gap()).contains("contradiction"));
        assertThat(timeline.moment(Phase.ACCEPTED)).isPresent();
        assertThat(timeline.marks())
                .filteredOn(mark -> mark.phase() == Phase.CONTAINER_STARTED)
                .singleElement()
                .satisfies(mark -> assertThat(mark.gap()).isEqualTo("no Started event"));
    }

    @Test
    @DisplayName("that no node took miss no events that were forgotten")
    void neverScheduled() {
        assertThat(Recording.of("1.20/homeless").timeline("homeless").marks())
                .noneMatch(mark -> String.valueOf(mark.gap()).contains("are gone"));
    }

    @Test
    @DisplayName("that ended well before they were ready are counted as that")
    void succeeded() {
        TimedPod pod = new TimedPod("job/batch", 1, Recording.of("1.20/quick").timeline("quick"));

        assertThat(TimelineText.lines(List.of(pod, pod))).contains("job/batch: 0 of 2 pods became ready, 2 succeeded");
    }
}
