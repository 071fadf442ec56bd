package dev.prebake.lab.cloud;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/** Tags between EC2's requests and answers and the lab's maps. */
final class ResourceTags {
    private ResourceTags() {}

    /** The tags that a request gives to resources of a type. */
    static Map<String, String> of(List<TagSpecification> specifications, ResourceType type) {
        Map<String, String> tags = new LinkedHashMap<>();
        specifications.stream()
                .filter(specification -> specification.resourceType() == type)
                .flatMap(specification -> specification.tags().stream())
                .forEach(tag -> tags.put(tag.key(), tag.value()));
        return tags;
    }

    /** Tags as EC2 answers them. */
    static List<Tag> answer(Map<String, String> tags) {
        return tags.entrySet().stream()
                .map(tag ->
                        Tag.builder().key(tag.getKey()).value(tag.getValue()).build())
                .toList();
    }
}
