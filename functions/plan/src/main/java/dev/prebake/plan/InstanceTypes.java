package dev.prebake.plan;

import dev.prebake.kernel.Architecture;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** EC2 instance types: their names (https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html). */
final class InstanceTypes {
    /** A type's name: {@code m7i.4xlarge}, {@code m7i-flex.large}, {@code u-6tb1.112xlarge}. */
    private static final Pattern NAME = Pattern.compile("(?<family>[a-z][a-z0-9-]{0,19})\\.[a-z0-9][a-z0-9-]{0,19}");
    /** Series, generation, options: {@code im}{@code 4}{@code gn}. */
    private static final Pattern FAMILY = Pattern.compile("[a-z]+[0-9]+(?<options>[a-z]*)(?:-.*)?");

    private InstanceTypes() {}

    /**
     * The builders to try when the input names none, in this order.
     *
     * <p>A bake is bound by the network and by the volume, and unpacking takes a core an image. At this size ("4xlarge", 16
     * vCPUs) these families have at least 5 Gbit/s to EBS at all times (10 at its peak) and up to 12.5 Gbit/s or more to the
     * registry (https://docs.aws.amazon.com/ec2/latest/instancetypes/gp.html), at about a dollar an hour. Different
     * generations and makers follow one another, because EC2 seldom lacks all of them at once.
     */
    static List<String> defaultsFor(Architecture architecture) {
        return switch (architecture) {
            case AMD64 ->
                List.of("m7i.4xlarge", "m6i.4xlarge", "m7a.4xlarge", "c7i.4xlarge", "c6i.4xlarge", "m6a.4xlarge");
            case ARM64 ->
                List.of("m7g.4xlarge", "m6g.4xlarge", "m8g.4xlarge", "c7g.4xlarge", "c6g.4xlarge", "r7g.4xlarge");
        };
    }

    /** Whether the text has the form of an instance type's name. */
    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /**
     * The architecture of a type: Graviton families have the option {@code g} right behind the generation ({@code m7g},
     * {@code c6gn}, {@code im4gn}), or are {@code a1}; all others are x86.
     */
    static Architecture architectureOf(String instanceType) {
        String family = instanceType.substring(0, instanceType.indexOf('.'));
        if (family.equals("a1")) {
            return Architecture.ARM64;
        }
        Matcher parts = FAMILY.matcher(family);
        return parts.matches() && parts.group("options").startsWith("g") ? Architecture.ARM64 : Architecture.AMD64;
    }
}
