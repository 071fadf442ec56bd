package dev.prebake.podtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("docs/podtime.md")
class SideBySideTest {
    private final ClusterObjects objects = new ClusterObjects(Instant.parse("2026-11-26T12:00:00Z"));

    @Test
    @DisplayName("shows what is printed of the sample pod")
    void podtime() throws IOException {
        Pod pod = objects.pod("ready-pod.yaml", "web");
        PodHistory history = new PodHistory(
                List.of(ClusterReading.pod(pod)),
                objects.events("events.yaml", pod).stream()
                        .map(ClusterReading::event)
                        .toList(),
                false);

        assertThat(document())
                .contains(block(TimelineText.lines(List.of(new TimedPod("pod.yaml", 1, PodTimeline.of(history))))));
    }

    @Test
    @DisplayName("shows what ktime's rule makes of the same pod: whole seconds of four conditions, true or not")
    void ktime() throws IOException {
        Pod pod = objects.pod("ready-pod.yaml", "web");

        assertThat(document())
                .contains(block(List.of(
                        "Initialize: " + seconds(pod, "Initialized"),
                        "Pod ready to start containers: " + seconds(pod, "PodReadyToStartContainers"),
                        "Containers ready: " + seconds(pod, "ContainersReady"),
                        "Ready: " + seconds(pod, "Ready"))));
        assertThat(document()).contains("`Ready: " + seconds(objects.pod("pending-pod.yaml", "web"), "Ready") + "`");
    }

    private static String seconds(Pod pod, String condition) {
        return Duration.between(since(pod, "PodScheduled"), since(pod, condition))
                        .toSeconds() + "s";
    }

    private static Instant since(Pod pod, String type) {
        return pod.getStatus().getConditions().stream()
                .filter(condition -> condition.getType().equals(type))
                .map(PodCondition::getLastTransitionTime)
                .map(Instant::parse)
                .findFirst()
                .orElseThrow();
    }

    private static String block(List<String> lines) {
        return Stream.concat(Stream.concat(Stream.of("```"), lines.stream()), Stream.of("```"))
                .reduce((one, other) -> one + "\n" + other)
                .orElseThrow();
    }

    private static String document() throws IOException {
        return Files.readString(Path.of("..", "docs", "podtime.md"));
    }
}
