package dev.prebake.lab.registry;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A real image of more than 100 MB, made out of what every machine that runs this has: the JDK and the shared libraries
 * it is linked against.
 *
 * <p>Its layers, from the lowest up: the shared libraries; a Java runtime in {@code /opt/java}, linked by jlink; that
 * runtime's modules and class data archive; a JDK in {@code /opt/jdk}; that JDK's modules; the application's libraries;
 * the application, {@link SampleProgram}. A container of it needs nothing else, no network either, and prints one line,
 * {@code prebake sample: java VERSION ready in N ms}.
 *
 * @param layout the layout that holds it, and nothing else
 * @param image the image
 */
public record SampleImage(ImageLayout layout, StoredImage image) {
    /** The sample's repository. */
    public static final String REPOSITORY = "prebake/sample";

    /** Moves with what the image contains, so that one of an older format is made again. */
    private static final String FORMAT = "1";

    private static final String KEY_LABEL = "dev.prebake.sample.key";
    private static final String RUNTIME = "opt/java";
    private static final String JDK = "opt/jdk";
    private static final String APPLICATION = "opt/app";
    private static final Object ONE_AT_A_TIME = new Object();

    /**
     * Returns the sample image in a directory; makes it if the directory lacks one of this JDK.
     *
     * @param directory the layout's directory, which this method owns
     * @param progress takes a line for each step while the image is made
     * @throws ImageLayoutException if this JDK has no jlink, or the image can't be made; the message says what to do
     */
    public static SampleImage in(Path directory, Consumer<String> progress) throws IOException {
        Path target = directory.toAbsolutePath().normalize();
        Files.createDirectories(Objects.requireNonNull(target.getParent(), "the layout can't be the root directory"));
        Path lock = target.resolveSibling(target.getFileName() + ".lock");
        // The lock keeps other processes out, the monitor this one's other threads: whoever waits finds it made.
        synchronized (ONE_AT_A_TIME) {
            try (var channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    var _ = channel.lock()) {
                return new Maker(target, progress).existingOrNew();
            }
        }
    }

    private record Maker(Path target, Path javaHome, String reference, String key, Consumer<String> progress) {
        Maker(Path target, Consumer<String> progress) throws IOException {
            this(
                    target,
                    Path.of(System.getProperty("java.home")),
                    REPOSITORY + ":" + System.getProperty("java.version").replaceAll("[^\\w.-]", "-"),
                    currentKey(),
                    progress);
        }

        SampleImage existingOrNew() throws IOException {
            if (Files.exists(target.resolve("oci-layout"))) {
                ImageLayout layout = ImageLayout.open(target);
                StoredImage image = layout.find(reference).orElse(null);
                if (image != null && keyOf(layout, image).equals(key)) {
                    return new SampleImage(layout, image);
                }
            }
            WorkDirectory.sweep(target);
            ImageLayout layout;
            try (var work = WorkDirectory.beside(target)) {
                layout = make(work.path().resolve("java"));
            }
            return new SampleImage(layout, layout.image(reference));
        }

