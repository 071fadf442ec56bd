package dev.prebake.podtime;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesList;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * What is to be applied.
 *
 * @param name where it came from
 * @param objects in the order they were written
 */
public record Manifest(String name, List<HasMetadata> objects) {
    private static final List<String> ENDINGS = List.of(".yaml", ".yml", ".json");

    /**
     * Reads manifests as {@code kubectl apply -f} does: a file of one document or several, all such files of a directory in
     * the order of their names, or {@code -}.
     *
     * @param sources files and directories
     * @param standardInput what {@code -} stands for
     * @throws ManifestException when one can't be read, or has no workload in all
     */
    public static Manifest read(List<String> sources, InputStream standardInput) {
        List<HasMetadata> objects = new ArrayList<>();
        for (String source : sources) {
            if (source.equals("-")) {
                objects.addAll(parse("standard input", standardInput));
            } else {
                for (Path file : files(Path.of(source))) {
                    try (InputStream in = Files.newInputStream(file)) {
                        objects.addAll(parse(file.toString(), in));
                    } catch (IOException e) {
                        throw new ManifestException("Reading " + file + " failed: " + e, e);
                    }
                }
            }
        }
        String name = String.join(", ", sources);
        if (objects.stream().allMatch(object -> Workload.Kind.ofObject(object).isEmpty())) {
            throw new ManifestException(
                    "There is nothing to time in " + name
                            + ": no Pod, Deployment, ReplicaSet, StatefulSet, DaemonSet or Job.",
                    null);
        }
        List<String> unnamed = objects.stream()
                .filter(object ->
                        object.getMetadata() == null || object.getMetadata().getName() == null)
                .map(HasMetadata::getKind)
                .toList();
        if (!unnamed.isEmpty()) {
            throw new ManifestException(
                    "Server-side apply needs metadata.name, which " + name + " lacks for: " + String.join(", ", unnamed)
                            + ". (generateName makes a new object each time, so it can't be applied.)",
                    null);
        }
        return new Manifest(name, List.copyOf(objects));
    }

    private static List<Path> files(Path source) {
        if (!Files.isDirectory(source)) {
            return List.of(source);
        }
        try (Stream<Path> entries = Files.list(source)) {
            List<Path> files = entries.filter(file ->
                            Files.isRegularFile(file) && ENDINGS.stream().anyMatch(file.toString()::endsWith))
                    .sorted()
                    .toList();
            if (files.isEmpty()) {
                throw new ManifestException("The directory " + source + " has no .yaml, .yml or .json file.", null);
            }
            return files;
        } catch (IOException e) {
            throw new ManifestException("Reading " + source + " failed: " + e, e);
        }
    }

    private static List<HasMetadata> parse(String name, InputStream in) {
        try {
            @Nullable Object parsed = new KubernetesSerialization().unmarshal(new ByteArrayInputStream(in.readAllBytes()));
            List<HasMetadata> objects = new ArrayList<>();
            collect(name, parsed, objects);
            return objects;
        } catch (IOException e) {
            throw new ManifestException("Reading " + name + " failed: " + e, e);
        } catch (KubernetesClientException | YamlEngineException | IllegalArgumentException e) {
            throw new ManifestException(
                    "Reading " + name + " as Kubernetes objects failed: "
                            + Refusal.root(e).getMessage(),
                    e);
        }
    }

    private static void collect(String name, @Nullable Object parsed, List<HasMetadata> objects) {
        switch (parsed) {
            case KubernetesList list -> objects.addAll(list.getItems());
            case HasMetadata object -> objects.add(object);
            case null ->
                throw new ManifestException("Reading " + name + " as Kubernetes objects failed: it is empty.", null);
            case Collection<?> several -> several.forEach(each -> collect(name, each, objects));
            default ->
                throw new ManifestException(
                        "Reading " + name + " as Kubernetes objects failed: it has "
                                + parsed.getClass().getSimpleName() + " where an object should be.",
                        null);
        }
    }
}
