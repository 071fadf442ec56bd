package dev.prebake.podtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The pod timer")
@EnableKubernetesMockClient(crud = true, https = false)
@SuppressWarnings("NullAway.Init") // the extension sets them before each test
class PodTimerTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final String MANIFEST =
            "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: app,"
                    + " image: registry.example/app:1}]}\n";

    private final List<String> progress = new ArrayList<>();
    private final List<String> before = new ArrayList<>();
    private final List<RecordedRequest> applied = new CopyOnWriteArrayList<>();

    private KubernetesMockServer server;
    private KubernetesClient client;
    private volatile ClusterObjects objects;

    @BeforeEach
    void begin() {
        // The server stamps what it makes with the present, so that the pod's own times follow.
        objects = new ClusterObjects(Instant.now());
    }

    @Test
    @DisplayName("collects a pod that is ready, from its status and its own events alone")
    void collect() {
        Pod other = create(objects.pod("ready-pod.yaml", "other"));
        objects.events("events.yaml", other).stream()
                .filter(event -> event.getReason().equals("Pulling"))
                .forEach(this::create);
        start("web");

        PodTimeline timeline =
                timer(LONG).collect(Workload.named("web", "default")).getFirst();

        assertThat(timeline.verdict().outcome()).isEqualTo(Outcome.READY);
        assertThat(timeline.node()).isEqualTo("ip-10-0-1-5.ec2.internal");
        assertThat(timeline.span(Span.PULLING)).isEqualTo(new Figure(11.0, 11.0, null));
        assertThat(timeline.span(Span.STARTING).high()).isCloseTo(0.375, within(1e-6));
        assertThat(timeline.span(Span.READINESS).low()).isCloseTo(0.5, within(1e-6));
        assertThat(timeline.pulls().getFirst().bytes()).isEqualTo(9_500_000_000L);
    }

    @Test
    @DisplayName("waits for a pod that is still starting")
    void waits() {
        create(objects.pod("pending-pod.yaml", "web"));

        List<PodTimeline> timelines =
                whileTiming(() -> timer(LONG).collect(Workload.named("pod/web", "default")), this::becomeReady);

        assertThat(timelines).singleElement().satisfies(timeline -> {
            assertThat(timeline.verdict().outcome()).isEqualTo(Outcome.READY);
            assertThat(timeline.span(Span.READINESS).low()).isCloseTo(0.5, within(1e-6));
        });
    }

    @Test
    @DisplayName("waits for the events that the kubelet writes after the pod is seen to be ready")
    void lateEvents() {
        Pod pod = create(objects.pod("ready-pod.yaml", "web"));
        List<Event> events = objects.events("events.yaml", pod);
        create(events.getFirst());

        List<PodTimeline> timelines = whileTiming(
                () -> timer(LONG).collect(Workload.named("web", "default")),
                () -> events.stream().skip(1).forEach(this::create));

        assertThat(timelines.getFirst().span(Span.PULLING).known()).isTrue();
        assertThat(timelines.getFirst().span(Span.READINESS).known()).isTrue();
    }

    @Test
    @DisplayName("says that a pod was deleted while it was waited for")
    void deleted() {
        create(objects.pod("pending-pod.yaml", "web"));

        List<PodTimeline> timelines = whileTiming(
                () -> timer(LONG).collect(Workload.named("web", "default")),
                () -> client.pods().inNamespace("default").withName("web").delete());

        assertThat(timelines)
                .singleElement()
                .satisfies(timeline -> assertThat(timeline.verdict().outcome()).isEqualTo(Outcome.DELETED));
    }

    @ParameterizedTest
    @CsvSource({
        "unschedulable-pod.yaml, UNSCHEDULABLE, Insufficient nvidia.com/gpu",
        "pending-pod.yaml, NOT_READY, unready"
    })
    @DisplayName("says how a pod stands that isn't ready when the time is up")
    void late(String file, Outcome outcome, String words) {
        create(objects.pod(file, "web"));

        PodTimeline timeline =
                timer(SHORT).collect(Workload.named("web", "default")).getFirst();

        assertThat(timeline.verdict().outcome()).isEqualTo(outcome);
        assertThat(timeline.verdict().settled()).isFalse();
        assertThat(timeline.verdict().words()).contains(words);
    }

    @Test
    @DisplayName("names a pod that isn't there, and a kind without pods")
    void absent() {
        assertThatThrownBy(() -> timer(SHORT).collect(Workload.named("web", "default")))
                .isInstanceOf(ClusterException.class)
                .hasMessage("There is no Pod default/web. kubectl get pods -n default lists what there is.");
        assertThatThrownBy(() -> Workload.named("svc/web", "default"))
                .isInstanceOf(ManifestException.class)
                .hasMessageContaining("No pods are known of a svc");
    }

    @Test
    @DisplayName("collects a Deployment's pods of its newest ReplicaSet alone")
    void deployment() {
        HasMetadata deployment = create(object("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web, namespace: default, annotations: {deployment.kubernetes.io/revision: "2"}}
                spec: {replicas: 2}
                status: {observedGeneration: 1}
                """));
        HasMetadata before = replicaSet("web-1", "1", deployment);
        HasMetadata now = replicaSet("web-2", "2", deployment);
        create(objects.owned(objects.pod("ready-pod.yaml", "web-1-a"), "ReplicaSet", before, Map.of()));
        create(objects.owned(objects.pod("ready-pod.yaml", "web-2-a"), "ReplicaSet", now, Map.of()));
        create(objects.owned(objects.pod("ready-pod.yaml", "web-2-b"), "ReplicaSet", now, Map.of()));

        List<PodTimeline> timelines = timer(LONG).collect(Workload.named("deploy/web", "default"));

        assertThat(timelines).extracting(PodTimeline::name).containsExactlyInAnyOrder("web-2-a", "web-2-b");
        assertThat(timelines).extracting(PodTimeline::owner).containsOnly("ReplicaSet/web-2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sts/web | apps/v1 | StatefulSet | spec: {replicas: 1}, status: {observedGeneration: 1, updateRevision: r2}",
                "ds/web | apps/v1 | DaemonSet | metadata-annotated, status: {observedGeneration: 1, desiredNumberScheduled: 1}",
                "job/web | batch/v1 | Job | spec: {completions: 1, parallelism: 1}",
                "rs/web | apps/v1 | ReplicaSet | spec: {replicas: 1}",
            })
    @DisplayName("collects the pods of whatever else owns them, of the newest template where that can be told")
    void owners(String name, String apiVersion, String kind, String rest) {
        String annotations = rest.startsWith("metadata-annotated")
                ? ", annotations: {deprecated.daemonset.template.generation: \"2\"}"
                : "";
        HasMetadata owner = create(object("{apiVersion: " + apiVersion + ", kind: " + kind
                + ", metadata: {name: web, namespace: default" + annotations + "}, "
                + rest.replace("metadata-annotated, ", "") + "}"));
        create(objects.owned(
                objects.pod("ready-pod.yaml", "web-new"),
                kind,
                owner,
                Map.of("controller-revision-hash", "r2", "pod-template-generation", "2")));
        create(objects.pod("ready-pod.yaml", "stranger"));
        if (kind.equals("StatefulSet") || kind.equals("DaemonSet")) {
            create(objects.owned(
                    objects.pod("ready-pod.yaml", "web-old"),
                    kind,
                    owner,
                    Map.of("controller-revision-hash", "r1", "pod-template-generation", "1")));
        }

        assertThat(timer(LONG).collect(Workload.named(name, "default")))
                .extracting(PodTimeline::name)
                .containsExactly("web-new");
    }

    @Test
    @DisplayName("says which workload has not made its pods when the time is up, with the newest warning about it")
    void podsMissing() {
        HasMetadata set =
                create(object("{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web, namespace: default},"
                        + " spec: {replicas: 2}}"));
        create(object("""
                apiVersion: v1
                kind: Event
                metadata: {name: web.1, namespace: default}
                involvedObject: {kind: ReplicaSet, name: web, namespace: default, uid: %s}
                reason: FailedCreate
                message: 'Error creating: pods "web-x" is forbidden: exceeded quota'
                type: Warning
                lastTimestamp: "2026-11-26T12:00:00Z"
                """.formatted(set.getMetadata().getUid())));

        assertThatThrownBy(() -> timer(SHORT).collect(Workload.named("rs/web", "default")))
                .isInstanceOf(ClusterException.class)
                .hasMessage(
                        "After 1 s ReplicaSet default/web has 0 of 2 pods (FailedCreate: Error creating: pods \"web-x\""
                                + " is forbidden: exceeded quota). --timeout gives it longer.");
    }

    @Test
    @DisplayName("collects the pods that carry labels, and says when none does")
    void selector() {
        Pod labelled = objects.pod("ready-pod.yaml", "web");
        labelled.getMetadata().setLabels(Map.of("app", "web"));
        create(labelled);
        create(objects.pod("ready-pod.yaml", "other"));

        assertThat(timer(LONG).collect("default", "app=web"))
                .extracting(PodTimeline::name)
                .containsExactly("web");
        assertThatThrownBy(() -> timer(LONG).collect("default", "app=none"))
                .isInstanceOf(ClusterException.class)
                .hasMessage("No pod in namespace default matches app=none.");
    }

    @Test
    @DisplayName("applies server-side under a field manager of its own, and times what comes of it")
    void apply() {
        List<TimedPod> pods = applying(timer(LONG), 1, false);

        assertThat(pods).singleElement().satisfies(pod -> {
            assertThat(pod.run()).isEqualTo(1);
            assertThat(pod.timeline().verdict().outcome()).isEqualTo(Outcome.READY);
            assertThat(pod.timeline().span(Span.PULLING).known()).isTrue();
        });
        assertThat(applied)
                .singleElement()
                .satisfies(request ->
                        assertThat(request.getHeader("Content-Type")).startsWith("application/apply-patch+yaml"));
        assertThat(client.pods().inNamespace("default").withName("web").get()).isNotNull();
    }

    @Test
    @DisplayName("applies as often as it is told, deletes between, and at the end where it is told to")
    void repeat() {
        List<TimedPod> pods = applying(timer(LONG, false, true), 3, false);

        assertThat(pods).extracting(TimedPod::run).containsExactly(1, 2, 3);
        assertThat(pods).extracting(pod -> pod.timeline().uid()).doesNotHaveDuplicates();
        assertThat(client.pods().inNamespace("default").list().getItems()).isEmpty();
        assertThat(progress).contains("run 1 of 3: pod.yaml", "run 3 of 3: pod.yaml");
        assertThat(before).containsExactly("pod.yaml 1", "pod.yaml 2", "pod.yaml 3");
        assertThat(Statistic.of(pods))
                .filteredOn(statistic -> statistic.span() == Span.PULLING)
                .singleElement()
                .satisfies(statistic -> {
                    assertThat(statistic.known()).isEqualTo(3);
                    assertThat(statistic.median()).isEqualTo(new Figure(11.0, 11.0, null));
                });
    }

    @Test
    @DisplayName("takes over another manager's fields only where it is told to")
    void forceConflicts() {
        assertThat(applying(timer(LONG, true, false), 1, true)).hasSize(1);
    }

    @Test
    @DisplayName("won't repeat what would delete a workload that is there already")
    void notNew() {
        create(objects.pod("ready-pod.yaml", "web"));

        assertThatThrownBy(() -> timer(SHORT).apply(List.of(manifest()), 2, (_, _) -> {}))
                .isInstanceOf(ManifestException.class)
                .hasMessageContaining("these are there already: Pod default/web");
        assertThat(client.pods().inNamespace("default").withName("web").get()).isNotNull();
    }

    private PodTimer timer(Duration timeout) {
        return timer(timeout, false, false);
    }

    private PodTimer timer(Duration timeout, boolean force, boolean delete) {
        return new PodTimer(new Cluster(client), new TimerOptions("default", timeout, force, delete), progress::add);
    }

    private static Manifest manifest() {
        return new Manifest(
                "pod.yaml",
                Manifest.read(List.of("-"), new ByteArrayInputStream(MANIFEST.getBytes(StandardCharsets.UTF_8)))
                        .objects());
    }

    /** The mock server has no server-side apply: it takes the request, and the pod is made once that has come. */
    private List<TimedPod> applying(PodTimer timer, int times, boolean force) {
        server.expect()
                .patch()
                .withPath("/api/v1/namespaces/default/pods/web?fieldManager=prebake-podtime"
                        + (force ? "&force=true" : ""))
                .andReturn(200, objects.pod("pending-pod.yaml", "web"))
                .times(times);
        Thread cluster = Thread.ofPlatform().daemon().start(() -> {
            try {
                for (int i = 0; i < times; i++) {
                    applied.add(request("PATCH"));
                    // An event's name is its time, so that each run needs another.
                    objects = new ClusterObjects(Instant.now().plusSeconds(i));
                    start("web");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        List<TimedPod> pods =
                timer.apply(List.of(manifest()), times, (manifest, run) -> before.add(manifest + " " + run));
        join(cluster);
        return pods;
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Pod start(String name) {
        Pod pod = create(objects.pod("ready-pod.yaml", name));
        objects.events("events.yaml", pod).forEach(this::create);
        return pod;
    }

    private void becomeReady() {
        Pod ready = objects.pod("ready-pod.yaml", "web");
        Pod pod = client.pods()
                .inNamespace("default")
                .withName("web")
                .editStatus(
                        before -> before.edit().withStatus(ready.getStatus()).build());
        objects.events("events.yaml", pod).forEach(this::create);
    }

    private HasMetadata replicaSet(String name, String revision, HasMetadata owner) {
        HasMetadata set = object("{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: " + name
                + ", namespace: default, annotations: {deployment.kubernetes.io/revision: \"" + revision
                + "\"}}, spec: {replicas: 2}}");
        set.getMetadata()
                .setOwnerReferences(List.of(new OwnerReferenceBuilder()
                        .withKind("Deployment")
                        .withName(owner.getMetadata().getName())
                        .withUid(owner.getMetadata().getUid())
                        .withController(true)
                        .build()));
        return create(set);
    }

    private <T extends HasMetadata> T create(T object) {
        object.getMetadata().setUid(null);
        object.getMetadata().setResourceVersion(null);
        return client.resource(object).inNamespace("default").create();
    }

    private static HasMetadata object(String yaml) {
        return new KubernetesSerialization()
                .unmarshal(new ByteArrayInputStream(("---\n" + yaml).getBytes(StandardCharsets.UTF_8)));
    }

    /** Does something to the cluster once the timer watches it. */
    private List<PodTimeline> whileTiming(Timing timing, Runnable then) {
        Thread cluster = Thread.ofPlatform().daemon().start(() -> {
            try {
                awaitWatches();
                then.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        List<PodTimeline> timelines = timing.timelines();
        join(cluster);
        return timelines;
    }

    private void awaitWatches() throws InterruptedException {
        int watches = 0;
        while (watches < 2) {
            RecordedRequest request = server.takeRequest(1, TimeUnit.MINUTES);
            if (request.getPath().contains("watch=true")) {
                watches++;
            }
        }
    }

    private RecordedRequest request(String method) throws InterruptedException {
        while (true) {
            RecordedRequest request = server.takeRequest(1, TimeUnit.MINUTES);
            if (request.getMethod().equals(method)) {
                return request;
            }
        }
    }

    /** What is timed. */
    private interface Timing {
        List<PodTimeline> timelines();
    }
}
