package dev.prebake.lab.cloud;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.kernel.Architecture;
import dev.prebake.kernel.BakeBase;
import dev.prebake.kernel.BakeReport;
import dev.prebake.kernel.BakedImage;
import dev.prebake.kernel.BakedVolume;
import dev.prebake.kernel.ImageReference;
import dev.prebake.kernel.Json;
import dev.prebake.kernel.RegistrySettings;
import dev.prebake.lab.host.DataPlane;
import dev.prebake.lab.host.Machine;
import dev.prebake.registry.AwsRegistryAccess;
import dev.prebake.registry.BlobFolder;
import dev.prebake.registry.DistributionRegistry;
import dev.prebake.registry.ResolvedImage;
import dev.prebake.registry.UnresolvedImageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Stands in for the bake script where volumes are folders: fetches the same images by the same digests, checks every blob,
 * and leaves them as an OCI image layout, compressed. Nothing is unpacked, so no pod can start from it. From a base it keeps
 * the blobs that are wanted again. In and out it is as {@code bake/README.md} says.
 */
final class DirectoryBake implements ScriptRunner {
    private static final String REQUEST = "Request";
    /** The names that an OCI image layout has (https://github.com/opencontainers/image-spec/blob/main/image-layout.md). */
    private static final String BLOBS = "blobs";

    private static final String LAYOUT = "oci-layout";
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    private final DataPlane plane;
    private final Instances instances;

    /** What the bake is asked to do; {@code bake/README.md} has its form. */
    private record Request(
            String volumeId,
            Architecture architecture,
            List<Image> images,
            @Nullable String base,
            @Nullable List<RegistrySettings> registries) {
        record Image(String reference, String digest, long compressedBytes) {}
    }

    DirectoryBake(DataPlane plane, Instances instances) {
        this.plane = plane;
        this.instances = instances;
    }