        private ImageLayout make(Path runtime) throws IOException {
            progress.accept("linking a Java runtime");
            String jlink = javaHome.resolve("bin").resolve("jlink").toString();
            run(List.of(jlink, "--add-modules", "java.se", "--output", runtime.toString()));
            // Most runtimes ship a class data archive; without one the start is all class loading.
            Files.setLastModifiedTime(runtime.resolve("lib/modules"), FileTime.from(Layer.TIME));
            run(List.of(runtime.resolve("bin/java").toString(), "-Xshare:dump"));

            progress.accept("packing the layers");
            SortedMap<String, Path> jdk = jdkFiles();
            Layer.Builder runtimeFiles =
                    builder("runtime, linked by jlink from " + System.getProperty("java.vm.version"));
            Layer.Builder runtimeModules = builder("the runtime's modules");
            split(filesBelow(runtime, RUNTIME), runtimeFiles, runtimeModules);
            Layer.Builder jdkFiles = builder("JDK " + System.getProperty("java.vm.version"));
            Layer.Builder jdkModules = builder("the JDK's modules");
            split(jdk, jdkFiles, jdkModules);

            Layer.Builder libraries = builder("the application's libraries");
            for (Path jar : jars()) {
                libraries.file(APPLICATION + "/lib/" + jar.getFileName(), jar);
            }
            Layer.Builder application = builder("the application")
                    .file(APPLICATION + "/sample.jar", programJar(), 0644)
                    .file(APPLICATION + "/image.json", expectations(runtime));
            Layer system = system(runtime, jdk);
            List<Layer> layers = Stream.of(
                            Stream.of(system),
                            Stream.of(runtimeFiles, runtimeModules, jdkFiles, jdkModules, libraries, application)
                                    .map(Layer.Builder::build))
                    .flatMap(part -> part)
                    .toList();
            var config = ImageConfig.EMPTY
                    .withEnvironment(List.of("PATH=/opt/java/bin:/opt/jdk/bin", "JAVA_HOME=/opt/java"))
                    .withWorkingDirectory("/opt/app")
                    .withLabels(Map.of(KEY_LABEL, key))
                    .withEntrypoint(List.of(
                            "/opt/java/bin/java",
                            "-XX:+UseSerialGC",
                            "-cp",
                            "/opt/app/sample.jar:/opt/app/lib/*",
                            SampleProgram.class.getName()));
            return ImageLayout.write(
                    target, ImageDefinition.of(reference, new PlatformImage(Platform.current(), config, layers)));
        }

        private static Layer.Builder builder(String comment) {
            return Layer.builder().compression(Compression.FAST_GZIP).comment(comment);
        }

        private static void split(SortedMap<String, Path> files, Layer.Builder others, Layer.Builder modules) {
            files.forEach((name, file) ->
                    (name.endsWith("/lib/modules") || name.endsWith(".jsa") ? modules : others).file(name, file));
        }

        private static SortedMap<String, Path> filesBelow(Path root, String target) throws IOException {
            var files = new TreeMap<String, Path>();
            // Distributions link parts of their JDK to places elsewhere; in the image they become files.
            try (Stream<Path> walk = Files.walk(root, FileVisitOption.FOLLOW_LINKS)) {
                walk.filter(Files::isRegularFile)
                        .forEach(file -> files.put(target + "/" + root.relativize(file), file));
            }
            return files;
        }

        /** The running JDK's files without sources and manuals, and with the one class data archive that is used. */
        private SortedMap<String, Path> jdkFiles() throws IOException {
            var files = new TreeMap<String, Path>();
            for (String part : List.of("bin", "conf", "include", "legal", "lib")) {
                if (Files.isDirectory(javaHome.resolve(part))) {
                    files.putAll(filesBelow(javaHome.resolve(part), JDK + "/" + part));
                }
            }
            files.keySet()
                    .removeIf(name -> name.endsWith("/src.zip")
                            || (name.endsWith(".jsa") && !name.endsWith("/classes.jsa"))
                            || name.endsWith(".debuginfo"));
            Path release = javaHome.resolve("release");
            if (Files.isRegularFile(release)) {
                files.put(JDK + "/release", release);
            }
            return files;
        }

        private Layer system(Path runtime, SortedMap<String, Path> jdk) throws IOException {
            SortedSet<Path> binaries = new TreeSet<>(jdk.values());
            binaries.addAll(filesBelow(runtime, RUNTIME).values());
            binaries.removeIf(file -> !isBinary(file));
            Layer.Builder system = builder("shared libraries of the machine that made this")
                    .directory("tmp", 01777)
                    .directory("proc", 0555)
                    .directory("sys", 0555)
                    .directory("dev", 0755)
                    .file("etc/passwd", "root:x:0:0:root:/root:/sbin/nologin\n")
                    .file("etc/group", "root:x:0:\n")
                    .directory("root", 0700);
            for (Path library : SharedLibraries.of(binaries, List.of(runtime, javaHome, javaHome.toRealPath()))) {
                system.file(library.toString(), library);
            }
            return system.build();
        }

        private static boolean isBinary(Path file) {
            try (InputStream in = Files.newInputStream(file)) {
                byte[] magic = in.readNBytes(4);
                return magic.length == 4 && magic[0] == 0x7f && magic[1] == 'E' && magic[2] == 'L' && magic[3] == 'F';
            } catch (IOException _) {
                // Packing it will say what is wrong with it.
                return false;
            }
        }

