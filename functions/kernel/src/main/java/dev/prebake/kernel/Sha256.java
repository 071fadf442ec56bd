package dev.prebake.kernel;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, the hash of content digests, fingerprints and tokens. */
public final class Sha256 {
    private Sha256() {}

    /** The hash of some bytes, as 64 hex digits in lower case. */
    public static String hex(byte[] content) {
        return HexFormat.of().formatHex(newDigest().digest(content));
    }

    /** A hash under way, for content that comes in pieces. */
    public static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java platform has no SHA-256, against its specification.", e);
        }
    }

    /** The digest, as container registries write it, of what a hash under way has been given; it begins anew. */
    public static String digestOf(MessageDigest hash) {
        return "sha256:" + HexFormat.of().formatHex(hash.digest());
    }

    /** The digest of some bytes, as container registries write it. */
    public static String digestOf(byte[] content) {
        return "sha256:" + hex(content);
    }
}
