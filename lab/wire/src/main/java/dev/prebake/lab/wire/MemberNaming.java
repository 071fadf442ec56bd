package dev.prebake.lab.wire;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.SdkField;

/** How a service names the members of a request that it misses, and what it says of them. */
enum MemberNaming {
    /** Of EC2: by the parameter, as in {@code TagSpecification.1.ResourceType}; it names the first one. */
    PARAMETERS {
        @Override
        String member(String parent, SdkField<?> field) {
            return parent + field.locationName();
        }

        @Override
        String element(String list, int number) {
            return list + "." + number;
        }

        @Override
        String entry(String map, String key) {
            return map + "." + key;
        }

        @Override
        String complaint(List<String> missing) {
            return "The request must contain the parameter " + missing.getFirst();
        }
    },

    /** Of everything else: by the model's member, as in {@code tags.1.member.key}; all of them. */
    MEMBERS {
        @Override
        String member(String parent, SdkField<?> field) {
            var name = field.memberName();
            return parent + name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
        }

        @Override
        String element(String list, int number) {
            return list + "." + number + ".member";
        }

        @Override
        String entry(String map, String key) {
            return map + "." + key + ".member";
        }

        @Override
        String complaint(List<String> missing) {
            return missing.stream()
                    .map(member ->
                            "Value null at '" + member + "' failed to satisfy constraint: Member must not be null")
                    .collect(Collectors.joining(
                            "; ",
                            missing.size() + " validation error" + (missing.size() == 1 ? "" : "s") + " detected: ",
                            ""));
        }
    };

    /** The name of a structure's member; the parent's ends with a dot, and is empty at the top. */
    abstract String member(String parent, SdkField<?> field);

    /** The name of a list's element, counted from 1. */
    abstract String element(String list, int number);

    abstract String entry(String map, String key);

    /** What the client is told; the list isn't empty. */
    abstract String complaint(List<String> missing);
}
