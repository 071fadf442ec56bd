package dev.prebake.podtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventListBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodListBuilder;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.api.model.WatchEvent;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the API server answers is laid down here request by request, down to the resource versions. */
@DisplayName("The watch of pods and events")
@EnableKubernetesMockClient(https = false)
@SuppressWarnings("NullAway.Init") // the extension sets them before each test
class PodWatchTest {
    private static final Offset<Double> MICRO = within(1e-6);
    private static final String API = "/api/v1/namespaces/default/";

    private KubernetesMockServer server;
    private KubernetesClient client;

    private final ClusterObjects objects = new ClusterObjects(Instant.parse("2026-11-26T12:00:00Z"));
    private Pod pending;
    private Pod ready;
    private List<Event> events;

    @BeforeEach
    void begin() {
        pending = version(objects.pod("pending-pod.yaml", "web"), "11");
        ready = version(objects.pod("ready-pod.yaml", "web"), "12");
        events = objects.events("events.yaml", ready);
        events.forEach(event -> event.getMetadata().setResourceVersion("5"));
        server.expect().get().withPath(API + "pods/web").andReturn(200, pending).always();
    }

    @Test
    @DisplayName("has exact figures from a list and a watch")
    void exact() {
        listPods("?resourceVersion=0", "10", List.of(pending));
        watchPods("10", 200, new WatchEvent(ready, "MODIFIED"));
        listAndWatchEvents();

        assertExact(collect());
    }

    @Test
    @DisplayName("goes on from the version that it saw last when it is cut off")
    void cutOff() {
        listPods("?resourceVersion=0", "10", List.of());
        server.expect()
                .get()
                .withPath(watch("pods", "10"))
                .andUpgradeToWebSocket()
                .open()
                .waitFor(50)
                .andEmit(new WatchEvent(pending, "ADDED"))
                .done()
                .once();
        watchPods("11", 50, new WatchEvent(ready, "MODIFIED"));
        listAndWatchEvents();

        assertExact(collect());
    }

    @Test
    @DisplayName("lists anew after 410 Gone, and loses nothing but versions in between")
    void gone() {
        listPods("?resourceVersion=0", "10", List.of(pending));
        watchPods("10", 500, new WatchEvent(expired(), "ERROR"));
        listPods("", "99", List.of(version(ready, "90")));
        watchPods("99", 50);
        listAndWatchEvents();

        assertExact(collect());
    }