        private String expectations(Path runtime) throws IOException {
            ObjectNode files = JsonNodeFactory.instance.objectNode();
            files.put("/opt/jdk/lib/modules", digest(javaHome.resolve("lib/modules")));
            files.put("/opt/java/lib/modules", digest(runtime.resolve("lib/modules")));
            files.put("/opt/java/lib/server/libjvm.so", digest(runtime.resolve("lib/server/libjvm.so")));
            ObjectNode document = JsonNodeFactory.instance.objectNode();
            document.set("files", files);
            return document.toString();
        }

        private static void run(List<String> command) throws IOException {
            Process process;
            try {
                process = new ProcessBuilder(command).redirectErrorStream(true).start();
            } catch (IOException e) {
                throw new ImageLayoutException(
                        "Making the sample image failed: " + command.getFirst() + " does not start (" + e.getMessage()
                                + "); run this on a JDK that has jlink, not on a runtime",
                        e);
            }
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status;
            try {
                status = process.waitFor();
            } catch (InterruptedException e) {
                process.destroy();
                Thread.currentThread().interrupt();
                throw new IOException("Making the sample image was interrupted", e);
            }
            if (status != 0) {
                throw new ImageLayoutException("Making the sample image failed: " + String.join(" ", command)
                        + " ended with status " + status + ": " + output.strip()
                        + "; run this on an unmodified JDK 25 or newer, or name an image instead");
            }
        }
    }

    /** The jars that the program needs, wherever this program's own class path has them. */
    private static SortedSet<Path> jars() throws IOException {
        var jars = new TreeSet<Path>();
        for (Class<?> type : List.of(ObjectMapper.class, JsonParser.class, JsonProperty.class)) {
            Path place;
            try {
                place = Path.of(
                        type.getProtectionDomain().getCodeSource().getLocation().toURI());
            } catch (URISyntaxException e) {
                throw new IOException(e);
            }
            if (!Files.isRegularFile(place)) {
                throw new ImageLayoutException("Making the sample image failed: " + type.getName() + " comes from "
                        + place + ", which is no jar; start this with Jackson's jars on the class path");
            }
            jars.add(place);
        }
        return jars;
    }

    private static byte[] programClass() throws IOException {
        String name = SampleProgram.class.getSimpleName() + ".class";
        try (InputStream in = SampleProgram.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }

    private static byte[] programJar() throws IOException {
        byte[] content = programClass();
        var bytes = new ByteArrayOutputStream();
        try (var jar = new ZipOutputStream(bytes)) {
            var entry = new ZipEntry(SampleProgram.class.getName().replace('.', '/') + ".class");
            // Not as an instant: that would be written in the local time zone, and the bytes would depend on it.
            entry.setTimeLocal(LocalDateTime.ofInstant(Layer.TIME, ZoneOffset.UTC));
            entry.setMethod(ZipEntry.STORED);
            entry.setSize(content.length);
            var checksum = new CRC32();
            checksum.update(content);
            entry.setCrc(checksum.getValue());
            jar.putNextEntry(entry);
            jar.write(content);
            jar.closeEntry();
        }
        return bytes.toByteArray();
    }

    private static String currentKey() throws IOException {
        MessageDigest hash = LayoutWriter.sha256();
        var parts = new ArrayList<String>();
        parts.add(FORMAT);
        for (String property : List.of("java.vm.version", "java.vendor", "java.home", "os.arch")) {
            parts.add(System.getProperty(property));
        }
        for (Path jar : jars()) {
            parts.add(jar.getFileName() + " " + Files.size(jar));
        }
        parts.forEach(part -> hash.update((part + "\n").getBytes(StandardCharsets.UTF_8)));
        hash.update(programClass());
        return LayoutWriter.name(hash).substring("sha256:".length());
    }

    private static String keyOf(ImageLayout layout, StoredImage image) throws IOException {
        Descriptor config = image.manifests().getFirst().config();
        return new ObjectMapper()
                .readTree(layout.blob(config.digest()).toFile())
                .path("config")
                .path("Labels")
                .path(KEY_LABEL)
                .asText();
    }

    private static String digest(Path file) throws IOException {
        MessageDigest hash = LayoutWriter.sha256();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[1 << 18];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                hash.update(buffer, 0, read);
            }
        }
        return LayoutWriter.name(hash).substring("sha256:".length());
    }
}
