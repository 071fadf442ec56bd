package dev.prebake.infra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awscdk.App;
import software.amazon.awscdk.AppProps;
import software.amazon.awscdk.assertions.Template;

/** The list is reviewed like code: a resource that is gone or has another ID is one that a deployment deletes. */
@DisplayName("The stacks with default properties")
class ResourceListTest {
    private static final Path LIST = Path.of("src/test/resources/dev/prebake/infra/resources.txt");
    private static final String REWRITE = "prebake.rewriteResourceList";

    @TempDir
    private Path folder;

    @Test
    @DisplayName("have exactly the resources of the reviewed list")
    void resources() throws Exception {
        Set<String> now = new TreeSet<>();
        add(now, "PrebakeImageCache", Synthesis.of(folder, Map.of()).resources());
        App app = new App(
                AppProps.builder().outdir(folder.resolve("cluster").toString()).build());
        GpuClusterStack cluster =
                new GpuClusterStack(app, "PrebakeGpuCluster", GpuClusterProps.of(null), ImageCacheProps.of(null));
        add(
                now,
                "PrebakeGpuCluster",
                new ObjectMapper()
                        .<JsonNode>valueToTree(Template.fromStack(cluster).toJSON())
                        .path("Resources"));
        if (Boolean.getBoolean(REWRITE)) {
            Files.createDirectories(LIST.getParent());
            Files.writeString(LIST, String.join("\n", now) + "\n");
        }
        List<String> reviewed = Files.readAllLines(LIST);
        Set<String> gone = new TreeSet<>(reviewed);
        gone.removeAll(now);
        Set<String> added = new TreeSet<>(now);
        reviewed.forEach(added::remove);
        assertThat(added.isEmpty() && gone.isEmpty())
                .withFailMessage(() -> "The stacks' resources differ from " + LIST + ":\n"
                        + lines("- ", gone) + lines("+ ", added)
                        + "If that is meant, rewrite the list and commit it: mvn -pl infra -am verify -Dtest=ResourceListTest"
                        + " -Dsurefire.failIfNoSpecifiedTests=false -D" + REWRITE + "=true")
                .isTrue();
    }

    private static void add(Set<String> list, String stack, JsonNode resources) {
        resources
                .properties()
                .forEach(entry ->
                        list.add(stack + " " + entry.getValue().path("Type").asText() + " " + entry.getKey()));
    }

    private static String lines(String mark, Set<String> resources) {
        StringBuilder text = new StringBuilder();
        resources.forEach(resource -> text.append(mark).append(resource).append('\n'));
        return text.toString();
    }
}