    @Override
    public int run(
            String instanceId,
            String script,
            Map<String, String> parameters,
            Consumer<String> stdout,
            Consumer<String> stderr)
            throws InterruptedException {
        Machine machine = instances.machine(instanceId);
        FutureTask<Integer> bake =
                new FutureTask<>(() -> bake(machine, parameters.getOrDefault(REQUEST, ""), stdout, stderr));
        Thread worker =
                Thread.ofPlatform().daemon().name("bake on " + instanceId).start(bake);
        try {
            while (true) {
                try {
                    return bake.get(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
                } catch (TimeoutException _) {
                    if (!machine.running()) {
                        throw new LabException("Instance " + instanceId + " ended during its bake.", null);
                    }
                }
            }
        } catch (ExecutionException e) {
            throw new LabException("The bake on " + instanceId + " failed: " + e.getCause(), e);
        } finally {
            // A process would have died with its machine or with its command; a thread has to be told.
            worker.interrupt();
            worker.join();
        }
    }

    private int bake(Machine machine, String json, Consumer<String> stdout, Consumer<String> stderr)
            throws JsonProcessingException {
        long started = System.nanoTime();
        Request request = Json.mapper().readValue(json, Request.class);
        Path volume = machine.device(request.volumeId());
        long sizeBytes = (long) plane.volume(request.volumeId()).orElseThrow().sizeGiB() << 30;
        Progress progress = new Progress(
                stderr,
                request.images().stream()
                        .mapToLong(Request.Image::compressedBytes)
                        .sum());
        List<BakedImage> baked = new ArrayList<>();
        BakeBase base;
        BlobFolder blobs = new BlobFolder(volume.resolve(BLOBS));
        DistributionRegistry registry = new DistributionRegistry(
                new AwsRegistryAccess(Objects.requireNonNullElse(request.registries(), List.of())));
        String current = null;
        try {
            base = request.base() == null ? null : take(request.base(), volume, blobs);
            for (Request.Image image : request.images()) {
                current = image.reference();
                baked.add(fetch(registry, image, request.architecture(), blobs, progress));
            }
            blobs.dropOthers();
            writeIndex(volume, baked);
        } catch (UnresolvedImageException e) {
            stdout.accept(error("ImagePullFailed", current, "pulling " + current + " failed: " + e.getMessage()));
            return 1;
        } catch (UncheckedIOException e) {
            stdout.accept(error("BakeFailed", current, String.valueOf(e.getMessage())));
            return 1;
        }
        progress.finish();
        double seconds = (System.nanoTime() - started) / 1e9;
        BakedVolume filled = new BakedVolume(request.volumeId(), sizeBytes, bytesIn(volume), blobs.fetchedBytes());
        stdout.accept(Json.mapper()
                .writeValueAsString(
                        new BakeReport("none", baked, filled, base, Map.of("pull", seconds, "total", seconds))));
        return 0;
    }

    /** Goes on from what the volume was made from, or empties the volume where that is no layout with whole blobs. */
    private static BakeBase take(String snapshotId, Path volume, BlobFolder blobs) {
        String problem = Files.isRegularFile(volume.resolve(LAYOUT))
                ? blobs.problem().orElse(null)
                : "there is no " + LAYOUT + " in it, so it is no image layout";
        if (problem != null) {
            empty(volume);
        }
        return new BakeBase(snapshotId, problem == null, problem);
    }

    private static void empty(Path volume) {
        try (Stream<Path> files = Files.walk(volume)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                if (!file.equals(volume)) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Emptying " + volume + " failed: " + e, e);
        }
    }

    private static BakedImage fetch(
            DistributionRegistry registry,
            Request.Image image,
            Architecture architecture,
            BlobFolder blobs,
            Progress progress) {
        ImageReference named = ImageReference.parse(image.reference());
        ImageReference pinned = new ImageReference(named.registry(), named.repository(), null, image.digest());
        progress.at(image.reference());
        ResolvedImage fetched = registry.download(pinned, architecture, blobs, progress::add);
        return new BakedImage(
                image.reference(),
                fetched.digest(),
                fetched.manifestDigest(),
                fetched.compressedBytes(),
                null,
                fetched.layers().size());
    }

    /** Makes the folder an OCI image layout, which skopeo and others read. */
    private static void writeIndex(Path volume, List<BakedImage> baked) {
        try {
            ObjectNode index = Json.mapper().createObjectNode().put("schemaVersion", 2);
            index.put("mediaType", "application/vnd.oci.image.index.v1+json");
            ArrayNode manifests = index.putArray("manifests");
            for (BakedImage image : baked) {
                Path blob = volume.resolve(BLOBS).resolve(image.digest().replace(':', '/'));
                ObjectNode entry = manifests.addObject();
                entry.put("mediaType", mediaType(Files.readString(blob)));
                entry.put("digest", image.digest());
                entry.put("size", Files.size(blob));
                entry.putObject("annotations").put("org.opencontainers.image.ref.name", image.reference());
            }
            Files.writeString(volume.resolve(LAYOUT), "{\"imageLayoutVersion\":\"1.0.0\"}");
            Files.writeString(volume.resolve("index.json"), index.toString());
        } catch (IOException e) {
            throw new UncheckedIOException("Writing the image layout in " + volume + " failed: " + e, e);
        }
    }

    /** As the document says itself; OCI's may leave it out. */
    private static String mediaType(String document) throws JsonProcessingException {
        var json = Json.mapper().readTree(document);
        return json.path("mediaType")
                .asText(
                        json.has("manifests")
                                ? "application/vnd.oci.image.index.v1+json"
                                : "application/vnd.oci.image.manifest.v1+json");
    }

    private static long bytesIn(Path folder) {
        try (var files = Files.walk(folder)) {
            return files.map(Path::toFile)
                    .filter(file -> file.isFile())
                    .mapToLong(file -> file.length())
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException("Listing " + folder + " failed: " + e, e);
        }
    }

    private static String error(String name, @Nullable String image, String message) {
        ObjectNode document = Json.mapper().createObjectNode();
        ObjectNode error = document.putObject("error").put("name", name);
        if (image != null) {
            error.put("image", image);
        }
        error.put("message", message);
        return document.toString();
    }

    /** The progress lines, one for each layer that is there. */
    private static final class Progress {
        private final Consumer<String> lines;
        private final long totalBytes;
        private long doneBytes;
        private String image = "";

        Progress(Consumer<String> lines, long totalBytes) {
            this.lines = lines;
            this.totalBytes = totalBytes;
        }

        void at(String reference) {
            image = reference;
            say("pull");
        }

        void add(long bytes) {
            doneBytes = Math.min(totalBytes, doneBytes + bytes);
            say("pull");
        }

        void finish() {
            doneBytes = totalBytes;
            image = "";
            say("finish");
        }

        private void say(String phase) {
            ObjectNode line = Json.mapper().createObjectNode().put("phase", phase);
            if (!image.isEmpty()) {
                line.put("image", image);
            }
            lines.accept(line.put("doneBytes", doneBytes)
                    .put("totalBytes", totalBytes)
                    .toString());
        }
    }
}
