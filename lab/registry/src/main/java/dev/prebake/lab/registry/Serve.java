package dev.prebake.lab.registry;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Serves image layouts on loopback until its standard input ends or it is told to terminate: {@code Serve PORT LAYOUT...}. */
public final class Serve {
    private Serve() {}

    /** Exits with 0 after the end of its input, 1 when a layout can't be served, 2 when the arguments make no sense. */
    public static void main(String[] arguments) {
        if (arguments.length < 2 || !arguments[0].matches("\\d{1,5}") || Integer.parseInt(arguments[0]) > 65535) {
            System.err.println("Usage: Serve PORT LAYOUT...\n"
                    + "Serves the image layouts on 127.0.0.1:PORT, or another port if that is taken or 0,"
                    + " until standard input ends.");
            System.exit(2);
        }
        try {
            var layouts = new ArrayList<ImageLayout>();
            for (String directory : List.of(arguments).subList(1, arguments.length)) {
                layouts.add(ImageLayout.open(Path.of(directory)));
            }
            try (LoopbackRegistry registry = LoopbackRegistry.builder()
                    .layouts(layouts)
                    .port(Integer.parseInt(arguments[0]))
                    .start()) {
                for (ImageLayout layout : layouts) {
                    layout.images()
                            .forEach(image -> System.err.println(registry.reference(image) + " " + image.digest()));
                }
                System.out.println("listening on " + registry.address());
                System.out.flush();
                while (System.in.read() >= 0) {
                    // What is written to us means nothing; only the end does.
                }
            }
        } catch (IOException e) {
            System.err.println("Serving failed: " + e.getMessage());
            System.exit(1);
        }
    }
}
