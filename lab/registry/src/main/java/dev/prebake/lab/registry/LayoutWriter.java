package dev.prebake.lab.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** Writes images into a directory that becomes an OCI image layout; the caller puts it in its place when it is whole. */
final class LayoutWriter {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int BUFFER = 1 << 17;

    private final Path directory;
    private final Path blobs;
    private final AtomicInteger parts = new AtomicInteger();

    LayoutWriter(Path directory) {
        this.directory = directory;
        this.blobs = directory.resolve("blobs").resolve("sha256");
    }

    private record StoredLayer(Descriptor descriptor, String diffId) {}

    void write(List<ImageDefinition> images) throws IOException {
        Files.createDirectories(blobs);
        for (ImageDefinition image : images) {
            for (PlatformImage platform : image.platforms()) {
                for (Layer layer : platform.layers()) {
                    // Refused before any work is done.
                    var _ = image.format().layerType(layer.compression());
                }
            }
        }
        Map<Layer, StoredLayer> stored = writeLayers(images);
        ArrayNode manifests = JsonNodeFactory.instance.arrayNode();
        for (ImageDefinition image : images) {
            ObjectNode named = json(writeImage(image, stored));
            named.putObject("annotations").put(ImageLayout.REFERENCE_ANNOTATION, image.reference());
            manifests.add(named);
        }
        ObjectNode index = JsonNodeFactory.instance.objectNode();
        index.put("schemaVersion", 2).put("mediaType", ManifestFormat.OCI.indexType());
        index.set("manifests", manifests);
        Files.write(directory.resolve("index.json"), JSON.writeValueAsBytes(index));
        Files.writeString(
                directory.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}", StandardCharsets.UTF_8);
    }

    /** Writes each layer once, the longest first, on all cores. */
    private Map<Layer, StoredLayer> writeLayers(List<ImageDefinition> images) throws IOException {
        var weights = new IdentityHashMap<Layer, Long>();
        for (ImageDefinition image : images) {
            for (PlatformImage platform : image.platforms()) {
                for (Layer layer : platform.layers()) {
                    if (!weights.containsKey(layer)) {
                        weights.put(layer, layer.weight());
                    }
                }
            }
        }
        List<Layer> longestFirst = new ArrayList<>(weights.keySet());
        longestFirst.sort(Comparator.comparing(weights::get, Comparator.reverseOrder()));
        var stored = new IdentityHashMap<Layer, StoredLayer>();
        int threads =
                Math.max(1, Math.min(longestFirst.size(), Runtime.getRuntime().availableProcessors()));
        try (var pool = Executors.newFixedThreadPool(threads)) {
            var futures = new IdentityHashMap<Layer, Future<StoredLayer>>();
            for (Layer layer : longestFirst) {
                futures.put(layer, pool.submit(() -> writeLayer(layer)));
            }
            try {
                for (Layer layer : longestFirst) {
                    stored.put(layer, Objects.requireNonNull(futures.get(layer)).get());
                }
            } catch (ExecutionException e) {
                pool.shutdownNow();
                if (e.getCause() instanceof IOException failed) {
                    throw failed;
                }
                throw new IOException("Writing a layer below " + directory + " failed: " + e.getCause(), e.getCause());
            } catch (InterruptedException e) {
                pool.shutdownNow();
                Thread.currentThread().interrupt();
                throw new IOException("Writing layers below " + directory + " was interrupted", e);
            }
        }
        return stored;
    }

    private StoredLayer writeLayer(Layer layer) throws IOException {
        Path part = directory.resolve("layer-" + parts.incrementAndGet() + ".part");
        MessageDigest plain = sha256();
        MessageDigest packed = sha256();
        try (OutputStream file = Files.newOutputStream(part);
                OutputStream digested = new DigestOutputStream(file, packed);
                OutputStream compressed = compress(digested, layer.compression());
                OutputStream tar = new DigestOutputStream(compressed, plain)) {
            layer.writeTar(tar);
        }
        String digest = name(packed);
        long size = Files.size(part);
        Files.move(part, blob(digest), StandardCopyOption.REPLACE_EXISTING);
        return new StoredLayer(new Descriptor("", digest, size), name(plain));
    }

