package dev.prebake.podtime;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Something that has pods: a pod itself, or what makes them.
 *
 * @param kind what it is
 * @param namespace where it is
 * @param name its name
 */
public record Workload(Kind kind, String namespace, String name) {
    private static final String REVISION = "deployment.kubernetes.io/revision";
    private static final String TEMPLATE = "deprecated.daemonset.template.generation";

    /** The kinds of workloads whose pods can be told. */
    public enum Kind {
        /** A pod on its own. */
        POD("Pod", "pods pod po"),
        /** A Deployment: the pods of its newest ReplicaSet. */
        DEPLOYMENT("Deployment", "deployments deployment deploy"),
        /** A ReplicaSet. */
        REPLICA_SET("ReplicaSet", "replicasets replicaset rs"),
        /** A StatefulSet: its pods of the newest revision. */
        STATEFUL_SET("StatefulSet", "statefulsets statefulset sts"),
        /** A DaemonSet: its pods of the newest template. */
        DAEMON_SET("DaemonSet", "daemonsets daemonset ds"),
        /** A Job: the pods that it starts with. */
        JOB("Job", "jobs job");

        private final String kind;

        /** How kubectl lets it be named, the plural first. */
        private final String words;

        Kind(String kind, String words) {
            this.kind = kind;
            this.words = words;
        }

        static Optional<Kind> ofObject(HasMetadata object) {
            return Stream.of(values())
                    .filter(kind -> kind.kind.equals(object.getKind()))
                    .findFirst();
        }

        static Optional<Kind> ofWord(String word) {
            return Stream.of(values())
                    .filter(kind -> List.of(kind.words.split(" ", -1)).contains(word.toLowerCase(Locale.ROOT)))
                    .findFirst();
        }
    }

