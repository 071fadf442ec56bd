package dev.prebake.lab.wire;

import com.sun.net.httpserver.Headers;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;

/** One HTTP request, read whole. */
record WireRequest(String method, URI uri, Headers headers, SdkBytes body) {
    @Nullable String header(String name) {
        return headers.getFirst(name);
    }

    /** The media type without its parameters, in lower case; empty when the request names none. */
    String mediaType() {
        var type = header("Content-Type");
        return type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }

    String bodyText() {
        return new String(body.asByteArrayUnsafe(), StandardCharsets.UTF_8);
    }
}
