package dev.prebake.lab.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Packs directories and tar files as the layers of one image in an OCI layout: {@code PackImage LAYOUT REPOSITORY:TAG LAYER...}. */
public final class PackImage {
    private static final String USAGE = """
            Usage: PackImage LAYOUT REPOSITORY:TAG LAYER... [OPTION...]
            Packs directories and tar files, from the lowest layer up, as one image in the directory LAYOUT.
              --entrypoint WORD   a word of the entry point; may be repeated
              --cmd WORD          a word of the default arguments; may be repeated
              --env NAME=VALUE    a line of the environment; may be repeated
              --workdir PATH      the working directory
              --platform P        such as linux/arm64; by default this machine's
              --index             put an index above the manifest
              --docker            Docker's schema 2 media types
              --zstd, --fast, --uncompressed
                                  zstd, gzip at its fastest, or plain tar; by default gzip
              --keep-owners, --keep-times
                                  keep those of the files in directories; a tar is kept as it is""";

    private final List<String> positional = new ArrayList<>();
    private final List<String> entrypoint = new ArrayList<>();
    private final List<String> command = new ArrayList<>();
    private final List<String> environment = new ArrayList<>();
    private String workingDirectory = "";
    private Platform platform = Platform.current();
    private Compression compression = Compression.GZIP;
    private boolean indexed;
    private boolean keepOwners;
    private boolean keepTimes;
    private ManifestFormat format = ManifestFormat.OCI;

    private PackImage() {}

    /** Exits with 0 when the layout is written, 1 when that failed, 2 when the arguments make no sense. */
    public static void main(String[] arguments) {
        try {
            StoredImage image = pack(arguments);
            System.out.println(image.reference() + " " + image.digest());
            for (StoredManifest manifest : image.manifests()) {
                System.out.println(
                        manifest.platform() + " " + manifest.descriptor().digest() + " "
                                + manifest.layers().size() + " layers, " + manifest.compressedBytes() + " bytes");
                for (Descriptor layer : manifest.layers()) {
                    System.out.println("  " + layer.digest() + " " + layer.size() + " bytes");
                }
            }
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n" + USAGE);
            System.exit(2);
        } catch (IOException e) {
            System.err.println("Packing the image failed: " + e);
            System.exit(1);
        }
    }

    /**
     * Packs an image as the command line's arguments say.
     *
     * @throws IllegalArgumentException if the arguments make no sense
     */
    static StoredImage pack(String... arguments) throws IOException {
        var pack = new PackImage();
        var words = new ArrayDeque<>(List.of(arguments));
        while (!words.isEmpty()) {
            pack.take(words.remove(), words);
        }
        return pack.write();
    }

    private void take(String word, ArrayDeque<String> rest) {
        switch (word) {
            case "--entrypoint" -> entrypoint.add(value(word, rest));
            case "--cmd" -> command.add(value(word, rest));
            case "--env" -> environment.add(value(word, rest));
            case "--workdir" -> workingDirectory = value(word, rest);
            case "--platform" -> platform = Platform.parse(value(word, rest));
            case "--index" -> indexed = true;
            case "--docker" -> format = ManifestFormat.DOCKER;
            case "--zstd" -> compression = Compression.ZSTD;
            case "--fast" -> compression = Compression.FAST_GZIP;
            case "--uncompressed" -> compression = Compression.NONE;
            case "--keep-owners" -> keepOwners = true;
            case "--keep-times" -> keepTimes = true;
            default -> {
                if (word.startsWith("-")) {
                    throw new IllegalArgumentException("There is no option " + word);
                }
                positional.add(word);
            }
        }
    }

    private static String value(String option, ArrayDeque<String> rest) {
        if (rest.isEmpty()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return rest.remove();
    }

    private StoredImage write() throws IOException {
        if (positional.size() < 3) {
            throw new IllegalArgumentException("A layout, a name and at least one layer are needed");
        }
        var layers = new ArrayList<Layer>();
        for (String source : positional.subList(2, positional.size())) {
            layers.add(layer(Path.of(source))
                    .commented(String.valueOf(Path.of(source).getFileName())));
        }
        var config = new ImageConfig(environment, entrypoint, command, workingDirectory, Map.of());
        var definition = new ImageDefinition(
                positional.get(1), format, indexed, List.of(new PlatformImage(platform, config, layers)));
        return ImageLayout.write(Path.of(positional.get(0)), definition).image(definition.reference());
    }

    private Layer layer(Path source) throws IOException {
        if (Files.isRegularFile(source)) {
            return Layer.tar(source).compressed(compression);
        }
        if (!Files.isDirectory(source)) {
            throw new IllegalArgumentException("The layer " + source + " is neither a directory nor a tar file");
        }
        Layer.Builder builder = Layer.builder().tree("", source).compression(compression);
        if (keepOwners) {
            builder.keepOwners();
        }
        if (keepTimes) {
            builder.keepTimes();
        }
        return builder.build();
    }
}
