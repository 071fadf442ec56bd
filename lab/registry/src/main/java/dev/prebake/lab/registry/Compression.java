package dev.prebake.lab.registry;

/**
 * How a layer is stored.
 *
 * @param method the method
 * @param level its level: 1 to 9 for gzip, 1 to 19 for zstd, 0 for none
 */
public record Compression(Method method, int level) {
    /** The layer's tar as it is. */
    public static final Compression NONE = new Compression(Method.NONE, 0);

    /** Gzip at the level that image builders commonly use. */
    public static final Compression GZIP = new Compression(Method.GZIP, 6);

    /** Gzip at its fastest. */
    public static final Compression FAST_GZIP = new Compression(Method.GZIP, 1);

    /** Zstandard at its default level; needs the {@code zstd} program. */
    public static final Compression ZSTD = new Compression(Method.ZSTD, 3);

    /** The methods that the image specification names. */
    public enum Method {
        /** Not compressed. */
        NONE,
        /** RFC 1952. */
        GZIP,
        /** RFC 8878, by the {@code zstd} program. */
        ZSTD
    }

    /** Checks the level. */
    public Compression {
        int highest = switch (method) {
            case NONE -> 0;
            case GZIP -> 9;
            case ZSTD -> 19;
        };
        if (level < Math.min(1, highest) || level > highest) {
            throw new IllegalArgumentException(method + " has no level " + level + "; its highest is " + highest);
        }
    }
}
