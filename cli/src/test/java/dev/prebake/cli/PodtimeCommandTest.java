package dev.prebake.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.kernel.Json;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("prebake podtime")
@EnableKubernetesMockClient(crud = true, https = false)
@SuppressWarnings("NullAway.Init") // the extension sets them before each test
class PodtimeCommandTest {
    /** What the client reads before KUBECONFIG. */
    private static final String KUBECONFIG = "kubeconfig";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    private KubernetesMockServer server;
    private KubernetesClient client;

    @BeforeEach
    void configure() throws IOException {
        Path config = Files.writeString(folder.resolve("config"), """
                apiVersion: v1
                kind: Config
                current-context: mock
                contexts: [{name: mock, context: {cluster: mock, user: mock, namespace: shop}}]
                clusters: [{name: mock, cluster: {server: "http://localhost:%d"}}]
                users: [{name: mock, user: {token: none}}]
                """.formatted(server.getPort()));
        System.setProperty(KUBECONFIG, config.toString());
    }

    @AfterEach
    void restore() {
        System.clearProperty(KUBECONFIG);
    }

    @Test
    @DisplayName("collect prints a pod's phases from the context's namespace, and ends with 0 when it is ready")
    void collect() {
        pod("web", "Running", "True");

        assertThat(run("collect", "web")).isZero();

        assertThat(out.toString()).startsWith("pod shop/web").contains("condition Ready, whole seconds");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    @DisplayName("collect -o json prints one document, and --chart draws beside it")
    void json() throws IOException {
        pod("web", "Running", "True");
        Path chart = folder.resolve("chart.svg");

        assertThat(run("collect", "web", "-o", "json", "--chart", chart.toString()))
                .isZero();

        JsonNode document = Json.mapper().readTree(out.toString());
        assertThat(document.at("/pods/0/outcome").textValue()).isEqualTo("ready");
        assertThat(Files.readString(chart)).startsWith("<svg").endsWith("</svg>\n");
    }

    @Test
    @DisplayName("collect -l -o csv prints the pods that carry the labels")
    void csv() {
        pod("web", "Running", "True");

        assertThat(run("collect", "-l", "app=web", "-o", "csv")).isZero();
        assertThat(out.toString()).startsWith("variant,run,").contains("\napp=web,1,shop,web,");
    }

    @Test
    @DisplayName("ends with 3 when a pod failed, and with 4 when one isn't ready in time")
    void exitCodes() {
        pod("failed", "Failed", "False");
        pod("late", "Pending", "False");

        assertThat(run("collect", "failed")).isEqualTo(3);
        assertThat(out.toString()).contains("pod shop/failed: failed");
        assertThat(run("collect", "late", "--timeout", "1s")).isEqualTo(4);
        assertThat(out.toString()).contains("pod shop/late: not ready");
        assertThat(err.toString())
                .isEqualTo("prebake: Pod shop/failed did not become ready: failed: the pod failed\n"
                        + "prebake: Pod shop/late did not become ready within 1 s: not ready: PodScheduled has not come true."
                        + " kubectl describe pod late -n shop shows more; --timeout gives it longer.\n");
    }

    @Test
    @DisplayName("ends with 1 when a pod isn't there, and names it")
    void absent() {
        assertThat(run("collect", "web")).isEqualTo(1);
        assertThat(err.toString())
                .isEqualTo("prebake: There is no Pod shop/web. kubectl get pods -n shop lists what there is.\n");
    }

    @Test
    @DisplayName("ends with 1 when the context isn't there, and names it")
    void noContext() {
        assertThat(run("collect", "web", "--context", "other")).isEqualTo(1);
        assertThat(err.toString()).startsWith("prebake: There is no context other in the kubeconfig");
    }

    @Test
    @DisplayName("calls a manifest that can't be used wrong usage, before anything is applied")
    void manifest() throws IOException {
        Path config = Files.writeString(
                folder.resolve("config.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n");

        assertThat(run("apply", "-f", config.toString())).isEqualTo(2);
        assertThat(err.toString()).startsWith("prebake: There is nothing to time in " + config);
        assertThat(run("apply", "-f", folder.resolve("none.yaml").toString())).isEqualTo(2);
        assertThat(server.getRequestCount()).isZero();
    }

    @Test
    @DisplayName(
            "apply --before runs a command with the manifest and the run, shows what it says, and applies nothing if it fails")
    void before() throws IOException {
        Path pod = Files.writeString(folder.resolve("pod.yaml"), "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n");

        assertThat(run("apply", "-f", pod.toString(), "--before", "echo \"$PREBAKE_MANIFEST, $PREBAKE_RUN\"; exit 7"))
                .isEqualTo(1);
        assertThat(err.toString())
                .isEqualTo("prebake: " + pod + ", 1\nprebake: The command before run 1 of " + pod
                        + " ended with exit code 7: echo \"$PREBAKE_MANIFEST, $PREBAKE_RUN\"; exit 7. Nothing more was"
                        + " applied.\n");
        assertThat(server.getRequestCount()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "apply",
                "apply -f a --compare a b",
                "apply --compare a",
                "apply -f a --repeat 0",
                "apply -f a --timeout soon",
                "collect",
                "collect a -l b=c",
                "collect svc/a",
                "collect a -o yaml",
                "",
            })
    @DisplayName("calls what doesn't fit together wrong usage")
    void usage(String arguments) {
        assertThat(run(arguments.isEmpty() ? new String[0] : arguments.split(" ")))
                .isEqualTo(2);
        assertThat(err.toString()).isNotBlank();
        assertThat(server.getRequestCount()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "apply --help", "collect --help"})
    @DisplayName("teaches with examples")
    void help(String arguments) {
        assertThat(run(arguments.split(" "))).isZero();
        assertThat(out.toString()).contains("Examples:", "./prebake podtime ");
    }

    private void pod(String name, String phase, String ready) {
        client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .addToLabels("app", name)
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("app")
                        .endContainer()
                        .endSpec()
                        .withNewStatus()
                        .withPhase(phase)
                        .addToConditions(new PodConditionBuilder()
                                .withType("Ready")
                                .withStatus(ready)
                                .withLastTransitionTime("2026-11-26T12:00:00Z")
                                .build())
                        .endStatus()
                        .build())
                .inNamespace("shop")
                .create();
    }

    private int run(String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "podtime";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all);
    }
}