    @Test
    @DisplayName("knows that a pod is gone where the list after 410 Gone has another one of its name")
    void replaced() {
        Pod another = version(objects.pod("pending-pod.yaml", "web"), "90");
        another.getMetadata().setUid("6f1c1f0e-0000-4000-8000-000000000002");
        listPods("?resourceVersion=0", "10", List.of(pending));
        watchPods("10", 500, new WatchEvent(expired(), "ERROR"));
        listPods("", "99", List.of(another));
        watchPods("99", 50);
        listAndWatchEvents();

        assertThat(collect())
                .singleElement()
                .satisfies(timeline -> assertThat(timeline.verdict().outcome()).isEqualTo(Outcome.DELETED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pods", "events"})
    @DisplayName("ends with the verb that is missing when it may not list")
    void mayNotList(String resource) {
        if (resource.equals("events")) {
            listPods("?resourceVersion=0", "10", List.of(pending));
            watchPods("10", 50);
        }
        server.expect()
                .get()
                .withPath(API + resource + "?resourceVersion=0")
                .andReturn(403, forbidden("list", resource))
                .always();

        assertThatThrownBy(this::collect)
                .isInstanceOf(ClusterException.class)
                .hasMessageStartingWith(
                        "Listing " + resource + " in namespace default was refused. User \"ci\" lacks the"
                                + " verb \"list\" on " + resource + " in namespace \"default\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pods", "events"})
    @DisplayName(
            "ends with the verb that is missing when it may list and not watch, which an API server doesn't say to a WebSocket")
    void mayNotWatch(String resource) {
        listPods("?resourceVersion=0", "10", List.of(pending));
        if (resource.equals("events")) {
            watchPods("10", 50);
            listEvents();
        }
        server.expect().get().withPath(watch(resource, "10")).andReturn(403, "").always();
        server.expect()
                .get()
                .withPath(API + resource + "?watch=true&timeoutSeconds=1")
                .andReturn(403, forbidden("watch", resource))
                .always();

        assertThatThrownBy(this::collect)
                .isInstanceOf(ClusterException.class)
                .hasMessageStartingWith(
                        "Watching " + resource + " in namespace default was refused. User \"ci\" lacks the"
                                + " verb \"watch\" on " + resource + " in namespace \"default\"");
    }

    private void assertExact(List<PodTimeline> timelines) {
        assertThat(timelines).singleElement().satisfies(timeline -> {
            assertThat(timeline.verdict().outcome()).isEqualTo(Outcome.READY);
            assertThat(timeline.span(Span.SCHEDULING).high()).isCloseTo(0.25, MICRO);
            assertThat(timeline.span(Span.PREPARING).low()).isCloseTo(0.875, MICRO);
            assertThat(timeline.span(Span.PREPARING).high()).isCloseTo(0.875, MICRO);
            assertThat(timeline.span(Span.PULLING)).isEqualTo(new Figure(11.0, 11.0, null));
            assertThat(timeline.span(Span.STARTING).low()).isCloseTo(0.375, MICRO);
            assertThat(timeline.span(Span.READINESS).low()).isCloseTo(0.5, MICRO);
            assertThat(timeline.span(Span.READINESS).high()).isCloseTo(1.5, MICRO);
            assertThat(timeline.span(Span.SCHEDULED_TO_READY).low()).isCloseTo(12.75, MICRO);
            assertThat(timeline.span(Span.SCHEDULED_TO_READY).high()).isCloseTo(13.75, MICRO);
        });
    }

    private List<PodTimeline> collect() {
        return new PodTimer(
                        new Cluster(client), new TimerOptions("default", Duration.ofSeconds(30), false, false), _ -> {})
                .collect(Workload.named("web", "default"));
    }

    private void listPods(String query, String version, List<Pod> pods) {
        server.expect()
                .get()
                .withPath(API + "pods" + query)
                .andReturn(
                        200,
                        new PodListBuilder()
                                .withNewMetadata()
                                .withResourceVersion(version)
                                .endMetadata()
                                .withItems(pods)
                                .build())
                .once();
    }

    private void watchPods(String from, long afterMillis, WatchEvent... changes) {
        var watch = server.expect()
                .get()
                .withPath(watch("pods", from))
                .andUpgradeToWebSocket()
                .open();
        for (WatchEvent change : changes) {
            watch = watch.waitFor(afterMillis).andEmit(change);
        }
        watch.done().always();
    }

    private void listAndWatchEvents() {
        listEvents();
        server.expect()
                .get()
                .withPath(watch("events", "10"))
                .andUpgradeToWebSocket()
                .open()
                .done()
                .always();
    }

    private void listEvents() {
        server.expect()
                .get()
                .withPath(API + "events?resourceVersion=0")
                .andReturn(
                        200,
                        new EventListBuilder()
                                .withNewMetadata()
                                .withResourceVersion("10")
                                .endMetadata()
                                .withItems(events)
                                .build())
                .once();
    }

    private static String watch(String resource, String from) {
        return API + resource + "?allowWatchBookmarks=true&resourceVersion=" + from + "&timeoutSeconds=600&watch=true";
    }

    /** As Kubernetes 1.20.2 put it after etcd was compacted. */
    private static Status expired() {
        return new StatusBuilder()
                .withCode(410)
                .withReason("Expired")
                .withMessage("The resourceVersion for the provided watch is too old.")
                .build();
    }

    private static Status forbidden(String verb, String resource) {
        return new StatusBuilder()
                .withCode(403)
                .withReason("Forbidden")
                .withMessage(resource + " is forbidden: User \"ci\" cannot " + verb + " resource \"" + resource
                        + "\" in API group \"\" in the namespace \"default\"")
                .build();
    }

    private static Pod version(Pod pod, String version) {
        pod.getMetadata().setResourceVersion(version);
        return pod;
    }
}
