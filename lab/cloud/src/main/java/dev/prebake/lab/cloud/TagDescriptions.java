package dev.prebake.lab.cloud;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagDescription;

/** Tags, each with the resource that has it. */
final class TagDescriptions {
    private static final ResourceFilter<TagDescription> FILTER = new ResourceFilter<>(
            Map.of(
                    "key", tag -> List.of(tag.key()),
                    "value", tag -> List.of(tag.value()),
                    "resource-id", tag -> List.of(tag.resourceId()),
                    "resource-type", tag -> List.of(tag.resourceTypeAsString())),
            tag -> List.of(Tag.builder().key(tag.key()).value(tag.value()).build()));

    private final List<TagDescription> all = new ArrayList<>();

    void add(ResourceType type, String resourceId, List<Tag> tags) {
        tags.forEach(tag -> all.add(TagDescription.builder()
                .resourceType(type)
                .resourceId(resourceId)
                .key(tag.key())
                .value(tag.value())
                .build()));
    }

    List<TagDescription> passing(List<Filter> filters) {
        return FILTER.passing(all, filters);
    }
}