    private static OutputStream compress(OutputStream out, Compression compression) throws IOException {
        return switch (compression.method()) {
            case NONE ->
                new FilterOutputStream(out) {
                    @Override
                    public void write(byte[] bytes, int offset, int length) throws IOException {
                        this.out.write(bytes, offset, length);
                    }
                };
            case GZIP -> new LevelledGzip(out, compression.level());
            case ZSTD -> new ZstdOutputStream(out, compression.level());
        };
    }

    private static final class LevelledGzip extends GZIPOutputStream {
        LevelledGzip(OutputStream out, int level) throws IOException {
            super(out, BUFFER);
            this.def.setLevel(level);
            this.def.setStrategy(Deflater.DEFAULT_STRATEGY);
        }
    }

    private Descriptor writeImage(ImageDefinition image, Map<Layer, StoredLayer> stored) throws IOException {
        ArrayNode manifests = JsonNodeFactory.instance.arrayNode();
        Descriptor last = null;
        for (PlatformImage platform : image.platforms()) {
            last = writeManifest(image.format(), platform, stored);
            ObjectNode listed = json(last);
            listed.set("platform", json(platform.platform()));
            manifests.add(listed);
        }
        if (!image.indexed() && last != null) {
            return last;
        }
        ObjectNode index = JsonNodeFactory.instance.objectNode();
        index.put("schemaVersion", 2).put("mediaType", image.format().indexType());
        index.set("manifests", manifests);
        return writeJson(image.format().indexType(), index);
    }

    private Descriptor writeManifest(ManifestFormat format, PlatformImage image, Map<Layer, StoredLayer> stored)
            throws IOException {
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        config.put("created", Layer.TIME.toString());
        config.setAll(json(image.platform()));
        config.set("config", json(image.config()));
        ArrayNode layers = JsonNodeFactory.instance.arrayNode();
        ArrayNode diffIds = config.putObject("rootfs").put("type", "layers").putArray("diff_ids");
        ArrayNode history = config.putArray("history");
        for (Layer layer : image.layers()) {
            StoredLayer blob = Objects.requireNonNull(stored.get(layer));
            Descriptor typed = new Descriptor(
                    format.layerType(layer.compression()),
                    blob.descriptor().digest(),
                    blob.descriptor().size());
            layers.add(json(typed));
            diffIds.add(blob.diffId());
            history.addObject().put("created", Layer.TIME.toString()).put("created_by", layer.comment());
        }
        ObjectNode manifest = JsonNodeFactory.instance.objectNode();
        manifest.put("schemaVersion", 2).put("mediaType", format.manifestType());
        manifest.set("config", json(writeJson(format.configType(), config)));
        manifest.set("layers", layers);
        return writeJson(format.manifestType(), manifest);
    }

    private Descriptor writeJson(String mediaType, JsonNode document) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(document);
        MessageDigest hash = sha256();
        hash.update(bytes);
        String digest = name(hash);
        Files.write(blob(digest), bytes);
        return new Descriptor(mediaType, digest, bytes.length);
    }

    private Path blob(String digest) {
        return blobs.resolve(digest.substring("sha256:".length()));
    }

    private static ObjectNode json(Descriptor descriptor) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("mediaType", descriptor.mediaType())
                .put("digest", descriptor.digest())
                .put("size", descriptor.size());
    }

    private static ObjectNode json(Platform platform) {
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("architecture", platform.architecture())
                .put("os", platform.os());
        if (platform.variant() != null) {
            node.put("variant", platform.variant());
        }
        return node;
    }

    private static ObjectNode json(ImageConfig config) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        putWords(node, "Env", config.environment());
        putWords(node, "Entrypoint", config.entrypoint());
        putWords(node, "Cmd", config.command());
        if (!config.workingDirectory().isEmpty()) {
            node.put("WorkingDir", config.workingDirectory());
        }
        if (!config.labels().isEmpty()) {
            ObjectNode labels = node.putObject("Labels");
            new TreeMap<>(config.labels()).forEach(labels::put);
        }
        return node;
    }

    private static void putWords(ObjectNode node, String name, List<String> words) {
        if (!words.isEmpty()) {
            ArrayNode array = node.putArray(name);
            words.forEach(array::add);
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    static String name(MessageDigest hash) {
        return "sha256:" + HexFormat.of().formatHex(hash.digest());
    }
}
