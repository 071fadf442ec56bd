package dev.prebake.podtime;

import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Times pods of a cluster: applies what makes them, watches until each has come to its end or the time is up. */
public final class PodTimer {
    private static final String FIELD_MANAGER = "prebake-podtime";
    private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

    /** The kubelet writes its events in the background: the last ones can come after the pod is seen to be ready. */
    private static final Duration LATE_EVENTS = Duration.ofSeconds(3);

    private final Cluster cluster;
    private final TimerOptions options;
    private final Consumer<String> progress;

    /**
     * Makes a timer.
     *
     * @param cluster where
     * @param options how
     * @param progress takes a line for a person, now and then
     */
    public PodTimer(Cluster cluster, TimerOptions options, Consumer<String> progress) {
        this.cluster = cluster;
        this.options = options;
        this.progress = progress;
    }

    /** Times the pods of a workload that is there. */
    public List<PodTimeline> collect(Workload workload) {
        if (!workload.there(cluster)) {
            throw new ClusterException(workload.absence(), null);
        }
        Map<Workload, Workload.Pods> expected = new LinkedHashMap<>();
        workload.pods(cluster).ifPresent(pods -> expected.put(workload, pods));
        try (PodWatch watch = PodWatch.of(cluster, workload.namespace())) {
            return untilSettled(watch, List.of(workload), expected);
        }
    }

    /** Times the pods that carry labels, as in {@code app=web,tier!=db}. */
    public List<PodTimeline> collect(String namespace, String selector) {
        Set<String> uids = cluster
                .ask(
                        "Listing pods in namespace " + namespace,
                        () -> cluster.client()
                                .pods()
                                .inNamespace(namespace)
                                .withLabelSelector(selector)
                                .list())
                .getItems()
                .stream()
                .map(pod -> pod.getMetadata().getUid())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        if (uids.isEmpty()) {
            throw new ClusterException("No pod in namespace " + namespace + " matches " + selector + ".", null);
        }
        try (PodWatch watch = PodWatch.of(cluster, namespace)) {
            long deadline = deadline(options.timeout());
            Complaints complaints = new Complaints(progress);
            Supplier<List<PodHistory>> histories = () -> selected(watch, (uid, _) -> uids.contains(uid));
            List<PodHistory> seen = histories.get();
            while (!settled(seen) && !passed(deadline)) {
                complaints.ofPods(seen);
                await(watch);
                seen = histories.get();
            }
            return lateEvents(watch, histories);
        }
    }

    /**
     * Applies manifests in turn, so many times each, and times the pods. What makes them is deleted before the next turn; the
     * last turn's stays unless the options say otherwise.
     *
     * @param manifests what to apply
     * @param times how often each
     * @param before is called before each, with the manifest's name and the run, counted from 1
     */
    public List<TimedPod> apply(List<Manifest> manifests, int times, ObjIntConsumer<String> before) {
        int turns = manifests.size() * times;
        if (turns > 1) {
            manifests.forEach(this::requireNew);
        }
        List<TimedPod> timed = new ArrayList<>();
        int turn = 0;
        for (int run = 1; run <= times; run++) {
            for (Manifest manifest : manifests) {
                turn++;
                if (turns > 1) {
                    progress.accept("run " + turn + " of " + turns + ": " + manifest.name());
                }
                before.accept(manifest.name(), run);
                for (PodTimeline timeline : apply(manifest, turn < turns || options.deleteAtEnd())) {
                    timed.add(new TimedPod(manifest.name(), run, timeline));
                }
            }
        }
        return timed;
    }

    private List<PodTimeline> apply(Manifest manifest, boolean delete) {
        Map<String, List<HasMetadata>> workloads = new LinkedHashMap<>();
        for (HasMetadata object : manifest.objects()) {
            if (Workload.Kind.ofObject(object).isPresent()) {
                workloads
                        .computeIfAbsent(namespace(object), _ -> new ArrayList<>())
                        .add(object);
            }
        }
        Map<String, PodWatch> watches = new LinkedHashMap<>();
        try {
            workloads.keySet().forEach(namespace -> watches.put(namespace, PodWatch.of(cluster, namespace)));
            manifest.objects().forEach(this::applyOne);
            List<PodTimeline> timelines = new ArrayList<>();
            watches.forEach((namespace, watch) -> timelines.addAll(untilSettled(
                    watch,
                    workloads.getOrDefault(namespace, List.of()).stream()
                            .map(this::workload)
                            .toList(),
                    new LinkedHashMap<>())));
            if (delete) {
                watches.forEach(
                        (namespace, watch) -> delete(workloads.getOrDefault(namespace, List.of()), watch, timelines));
            }
            return timelines;
        } finally {
            watches.values().forEach(PodWatch::close);
        }
    }

    private void applyOne(HasMetadata object) {
        String tried =
                "Applying " + object.getKind() + " " + object.getMetadata().getName();
        cluster.ask(tried, () -> {
            var resource = cluster.client()
                    .resource(object)
                    .inNamespace(namespace(object))
                    .fieldManager(FIELD_MANAGER);
            return (options.forceConflicts() ? resource.forceConflicts() : resource).serverSideApply();
        });
    }

