package dev.prebake.kernel;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A managed node group of EKS, {@code cluster/nodegroup} in JSON.
 *
 * @param cluster name of the cluster
 * @param name name of the node group, of which the cluster has one
 */
public record NodeGroup(String cluster, String name) {
    /**
     * Names by EKS's rules (https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html and
     * https://docs.aws.amazon.com/eks/latest/userguide/create-managed-node-group.html).
     */
    private static final Pattern FORM =
            Pattern.compile("(?<cluster>[a-zA-Z0-9][a-zA-Z0-9_-]{0,99})/(?<name>[a-zA-Z0-9][a-zA-Z0-9_-]{0,62})");

    /** The node group that a text names; empty when it is not {@code cluster/nodegroup} with names by EKS's rules. */
    public static Optional<NodeGroup> parse(String text) {
        Matcher parts = FORM.matcher(text);
        return parts.matches()
                ? Optional.of(new NodeGroup(parts.group("cluster"), parts.group("name")))
                : Optional.empty();
    }

    @JsonCreator
    static NodeGroup of(String text) {
        return parse(text)
                .orElseThrow(() -> new IllegalArgumentException(Excerpt.of(text) + " is no cluster/nodegroup of EKS"));
    }

    @Override
    @JsonValue
    public String toString() {
        return cluster + "/" + name;
    }
}
