package dev.prebake.podtime;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a cluster's refusal means, and what to do about it. */
final class Refusal {
    /** How the API server words what RBAC denies (apiserver/pkg/endpoints/handlers/responsewriters/errors.go). */
    private static final Pattern FORBIDDEN = Pattern.compile("User \"(?<user>[^\"]*)\" cannot (?<verb>[a-z]+) resource"
            + " \"(?<resource>[^\"]+)\" in API group \"(?<group>[^\"]*)\""
            + "(?: in the namespace \"(?<namespace>[^\"]+)\")?");

    /** What the API server says to a server-side apply by who may patch and not create: nothing after the colon. */
    private static final Pattern NOT_CREATED = Pattern.compile("(?<resource>[a-z.]+) \"[^\"]*\" is forbidden:\\s*");

    private Refusal() {}

    /**
     * Puts a failed call into words.
     *
     * @param tried what was tried, as in {@code Listing pods}
     * @param server the API server's address
     * @param failure what came back
     */
    static ClusterException of(String tried, String server, Throwable failure) {
        KubernetesClientException answer = answer(failure).orElse(null);
        if (answer == null || answer.getCode() <= 0) {
            return new ClusterException(
                    tried + " failed: " + server + " could not be reached (" + rootMessage(failure)
                            + "). See kubectl config view --minify; the context is its current one unless --context says"
                            + " otherwise.",
                    failure);
        }
        String message = message(answer);
        return switch (answer.getCode()) {
            case HttpURLConnection.HTTP_FORBIDDEN ->
                new ClusterException(tried + " was refused. " + forbidden(message), failure);
            case HttpURLConnection.HTTP_UNAUTHORIZED ->
                new ClusterException(
                        tried + " was refused: " + server + " does not know these credentials (" + message
                                + "). Log in again; on EKS: aws eks update-kubeconfig --name CLUSTER.",
                        failure);
            case HttpURLConnection.HTTP_CONFLICT ->
                new ClusterException(
                        tried + " met a conflict: " + message
                                + ". --force-conflicts takes these fields over from their managers.",
                        failure);
            default -> new ClusterException(tried + " failed with " + answer.getCode() + ": " + message, failure);
        };
    }

    /** Whether asking again is of no use. */
    static boolean lasting(Throwable failure) {
        int code = answer(failure).map(KubernetesClientException::getCode).orElse(0);
        return code == HttpURLConnection.HTTP_FORBIDDEN || code == HttpURLConnection.HTTP_UNAUTHORIZED;
    }

    /** Whether it was refused without the API server's own words. */
    static boolean wordless(Throwable failure) {
        return answer(failure)
                .filter(answer -> answer.getCode() == HttpURLConnection.HTTP_FORBIDDEN)
                .filter(answer -> !FORBIDDEN.matcher(message(answer)).find())
                .isPresent();
    }

    private static String forbidden(String message) {
        Matcher matcher = FORBIDDEN.matcher(message);
        if (!matcher.find()) {
            Matcher bare = NOT_CREATED.matcher(message);
            return bare.matches()
                    ? "The API server gives no reason, as it does to who may patch " + bare.group("resource")
                            + " and lacks the verb \"create\", by which apply makes what isn't there."
                    : "The API server says: " + message;
        }
        String resource =
                matcher.group("resource") + (matcher.group("group").isEmpty() ? "" : "." + matcher.group("group"));
        String namespace = matcher.group("namespace");
        String user = matcher.group("user");
        String role = namespace == null ? "clusterrole" : "role -n " + namespace;
        String binding = namespace == null ? "clusterrolebinding" : "rolebinding -n " + namespace;
        return "User \"" + user + "\" lacks the verb \"" + matcher.group("verb") + "\" on " + resource
                + (namespace == null ? " in the whole cluster" : " in namespace \"" + namespace + "\"")
                + ". Who may grant it runs: kubectl create " + role + " prebake-podtime --verb=" + matcher.group("verb")
                + " --resource=" + resource + " && kubectl create " + binding + " prebake-podtime --"
                + (namespace == null ? "clusterrole" : "role") + "=prebake-podtime --user='" + user + "'";
    }

    private static Optional<KubernetesClientException> answer(Throwable failure) {
        KubernetesClientException found = null;
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof KubernetesClientException answer && (found == null || found.getCode() <= 0)) {
                found = answer;
            }
        }
        return Optional.ofNullable(found);
    }

    private static String message(KubernetesClientException answer) {
        String status = answer.getStatus() == null ? null : answer.getStatus().getMessage();
        return status == null || status.isBlank() ? String.valueOf(answer.getMessage()) : status;
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = root(failure);
        return root.getClass().getSimpleName() + (root.getMessage() == null ? "" : ": " + root.getMessage());
    }

    /** What a failure began with. */
    static Throwable root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}