    private List<PodTimeline> untilSettled(
            PodWatch watch, List<Workload> workloads, Map<Workload, Workload.Pods> expected) {
        long deadline = deadline(options.timeout());
        Complaints complaints = new Complaints(progress);
        Supplier<List<PodHistory>> histories = () ->
                selected(watch, (uid, pod) -> expected.values().stream().anyMatch(pods -> pods.include(uid, pod)));
        boolean waits = true;
        while (waits) {
            for (Workload workload : workloads) {
                if (!expected.containsKey(workload)) {
                    workload.pods(cluster).ifPresent(pods -> expected.put(workload, pods));
                }
            }
            waits = !(expected.size() == workloads.size()
                            && expected.values().stream().allMatch(pods -> settled(watch, pods)))
                    && !passed(deadline);
            if (waits) {
                expected.forEach((workload, pods) -> {
                    if (workload.kind() != Workload.Kind.POD) {
                        complaints.ofWorkload(workload, watch.events(pods.uid()));
                    }
                });
                complaints.ofPods(histories.get());
                await(watch);
            }
        }
        requirePods(watch, workloads, expected);
        return lateEvents(watch, histories);
    }

    /** A workload that has not made its pods in time has no timeline to show for them. */
    private void requirePods(PodWatch watch, List<Workload> workloads, Map<Workload, Workload.Pods> expected) {
        List<String> problems = new ArrayList<>();
        for (Workload workload : workloads) {
            Workload.Pods pods = expected.get(workload);
            if (pods == null) {
                problems.add(workload.inWords() + " is not there, or its controller has not looked at it");
            } else {
                int made = selected(watch, pods::include).size();
                if (made < pods.count()) {
                    problems.add(workload.inWords() + " has " + made + " of " + pods.count() + " pods"
                            + watch.events(pods.uid()).stream()
                                    .filter(PodEvent::warning)
                                    .max(Comparator.comparing(PodEvent::lastSeen))
                                    .map(event -> " (" + event.reason() + ": " + event.message() + ")")
                                    .orElse(""));
                }
            }
        }
        if (!problems.isEmpty()) {
            throw new ClusterException(
                    "After " + options.timeout().toSeconds() + " s " + String.join("; ", problems)
                            + ". --timeout gives it longer.",
                    null);
        }
    }

    private static boolean settled(PodWatch watch, Workload.Pods pods) {
        List<PodHistory> histories = selected(watch, pods::include);
        return histories.size() >= pods.count() && settled(histories);
    }

    private static boolean settled(List<PodHistory> histories) {
        return histories.stream().allMatch(history -> Verdict.of(history).settled());
    }

    /** The pods that were seen and are wanted, by their UID and what was seen of them. */
    private static List<PodHistory> selected(PodWatch watch, BiPredicate<String, PodWatch.Seen> wanted) {
        return watch.seen().entrySet().stream()
                .filter(pod -> wanted.test(pod.getKey(), pod.getValue()))
                .map(pod -> watch.history(pod.getValue()))
                .toList();
    }

    private List<PodTimeline> lateEvents(PodWatch watch, Supplier<List<PodHistory>> histories) {
        long deadline = deadline(LATE_EVENTS);
        List<PodTimeline> timelines = timelines(histories.get());
        while (timelines.stream().anyMatch(PodTimeline::awaitsEvents) && !passed(deadline)) {
            await(watch);
            timelines = timelines(histories.get());
        }
        return timelines;
    }

    private static List<PodTimeline> timelines(List<PodHistory> histories) {
        return histories.stream().map(PodTimeline::of).toList();
    }

    /** Deletion between runs must not take what somebody else runs. */
    private void requireNew(Manifest manifest) {
        List<String> there = manifest.objects().stream()
                .filter(object -> Workload.Kind.ofObject(object).isPresent())
                .map(this::workload)
                .filter(workload -> workload.there(cluster))
                .map(Workload::inWords)
                .toList();
        if (!there.isEmpty()) {
            throw new ManifestException(
                    "Several runs delete what they applied, and these are there already: " + String.join(", ", there)
                            + ". Delete them first, or use other names.",
                    null);
        }
    }

    private void delete(List<HasMetadata> objects, PodWatch watch, List<PodTimeline> timelines) {
        Set<String> uids = timelines.stream().map(PodTimeline::uid).collect(Collectors.toSet());
        for (HasMetadata object : objects) {
            cluster.ask(
                    "Deleting " + workload(object).inWords(),
                    () -> cluster.client()
                            .resource(object)
                            .inNamespace(namespace(object))
                            .withPropagationPolicy(DeletionPropagation.BACKGROUND)
                            .delete());
        }
        long deadline = deadline(options.timeout());
        while (there(objects)
                || watch.seen().entrySet().stream()
                        .anyMatch(pod ->
                                uids.contains(pod.getKey()) && !pod.getValue().gone())) {
            if (passed(deadline)) {
                throw new ClusterException(
                        "The pods of "
                                + objects.stream()
                                        .map(object -> workload(object).inWords())
                                        .toList()
                                + " were deleted and are still there after "
                                + options.timeout().toSeconds() + " s: a finalizer, or a node that doesn't answer.",
                        null);
            }
            await(watch);
        }
    }

    private boolean there(List<HasMetadata> objects) {
        return objects.stream().map(this::workload).anyMatch(workload -> workload.there(cluster));
    }

    private Workload workload(HasMetadata object) {
        return new Workload(
                Workload.Kind.ofObject(object).orElseThrow(),
                namespace(object),
                object.getMetadata().getName());
    }

    private String namespace(HasMetadata object) {
        String namespace = object.getMetadata().getNamespace();
        return namespace == null || namespace.isEmpty() ? options.namespace() : namespace;
    }

    private void await(PodWatch watch) {
        try {
            watch.await(LOOK_AGAIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterException("Waiting for pods was interrupted.", e);
        }
    }

    private static long deadline(Duration from) {
        return System.nanoTime() + from.toNanos();
    }

    private static boolean passed(long deadline) {
        return System.nanoTime() - deadline >= 0;
    }
}
