package dev.prebake.lab.cloud;

import java.util.List;
import java.util.Map;
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
    private final Map<String, Function<R, List<String>>> attributes;
    private final Function<R, List<Tag>> tags;

    /** Makes filters of a resource by its attributes' filter names and its tags. */
    ResourceFilter(Map<String, Function<R, List<String>>> attributes, Function<R, List<Tag>> tags) {
        this.attributes = attributes;
        this.tags = tags;
    }

    /** Whether the resource passes all filters; a filter that the lab doesn't know is refused as EC2 refuses an unknown one. */
    boolean matches(R resource, List<Filter> filters) {
        return filters.stream()
                .allMatch(filter -> values(resource, filter.name()).stream()
                        .anyMatch(value -> filter.values().stream()
                                .anyMatch(wanted -> glob(wanted).matcher(value).matches())));
    }

    private List<String> values(R resource, String name) {
        if (name.startsWith("tag:")) {
            String key = name.substring("tag:".length());
            return tags.apply(resource).stream()
                    .filter(tag -> tag.key().equals(key))
                    .map(Tag::value)
                    .toList();
        }
        if (name.equals("tag-key")) {
            return tags.apply(resource).stream().map(Tag::key).toList();
        }
        Function<R, List<String>> attribute = attributes.get(name);
        if (attribute == null) {
            throw AwsAnswers.ec2(
                    "InvalidParameterValue",
                    "The filter '" + name + "' is invalid. The lab knows tag:KEY, tag-key, "
                            + attributes.keySet().stream().sorted().collect(Collectors.joining(", ")) + ".");
        }
        return attribute.apply(resource);
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
