package dev.prebake.lab.registry;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The platform that an image runs on, in the words of the OCI image specification (those of Go).
 *
 * @param os the operating system, such as {@code linux}
 * @param architecture the processor, such as {@code amd64} or {@code arm64}
 * @param variant the processor's variant, such as {@code v8}, if it matters
 */
public record Platform(
        String os, String architecture, @Nullable String variant) {
    /** Linux on 64-bit x86. */
    public static final Platform AMD64 = new Platform("linux", "amd64", null);

    /** Linux on 64-bit Arm. */
    public static final Platform ARM64 = new Platform("linux", "arm64", null);

    /** Returns Linux on the architecture of this virtual machine. */
    public static Platform current() {
        String name = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return switch (name) {
            case "amd64", "x86_64" -> AMD64;
            case "aarch64", "arm64" -> ARM64;
            default -> new Platform("linux", name, null);
        };
    }

    /**
     * Reads {@code os/architecture} or {@code os/architecture/variant}.
     *
     * @throws IllegalArgumentException if the text has another shape
     */
    public static Platform parse(String text) {
        String[] parts = text.split("/", -1);
        if (parts.length < 2 || parts.length > 3 || text.startsWith("/") || text.endsWith("/") || text.contains("//")) {
            throw new IllegalArgumentException("'" + text + "' is no platform; write one like linux/amd64");
        }
        return new Platform(parts[0], parts[1], parts.length == 3 ? parts[2] : null);
    }

    @Override
    public String toString() {
        return os + "/" + architecture + (variant == null ? "" : "/" + variant);
    }
}
