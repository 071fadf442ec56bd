package dev.prebake.lab.wire;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import software.amazon.awssdk.core.SdkPojo;

/**
 * The members that AWS requires of a structure. The SDK's classes don't say: their field metadata has a trait for it that these
 * services' classes are generated without. So they stand in a table, {@code required-members.json}, drawn from the models that
 * AWS publishes with botocore; a test holds it to them and to the operations that the lab has, and writes it anew.
 */
final class RequiredMembers {
    private static final Map<String, Map<String, Set<String>>> BY_SERVICE = load();

    private RequiredMembers() {}

    /** The required members of what a builder builds, by their names in the model. */
    static Set<String> of(SdkPojo builder) {
        var model = Objects.requireNonNullElse(builder.getClass().getEnclosingClass(), builder.getClass());
        var service = model.getPackageName().replaceFirst(".*\\.services\\.(\\w+)\\.model$", "$1");
        return BY_SERVICE.getOrDefault(service, Map.of()).getOrDefault(model.getSimpleName(), Set.of());
    }

    private static Map<String, Map<String, Set<String>>> load() {
        try (var table = RequiredMembers.class.getResourceAsStream("required-members.json")) {
            return JsonMapper.builder().build().readValue(table, new TypeReference<>() {});
        } catch (IOException e) {
            throw new UncheckedIOException("Reading required-members.json failed", e);
        }
    }
}
