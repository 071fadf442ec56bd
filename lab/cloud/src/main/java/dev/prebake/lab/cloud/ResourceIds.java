package dev.prebake.lab.cloud;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Resource IDs of EC2's long form: a prefix, a dash and 17 hex digits. */
final class ResourceIds {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int HEX_DIGITS = 17;

    private ResourceIds() {}

    /** A new ID, say {@code vol-0…} for the prefix {@code vol}. */
    static String next(String prefix) {
        byte[] bytes = new byte[9];
        RANDOM.nextBytes(bytes);
        // EC2's own IDs start with 0.
        return prefix + "-0" + HexFormat.of().formatHex(bytes).substring(0, HEX_DIGITS - 1);
    }
}
