package dev.prebake.infra;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The user data of AL2023 nodes, as EKS merges its own part into it. */
final class NodeUserData {
    private static final String BOUNDARY = "//";

    private NodeUserData() {}

    /** {@code node/mount-cache.sh} as the one part of a MIME multipart message. */
    static String mime() {
        return """
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary="%1$s"

                --%1$s
                Content-Type: text/x-shellscript; charset="us-ascii"

                %2$s
                --%1$s--
                """.formatted(BOUNDARY, script());
    }

    private static String script() {
        try (InputStream stream = NodeUserData.class.getResourceAsStream("mount-cache.sh")) {
            if (stream == null) {
                throw new IllegalStateException("The build left out node/mount-cache.sh.");
            }
            return new String(stream.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException("Reading node/mount-cache.sh failed.", e);
        }
    }
}
