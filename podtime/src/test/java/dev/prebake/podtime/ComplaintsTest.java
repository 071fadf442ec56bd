package dev.prebake.podtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.prebake.podtime.PodVersion.Role;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventListBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodListBuilder;
import io.fabric8.kubernetes.api.model.WatchEvent;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What a cluster says against a pod that is waited for")
@EnableKubernetesMockClient(https = false)
@SuppressWarnings("NullAway.Init") // the extension sets them before each test
class ComplaintsTest {
    private final List<String> lines = new ArrayList<>();
    private final Complaints complaints = new Complaints(lines::add);

    private KubernetesMockServer server;
    private KubernetesClient client;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "absent | IMAGE_NOT_PULLED | pod absent/absent, container app: Failed: Failed to pull image"
                        + " \"127.0.0.1:5000/kubernetes/none:1\": rpc error: code = NotFound desc = failed to pull and"
                        + " unpack image \"127.0.0.1:5000/kubernetes/none:1\": failed to resolve reference"
                        + " \"127.0.0.1:5000/kubernetes/none:1\": 127.0.0.1:5000/kubernetes/none:1: not found"
                        + " | The registry has no such image",
                "unmounted | NOT_READY | pod unmounted/unmounted: FailedMount: MountVolume.SetUp failed for volume"
                        + " \"data\" : secret \"missing\" not found | Create what the volume names in namespace unmounted",
                "unconfigured | NOT_READY | pod unconfigured/unconfigured, container app: Failed: Error: secret \"missing\""
                        + " not found | Create the Secret or ConfigMap that the container names in namespace unconfigured",
            })
    @DisplayName("is told once, as a real cluster said it several times, and the result says what to do about it")
    void recorded(String name, Outcome outcome, String line, String advice) {
        Recording recording = Recording.of("1.20/" + name);

        recording.growing(name).forEach(history -> complaints.ofPods(List.of(history)));

        assertThat(lines).containsExactly(line);
        Verdict verdict = recording.timeline(name).verdict();
        assertThat(verdict.outcome()).isEqualTo(outcome);
        assertThat(verdict.advice()).startsWith(advice);
    }

    @ParameterizedTest
    @ValueSource(strings = {"absent", "unmounted", "unconfigured"})
    @DisplayName("is told while the pod is waited for, as its watches send it")
    void whileWaiting(String name) throws InterruptedException {
        replay(Recording.of("1.20/" + name), name);
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        PodTimer timer = new PodTimer(
                new Cluster(client), new TimerOptions(name, Duration.ofMinutes(5), false, false), told::add);
        AtomicReference<Throwable> ended = new AtomicReference<>();
        Thread timing = Thread.ofPlatform()
                .daemon()
                .start(() -> ended.set(catchThrowable(() -> timer.collect(Workload.named(name, name)))));

        assertThat(told.poll(1, TimeUnit.MINUTES)).startsWith("pod " + name + "/" + name);
        timing.interrupt();
        timing.join();
        assertThat(ended.get()).isInstanceOf(ClusterException.class);
        assertThat(told).isEmpty();
    }

    @Test
    @DisplayName("is told once for all pods of an owner, and again where its reason is another one")
    void reasons() {
        complaints.ofPods(List.of(
                mounting().history(),
                mounting()
                        .event("FailedMount", null, 3, "secret \"b\" not found")
                        .history()));
        complaints.ofPods(List.of(mounting()
                .event("FailedCreatePodSandBox", null, 4, "plugin type=\"aws-cni\"\n  failed")
                .event("Unhealthy", "app", 5, "Readiness probe failed: ")
                .history()));

        assertThat(lines)
                .containsExactly(
                        "pod default/app-1: FailedMount: secret \"a\" not found",
                        "pod default/app-1: FailedCreatePodSandBox: plugin type=\"aws-cni\" failed",
                        "pod default/app-1, container app: Unhealthy: Readiness probe failed");
    }

    @Test
    @DisplayName("is not told of a pod that became ready all the same")
    void settled() {
        complaints.ofPods(List.of(Story.pulled()
                .event("Unhealthy", "app", 3, "Readiness probe failed")
                .history()));

        assertThat(lines).isEmpty();
    }

    private static Story mounting() {
        return new Story()
                .container("app", Role.MAIN)
                .scheduled(0.5)
                .accepted(0)
                .event("FailedMount", null, 2, "secret \"a\" not found");
    }

    /** Has the server send what a real one sent, from before the pod was made. */
    private void replay(Recording recording, String namespace) {
        List<WatchEvent> pods = recording.changes(Pod.class);
        server.expect()
                .get()
                .withPath("/api/v1/namespaces/" + namespace + "/pods/" + namespace)
                .andReturn(200, pods.getLast().getObject())
                .always();
        watch(
                namespace,
                "pods",
                new PodListBuilder()
                        .withNewMetadata()
                        .withResourceVersion("10")
                        .endMetadata()
                        .build(),
                pods);
        watch(
                namespace,
                "events",
                new EventListBuilder()
                        .withNewMetadata()
                        .withResourceVersion("10")
                        .endMetadata()
                        .build(),
                recording.changes(Event.class));
    }

    private void watch(String namespace, String resource, Object empty, List<WatchEvent> changes) {
        String path = "/api/v1/namespaces/" + namespace + "/" + resource;
        server.expect()
                .get()
                .withPath(path + "?resourceVersion=0")
                .andReturn(200, empty)
                .once();
        var watch = server.expect()
                .get()
                .withPath(path + "?allowWatchBookmarks=true&resourceVersion=10&timeoutSeconds=600&watch=true")
                .andUpgradeToWebSocket()
                .open();
        // What the server sends at once, before the client listens, is lost; each delay counts from the beginning.
        long delay = 500;
        for (WatchEvent change : changes) {
            watch = watch.waitFor(delay).andEmit(change);
            delay += 5;
        }
        watch.done().always();
    }
}
