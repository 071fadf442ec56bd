package dev.prebake.podtime;

import java.util.Locale;
import java.util.regex.Pattern;

/** What a person can do about a pod that isn't ready, by the reason that the cluster gives for it. */
final class Advice {
    /** As registries and containerd's resolver word it. */
    private static final Pattern ABSENT = Pattern.compile("not found|manifest unknown|name unknown");

    private static final Pattern REFUSED = Pattern.compile(
            "unauthorized|forbidden|denied|authorization failed|failed to authorize|no basic auth credentials");

    private static final Pattern UNREACHED = Pattern.compile(
            "no such host|connection refused|connection reset|no route to host|i/o timeout|deadline exceeded|x509|tls:"
                    + "|server gave http response to https client");

    /** As the kubelet words what a volume names and the namespace hasn't. */
    private static final Pattern MISSING =
            Pattern.compile("(secret|configmap|persistentvolumeclaim) .*not found|non-existent");

    private Advice() {}

    /**
     * Says what to do.
     *
     * @param reason one word of the kubelet's or the scheduler's: a container's reason to wait, or an event's; empty for none
     * @param words what is said besides
     */
    static String on(PodVersion pod, String reason, String words) {
        String of = pod.name() + " -n " + pod.namespace();
        return switch (reason) {
            case "ErrImagePull", "ImagePullBackOff", "RegistryUnavailable" ->
                pull(words.toLowerCase(Locale.ROOT)) + " The kubelet tries again by itself.";
            case "InvalidImageName" -> "Correct the image's name in the manifest.";
            case "ErrImageNeverPull" ->
                "The pod's imagePullPolicy is Never, and its node hasn't the image: bring it there first, or use"
                        + " IfNotPresent.";
            case "FailedScheduling" ->
                "Add a node that takes it, or ask for less: its requests, nodeSelector, affinity and tolerations are"
                        + " held against what kubectl describe nodes shows. --timeout gives a new node longer.";
            case "FailedMount", "FailedAttachVolume" ->
                (MISSING.matcher(words).find()
                                ? "Create what the volume names in namespace " + pod.namespace()
                                        + " (a Secret, a ConfigMap, a claim), or correct its name; kubectl describe pod "
                                        + of + " shows it."
                                : "See what its volumes need: kubectl describe pod " + of + " shows them.")
                        + " It is tried again by itself.";
            case "CreateContainerConfigError" ->
                "Create the Secret or ConfigMap that the container names in namespace " + pod.namespace()
                        + ", or correct its name, its key, or the user that it runs as. The kubelet tries again by itself.";
            case "FailedCreatePodSandBox" ->
                "That is up to its node's network plugin and container runtime: kubectl describe node " + pod.node()
                        + " and their logs say more.";
            case "Unhealthy" ->
                "kubectl logs " + of + " shows what its program says; --timeout gives it longer until its probes pass.";
            default -> "kubectl describe pod " + of + " shows more; --timeout gives it longer.";
        };
    }

    private static String pull(String words) {
        // First, since a token service that can't be reached is a failed authorization too, by containerd's words.
        if (UNREACHED.matcher(words).find()) {
            return "The node doesn't reach the registry: see that its address is right, and that the node resolves it, has a"
                    + " way to it and trusts its certificate.";
        }
        if (REFUSED.matcher(words).find()) {
            return "The registry refuses the node this image: give the pod imagePullSecrets or the node's role the right"
                    + " to pull, and see that the name is right, since many registries answer so for what they don't have.";
        }
        if (ABSENT.matcher(words).find()) {
            return "The registry has no such image: correct its name or tag, or push it.";
        }
        return "See that the image's name is right, and that the node reaches the registry and may pull from it.";
    }
}
