package dev.prebake.podtime;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A Kubernetes cluster, as a kubeconfig's context gives it. */
public final class Cluster implements AutoCloseable {
    private final KubernetesClient client;

    Cluster(KubernetesClient client) {
        this.client = client;
    }

    /**
     * The cluster of a context. Nothing is asked yet.
     *
     * @param context a context's name; absent for the current one, or for the pod that this runs in
     */
    public static Cluster of(@Nullable String context) {
        Config config = Config.autoConfigure(context);
        if (context != null
                && (config.getCurrentContext() == null
                        || !context.equals(config.getCurrentContext().getName()))) {
            throw new ClusterException(
                    "There is no context " + context + " in the kubeconfig (" + Config.getKubeconfigFilenames()
                            + "). kubectl config get-contexts lists what there is.",
                    null);
        }
        if (config.getCurrentContext() == null && config.getAutoOAuthToken() == null) {
            throw new ClusterException(
                    "No cluster is configured: no current context in " + Config.getKubeconfigFilenames()
                            + ". Set KUBECONFIG, or make one; on EKS: aws eks update-kubeconfig --name CLUSTER.",
                    null);
        }
        return new Cluster(new KubernetesClientBuilder().withConfig(config).build());
    }

    KubernetesClient client() {
        return client;
    }

    /** The context's namespace. */
    public String namespace() {
        return Optional.ofNullable(client.getNamespace()).orElse("default");
    }

    String server() {
        return client.getMasterUrl().toString();
    }

    /**
     * Asks the cluster.
     *
     * @param tried what for, as in {@code Listing pods}
     */
    <T> T ask(String tried, Supplier<T> question) {
        try {
            return question.get();
        } catch (KubernetesClientException e) {
            throw Refusal.of(tried, server(), e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
