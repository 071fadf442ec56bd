package dev.prebake.podtime;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Watches a namespace's pods and events. A watch that is cut off goes on where it was, or, after 410 Gone, from a new list: a
 * version of a pod may then be missed, its events not.
 */
final class PodWatch implements AutoCloseable {
    private static final Duration LONGEST_LIST = Duration.ofSeconds(60);

    private final Cluster cluster;
    private final String namespace;
    private final SharedIndexInformer<Pod> pods;
    private final SharedIndexInformer<Event> events;
    private final Map<String, Seen> seen = new LinkedHashMap<>();
    private final Map<String, PodEvent> eventsByName = new LinkedHashMap<>();
    private @Nullable ClusterException failure;
    private long changes;

    /** Begins to watch, and returns when it knows what there is. */
    static PodWatch of(Cluster cluster, String namespace) {
        PodWatch watch = new PodWatch(cluster, namespace);
        try {
            watch.begin(watch.pods, "pods");
            watch.begin(watch.events, "events");
            return watch;
        } catch (ClusterException e) {
            watch.close();
            throw e;
        }
    }

    private PodWatch(Cluster cluster, String namespace) {
        this.cluster = cluster;
        this.namespace = namespace;
        this.pods = informer(cluster.client().pods().inNamespace(namespace), "pods", new PodHandler());
        this.events = informer(cluster.client().v1().events().inNamespace(namespace), "events", new EventHandler());
    }

    /** What was seen so far of each pod, by its UID, in the order that they were seen first. */
    synchronized Map<String, Seen> seen() {
        return new LinkedHashMap<>(seen);
    }

    /** What was seen so far of a pod. */
    synchronized PodHistory history(Seen pod) {
        return new PodHistory(pod.versions(), events(pod.versions().getLast().uid()), pod.gone());
    }

    /** What was seen so far of what happened to an object. */
    synchronized List<PodEvent> events(String uid) {
        return eventsByName.values().stream()
                .filter(event -> event.podUid().equals(uid))
                .toList();
    }

    /** Waits until something changes, but no longer than that. */
    synchronized void await(Duration longest) throws InterruptedException {
        long before = changes;
        long deadline = System.nanoTime() + longest.toNanos();
        long left = longest.toMillis();
        while (changes == before && failure == null && left > 0) {
            wait(left);
            left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        }
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public void close() {
        pods.stop();
        events.stop();
    }

    private <T extends HasMetadata> SharedIndexInformer<T> informer(
            Informable<T> resources, String resource, ResourceEventHandler<T> handler) {
        SharedIndexInformer<T> informer = resources.runnableInformer(0);
        informer.addEventHandler(handler);
        informer.exceptionHandler((started, problem) -> {
            if (started && !Refusal.lasting(problem)) {
                return true;
            }
            fail(refusal("Watching " + resource + " in namespace " + namespace, resource, problem));
            return false;
        });
        return informer;
    }

    private void begin(SharedIndexInformer<?> informer, String resource) {
        String tried = "Listing " + resource + " in namespace " + namespace;
        try {
            informer.start().toCompletableFuture().get(LONGEST_LIST.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw refusal(tried, resource, e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            throw new ClusterException(tried + " took longer than " + LONGEST_LIST.toSeconds() + " s.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterException(tried + " was interrupted.", e);
        }
    }

    /**
     * The answer to a watch over a WebSocket that is refused has no body, so that the API server is asked once more for what it has to
     * say.
     */
    private ClusterException refusal(String tried, String resource, Throwable problem) {
        if (Refusal.wordless(problem)) {
            try {
                cluster.client()
                        .raw("/api/v1/namespaces/" + namespace + "/" + resource + "?watch=true&timeoutSeconds=1");
            } catch (KubernetesClientException e) {
                // What failed for a reason of its own explains nothing: the refusal itself is told then.
                if (Refusal.lasting(e)) {
                    return Refusal.of("Watching " + resource + " in namespace " + namespace, cluster.server(), e);
                }
            }
        }
        return Refusal.of(tried, cluster.server(), problem);
    }

    private synchronized void fail(ClusterException problem) {
        failure = problem;
        changes++;
        notifyAll();
    }

    private synchronized void saw(Pod pod, boolean gone) {
        PodVersion version = ClusterReading.pod(pod);
        Seen before = seen.get(version.uid());
        List<PodVersion> versions = new ArrayList<>(before == null ? List.of() : before.versions());
        if (versions.isEmpty() || !versions.getLast().equals(version)) {
            versions.add(version);
        }
        OwnerReference owner = ClusterReading.controller(pod).orElse(null);
        seen.put(
                version.uid(),
                new Seen(
                        List.copyOf(versions),
                        owner == null ? null : owner.getUid(),
                        Map.copyOf(pod.getMetadata().getLabels()),
                        gone || pod.getMetadata().getDeletionTimestamp() != null,
                        gone));
        changes++;
        notifyAll();
    }

    private synchronized void saw(Event event) {
        PodEvent read = ClusterReading.event(event);
        eventsByName.put(read.name(), read);
        changes++;
        notifyAll();
    }

    /**
     * What was seen of a pod.
     *
     * @param versions its versions, oldest first
     * @param ownerUid the object that manages it; absent for a pod on its own
     * @param labels its labels now
     * @param leaving whether it is being deleted, or gone
     * @param gone whether it is gone
     */
    record Seen(
            List<PodVersion> versions,
            @Nullable String ownerUid,
            Map<String, String> labels,
            boolean leaving,
            boolean gone) {}

    private final class PodHandler implements ResourceEventHandler<Pod> {
        @Override
        public void onAdd(Pod pod) {
            saw(pod, false);
        }

        @Override
        public void onUpdate(Pod before, Pod pod) {
            // A new list after 410 Gone tells of another pod under the name of one whose deletion was missed.
            if (!before.getMetadata().getUid().equals(pod.getMetadata().getUid())) {
                saw(before, true);
            }
            saw(pod, false);
        }

        @Override
        public void onDelete(Pod pod, boolean lastStateUnknown) {
            saw(pod, true);
        }
    }

    /** An event that is dropped because of its age was none the less. */
    private final class EventHandler implements ResourceEventHandler<Event> {
        @Override
        public void onAdd(Event event) {
            saw(event);
        }

        @Override
        public void onUpdate(Event before, Event event) {
            saw(event);
        }

        @Override
        public void onDelete(Event event, boolean lastStateUnknown) {
            saw(event);
        }
    }
}
