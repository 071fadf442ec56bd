package dev.prebake.lab.wire;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import software.amazon.awssdk.protocols.core.OperationInfo;

/**
 * The HTTP method and the path of an operation that has its own.
 *
 * @param operation the operation
 * @param method GET, say
 * @param path what the encoded path of a request matches, with a group for each label
 * @param labels names of the path's parameters, in the order of their groups
 * @param order sorts paths that a request may match alike: a literal segment goes before a label, and that before a greedy one
 * @see <a href="https://smithy.io/2.0/spec/http-bindings.html">Smithy: HTTP bindings</a>
 */
record HttpBinding(Operation operation, String method, Pattern path, List<String> labels, String order) {
    /**
     * Reads what the SDK's marshaller of the operation's request has: of all that a client needs to know of an operation, this alone
     * doesn't stand at the model's fields.
     */
    static HttpBinding of(Operation operation) {
        var model = operation.requestType();
        var marshaller = model.getPackageName().replaceFirst("\\.model$", ".transform") + "." + model.getSimpleName()
                + "Marshaller";
        OperationInfo binding;
        try {
            var field = Class.forName(marshaller).getDeclaredField("SDK_OPERATION_BINDING");
            field.setAccessible(true);
            binding = (OperationInfo) field.get(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "The SDK says no more in " + marshaller + " where " + operation.name() + " is served", e);
        }
        return of(operation, binding.httpMethod().name(), binding.requestUri());
    }

    static HttpBinding of(Operation operation, String method, String uri) {
        if (uri.contains("?")) {
            throw new IllegalStateException(
                    "The URI of " + operation.name() + ", " + uri + ", has a query, which isn't known here");
        }
        var pattern = new StringBuilder();
        var labels = new ArrayList<String>();
        var order = new StringBuilder();
        for (var segment : uri.substring(1).split("/", -1)) {
            pattern.append('/');
            if (!segment.startsWith("{")) {
                pattern.append(Pattern.quote(segment));
                order.append('0');
            } else if (segment.endsWith("+}")) {
                pattern.append("(.+)");
                labels.add(segment.substring(1, segment.length() - 2));
                order.append('2');
            } else {
                pattern.append("([^/]+)");
                labels.add(segment.substring(1, segment.length() - 1));
                order.append('1');
            }
        }
        return new HttpBinding(
                operation, method, Pattern.compile(pattern.toString()), List.copyOf(labels), order.toString());
    }

    /** The path's parameters of a request for this operation, decoded; empty when it is for another. */
    Optional<Map<String, String>> labelsOf(WireRequest request) {
        var matcher = path.matcher(request.uri().getRawPath());
        if (!method.equals(request.method()) || !matcher.matches()) {
            return Optional.empty();
        }
        var values = new HashMap<String, String>();
        for (var i = 0; i < labels.size(); i++) {
            // Unlike in a form, a plus is a plus here.
            var encoded = matcher.group(i + 1).replace("+", "%2B");
            values.put(labels.get(i), URLDecoder.decode(encoded, StandardCharsets.UTF_8));
        }
        return Optional.of(values);
    }
}
