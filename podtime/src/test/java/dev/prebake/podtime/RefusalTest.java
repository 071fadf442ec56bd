package dev.prebake.podtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.ConnectException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A cluster's refusal")
class RefusalTest {
    private static final String SERVER = "https://127.0.0.1:6443/";

    @Test
    @DisplayName("names the verb that is missing, on what, and how it is granted")
    void forbidden() {
        ClusterException failure = refusal(
                403,
                "pods is forbidden: User \"system:serviceaccount:ci:bench\" cannot watch resource \"pods\" in API group"
                        + " \"\" in the namespace \"gpu\"");

        assertThat(failure)
                .hasMessageContaining("User \"system:serviceaccount:ci:bench\" lacks the verb \"watch\" on pods in"
                        + " namespace \"gpu\"")
                .hasMessageContaining(
                        "kubectl create role -n gpu prebake-podtime --verb=watch --resource=pods && kubectl"
                                + " create rolebinding -n gpu prebake-podtime --role=prebake-podtime"
                                + " --user='system:serviceaccount:ci:bench'");
    }

    @Test
    @DisplayName("names the API group, and the cluster where it is no namespace")
    void forbiddenInCluster() {
        assertThat(refusal(
                        403,
                        "replicasets.apps is forbidden: User \"eve\" cannot list resource \"replicasets\" in API group"
                                + " \"apps\" at the cluster scope"))
                .hasMessageContaining("lacks the verb \"list\" on replicasets.apps in the whole cluster")
                .hasMessageContaining(
                        "kubectl create clusterrole prebake-podtime --verb=list --resource=replicasets.apps");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pods \"one\" is forbidden: ", "deployments.apps \"one\" is forbidden:"})
    @DisplayName("names the verb create where the API server (1.20.2) refuses a server-side apply without a reason")
    void forbiddenWithoutReason(String message) {
        assertThat(refusal(403, message))
                .hasMessageEndingWith("The API server gives no reason, as it does to who may patch "
                        + message.substring(0, message.indexOf(' '))
                        + " and lacks the verb \"create\", by which apply makes what isn't there.");
    }

    @Test
    @DisplayName("keeps the API server's words where they are others: admission refuses with 403 too")
    void otherForbidden() {
        assertThat(refusal(403, "pods \"app\" is forbidden: violates PodSecurity \"restricted:latest\""))
                .hasMessage(
                        "Listing pods was refused. The API server says: pods \"app\" is forbidden: violates PodSecurity"
                                + " \"restricted:latest\"");
    }

    @Test
    @DisplayName("names the address that can't be reached, and where it comes from")
    void unreachable() {
        KubernetesClientException failure =
                new KubernetesClientException("An error has occurred.", new ConnectException("refused"));

        assertThat(Refusal.of("Listing pods", SERVER, failure))
                .hasMessageContaining(
                        "Listing pods failed: " + SERVER + " could not be reached (ConnectException: refused)")
                .hasMessageContaining("kubectl config view --minify");
        assertThat(Refusal.lasting(failure)).isFalse();
    }

    @Test
    @DisplayName("names unknown credentials, and conflicts with the option that takes over")
    void others() {
        assertThat(refusal(401, "Unauthorized")).hasMessageContaining("does not know these credentials");
        assertThat(refusal(409, "Apply failed with 1 conflict: conflict with \"kubectl\": .spec.replicas"))
                .hasMessageContaining("--force-conflicts");
        assertThat(refusal(500, "etcdserver: leader changed"))
                .hasMessage("Listing pods failed with 500: etcdserver: leader changed");
    }

    private static ClusterException refusal(int code, String message) {
        return Refusal.of(
                "Listing pods",
                SERVER,
                new IllegalStateException(new KubernetesClientException(
                        new StatusBuilder().withCode(code).withMessage(message).build())));
    }
}
