package dev.prebake.lab.cloud;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Tag;

/**
 * EC2's {@code Filters}: every filter must match, one of a filter's values suffices, {@code *} and {@code ?} are wildcards
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html).
 *
 * @param <R> the kind of resource
 */
final class ResourceFilter<R> {
    private static final String TAG = "tag:";
    private static final String TAG_KEY = "tag-key";

    private final Map<String, Function<R, List<String>>> attributes;
    private final Function<R, List<Tag>> tags;

    /** Makes filters of a resource by its attributes' filter names and its tags. */
    ResourceFilter(Map<String, Function<R, List<String>>> attributes, Function<R, List<Tag>> tags) {
        this.attributes = attributes;
        this.tags = tags;
    }

    /** Those that pass all filters; a filter that the lab doesn't know is refused as EC2 refuses an unknown one. */
    List<R> passing(List<R> resources, List<Filter> filters) {
        filters.forEach(filter -> requireKnown(filter.name()));
        return resources.stream()
                .filter(resource -> filters.stream().allMatch(filter -> matches(resource, filter)))
                .toList();
    }

    private void requireKnown(String name) {
        if (!name.startsWith(TAG) && !name.equals(TAG_KEY) && !attributes.containsKey(name)) {
            throw AwsAnswers.ec2(
                    "InvalidParameterValue",
                    "The filter '" + name + "' is invalid. The lab knows tag:KEY, tag-key, "
                            + attributes.keySet().stream().sorted().collect(Collectors.joining(", ")) + ".");
        }
    }

    private boolean matches(R resource, Filter filter) {
        return values(resource, filter.name()).stream()
                .anyMatch(value -> filter.values().stream()
                        .anyMatch(wanted -> glob(wanted).matcher(value).matches()));
    }

    private List<String> values(R resource, String name) {
        if (name.startsWith(TAG)) {
            String key = name.substring(TAG.length());
            return tags.apply(resource).stream()
                    .filter(tag -> tag.key().equals(key))
                    .map(Tag::value)
                    .toList();
        }
        if (name.equals(TAG_KEY)) {
            return tags.apply(resource).stream().map(Tag::key).toList();
        }
        return Objects.requireNonNull(attributes.get(name), name).apply(resource);
    }

    private static Pattern glob(String wanted) {
        StringBuilder pattern = new StringBuilder();
        for (int i = 0; i < wanted.length(); i++) {
            char c = wanted.charAt(i);
            switch (c) {
                case '*' -> pattern.append(".*");
                case '?' -> pattern.append('.');
                default -> pattern.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(pattern.toString(), Pattern.DOTALL);
    }
}