    /**
     * A workload as kubectl names it: {@code web-1} for a pod, {@code deploy/web} for the rest.
     *
     * @throws ManifestException for a kind that has no pods, or none that is known here
     */
    public static Workload named(String text, String namespace) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return new Workload(Kind.POD, namespace, text);
        }
        String word = text.substring(0, slash);
        return new Workload(
                Kind.ofWord(word)
                        .orElseThrow(() -> new ManifestException(
                                "No pods are known of a " + word + ": " + text
                                        + ". Known are pod, deploy, rs, sts, ds and job.",
                                null)),
                namespace,
                text.substring(slash + 1));
    }

    /** What to say when it isn't there. */
    String absence() {
        return "There is no " + inWords() + ". kubectl get " + kind.words.substring(0, kind.words.indexOf(' ')) + " -n "
                + namespace + " lists what there is.";
    }

    /** In a sentence: {@code Deployment default/web}. */
    public String inWords() {
        return kind.kind + " " + namespace + "/" + name;
    }

    /**
     * Which pods it should have by now.
     *
     * @param count how many
     * @param uid the UID of the pod itself, or of the object that owns them
     * @param labels what else they carry, to tell them from those of an older template
     */
    record Pods(int count, String uid, Map<String, String> labels) {
        boolean include(String podUid, PodWatch.Seen pod) {
            return podUid.equals(uid)
                    || (uid.equals(pod.ownerUid()) && pod.labels().entrySet().containsAll(labels.entrySet()));
        }
    }

    /** Whether it is there. */
    boolean there(Cluster cluster) {
        return found(cluster).isPresent();
    }

    /** Which pods it should have; nothing while it isn't there, or its controller has yet to look at it. */
    Optional<Pods> pods(Cluster cluster) {
        return found(cluster).flatMap(object -> switch (object) {
            case Deployment deployment -> ofDeployment(cluster, deployment);
            case StatefulSet set -> ofStatefulSet(set);
            case DaemonSet set -> ofDaemonSet(set);
            case ReplicaSet set -> Optional.of(new Pods(count(set.getSpec().getReplicas()), uid(set), Map.of()));
            case Job job ->
                Optional.of(new Pods(
                        Math.min(
                                count(job.getSpec().getCompletions()),
                                count(job.getSpec().getParallelism())),
                        uid(job),
                        Map.of()));
            default -> Optional.of(new Pods(1, uid(object), Map.of()));
        });
    }

    private Optional<HasMetadata> found(Cluster cluster) {
        KubernetesClient client = cluster.client();
        return cluster.ask(
                "Getting " + inWords(),
                () -> Optional.ofNullable(
                        switch (kind) {
                            case POD ->
                                client.pods()
                                        .inNamespace(namespace)
                                        .withName(name)
                                        .get();
                            case DEPLOYMENT ->
                                client.apps()
                                        .deployments()
                                        .inNamespace(namespace)
                                        .withName(name)
                                        .get();
                            case REPLICA_SET ->
                                client.apps()
                                        .replicaSets()
                                        .inNamespace(namespace)
                                        .withName(name)
                                        .get();
                            case STATEFUL_SET ->
                                client.apps()
                                        .statefulSets()
                                        .inNamespace(namespace)
                                        .withName(name)
                                        .get();
                            case DAEMON_SET ->
                                client.apps()
                                        .daemonSets()
                                        .inNamespace(namespace)
                                        .withName(name)
                                        .get();
                            case JOB ->
                                client.batch()
                                        .v1()
                                        .jobs()
                                        .inNamespace(namespace)
                                        .withName(name)
                                        .get();
                        }));
    }

    private Optional<Pods> ofDeployment(Cluster cluster, Deployment deployment) {
        if (!observed(
                deployment,
                deployment.getStatus() == null ? null : deployment.getStatus().getObservedGeneration())) {
            return Optional.empty();
        }
        String revision = deployment.getMetadata().getAnnotations().get(REVISION);
        return cluster
                .ask(
                        "Listing replicasets in namespace " + namespace,
                        () -> cluster.client()
                                .apps()
                                .replicaSets()
                                .inNamespace(namespace)
                                .list())
                .getItems()
                .stream()
                .filter(set -> set.getMetadata().getOwnerReferences().stream()
                        .anyMatch(owner -> uid(deployment).equals(owner.getUid())))
                .filter(set -> Objects.equals(
                        revision, set.getMetadata().getAnnotations().get(REVISION)))
                .findFirst()
                .map(set -> new Pods(count(deployment.getSpec().getReplicas()), uid(set), Map.of()));
    }

    private static Optional<Pods> ofStatefulSet(StatefulSet set) {
        StatefulSetStatus status = set.getStatus() == null ? new StatefulSetStatus() : set.getStatus();
        String revision = status.getUpdateRevision();
        return observed(set, status.getObservedGeneration())
                ? Optional.of(new Pods(
                        count(set.getSpec().getReplicas()),
                        uid(set),
                        revision == null ? Map.of() : Map.of("controller-revision-hash", revision)))
                : Optional.empty();
    }

    private static Optional<Pods> ofDaemonSet(DaemonSet set) {
        DaemonSetStatus status = set.getStatus() == null ? new DaemonSetStatus() : set.getStatus();
        String template = set.getMetadata().getAnnotations().get(TEMPLATE);
        return observed(set, status.getObservedGeneration())
                ? Optional.of(new Pods(
                        Optional.ofNullable(status.getDesiredNumberScheduled()).orElse(0),
                        uid(set),
                        template == null ? Map.of() : Map.of("pod-template-generation", template)))
                : Optional.empty();
    }

    private static boolean observed(HasMetadata object, @Nullable Long observedGeneration) {
        Long generation = object.getMetadata().getGeneration();
        return generation == null || (observedGeneration != null && observedGeneration >= generation);
    }

    private static int count(@Nullable Integer replicas) {
        return replicas == null ? 1 : replicas;
    }

    private static String uid(HasMetadata object) {
        return object.getMetadata().getUid();
    }
}
