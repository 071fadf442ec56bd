package dev.prebake.podtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A manifest")
class ManifestTest {
    private static final String POD =
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a}]}\n";
    private static final String DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: b}\n";
    private static final String CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n";

    @TempDir
    private Path folder;

    @Test
    @DisplayName("has several documents in their order, unknown kinds among them")
    void documents() throws IOException {
        String custom = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: d}\n";
        Path file = Files.writeString(
                folder.resolve("all.yaml"), "# first\n---\n" + CONFIG + "---\n" + custom + "---\n" + POD + "---\n");

        assertThat(read(file.toString()).objects())
                .extracting(HasMetadata::getKind)
                .containsExactly("ConfigMap", "Thing", "Pod");
    }

    @Test
    @DisplayName("has the items of a List")
    void list() {
        String list = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}}\n";

        assertThat(standardInput(list).objects())
                .extracting(HasMetadata::getKind)
                .containsExactly("Pod");
    }

    @Test
    @DisplayName("has all files of a directory in the order of their names, and of several sources")
    void directory() throws IOException {
        Path directory = Files.createDirectory(folder.resolve("dir"));
        Files.writeString(directory.resolve("2.yml"), POD);
        Files.writeString(directory.resolve("1.yaml"), CONFIG);
        Files.writeString(directory.resolve("README.md"), "no manifest");
        Path json = Files.writeString(
                folder.resolve("b.json"),
                "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"b\"}}");

        assertThat(read(directory.toString(), json.toString()).objects())
                .extracting(HasMetadata::getKind)
                .containsExactly("ConfigMap", "Pod", "Deployment");
    }

    @Test
    @DisplayName("comes from standard input as -")
    void standardInput() {
        assertThat(standardInput(DEPLOYMENT).objects())
                .extracting(HasMetadata::getKind)
                .containsExactly("Deployment");
    }

    @ParameterizedTest
    @ValueSource(strings = {"kind: [", "just words", "- 1\n- 2\n", "7", "{}", "", "---\n---\n"})
    @DisplayName("names the source that is none")
    void malformed(String content) throws IOException {
        Path file = Files.writeString(folder.resolve("bad.yaml"), content);

        assertThatThrownBy(() -> read(file.toString()))
                .isInstanceOf(ManifestException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    @DisplayName("needs something to time, and a name to apply it under")
    void useless() {
        assertThatThrownBy(() -> standardInput(CONFIG))
                .isInstanceOf(ManifestException.class)
                .hasMessageContaining("There is nothing to time in -");
        assertThatThrownBy(() -> standardInput("apiVersion: v1\nkind: Pod\nmetadata: {generateName: a-}\n"))
                .isInstanceOf(ManifestException.class)
                .hasMessageContaining("needs metadata.name");
    }

    @Test
    @DisplayName("names a file that isn't there, and a directory without any")
    void missing() {
        assertThatThrownBy(() -> read(folder.resolve("nowhere.yaml").toString()))
                .isInstanceOf(ManifestException.class)
                .hasMessageContaining("nowhere.yaml failed: ");
        assertThatThrownBy(() -> read(folder.toString()))
                .isInstanceOf(ManifestException.class)
                .hasMessageContaining("has no .yaml, .yml or .json file");
    }

    private static Manifest read(String... sources) {
        return Manifest.read(List.of(sources), InputStream.nullInputStream());
    }

    private static Manifest standardInput(String content) {
        return Manifest.read(List.of("-"), new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8)));
    }
}
