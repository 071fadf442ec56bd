package dev.prebake.lab.cloud;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.prebake.kernel.Architecture;
import dev.prebake.kernel.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the stack deploys on AWS, as the lab has it: the resources that the definition's placeholders name, and the defaults
 * that an execution's input is merged over.
 *
 * @param architecture architecture of this host; the lab has no other
 * @param subnets subnet IDs with their availability zones, in the order to try
 * @param defaults default of every input field that has one
 * @param kmsKeyArn KMS key for volumes and snapshots; absent for the account's default. Kept, nothing is encrypted
 */
record Deployment(
        Architecture architecture,
        Map<String, String> subnets,
        Map<String, Object> defaults,
        @Nullable String kmsKeyArn) {
    static final String STATE_MACHINE = "prebake";

    static final String KUBERNETES_VERSION = "1.36";
    private static final String IMAGE_PARAMETER = "/aws/service/eks/optimized-ami/" + KUBERNETES_VERSION
            + "/amazon-linux-2023/%s/standard/recommended/image_id";

    /** The lab's deployment on a host of an architecture; its first zone has Fast Snapshot Restore by default. */
    static Deployment on(Architecture architecture, @Nullable String kmsKeyArn) {
        Map<String, String> subnets = new LinkedHashMap<>();
        for (String letter : List.of("a", "b", "c")) {
            subnets.put("subnet-0" + letter.repeat(16), Account.REGION + letter);
        }
        Map<String, Object> defaults = new LinkedHashMap<>();
        defaults.put("cacheName", "default");
        defaults.put("architecture", architecture.ociName());
        defaults.put("volumeIops", 6000);
        defaults.put("volumeThroughputMiBps", 500);
        defaults.put("fastRestoreZones", List.of(Account.REGION + "a"));
        defaults.put("retainSnapshots", 3);
        return new Deployment(architecture, subnets, defaults, kmsKeyArn);
    }

    /** The same with images that an execution bakes whose input names none. */
    Deployment baking(List<String> images) {
        if (images.isEmpty()) {
            return this;
        }
        Map<String, Object> more = new LinkedHashMap<>(defaults);
        more.put("images", images);
        return new Deployment(architecture, subnets, more, kmsKeyArn);
    }

    String launchTemplateId() {
        return "lt-0" + "b".repeat(16);
    }

    String bakeDocument() {
        return "Prebake-Bake";
    }

    String bakeLogGroup() {
        return "/prebake/bake";
    }

    List<String> zones() {
        return List.copyOf(subnets.values());
    }

    String stateMachineArn() {
        return "arn:aws:states:" + Account.REGION + ":" + Account.ID + ":stateMachine:" + STATE_MACHINE;
    }

    /** The public parameters that name the EKS images, and the images. */
    Map<String, String> imageParameters() {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (Architecture each : Architecture.values()) {
            parameters.put(IMAGE_PARAMETER.formatted(each.ec2Name()), imageId(each));
        }
        return parameters;
    }

    /** The EKS images, by their IDs, with the architecture of each. */
    Map<String, Architecture> images() {
        Map<String, Architecture> images = new LinkedHashMap<>();
        for (Architecture each : Architecture.values()) {
            images.put(imageId(each), each);
        }
        return images;
    }

    /** The architecture of an image; an image that isn't the lab's is taken for the host's own. */
    Architecture architectureOf(String imageId) {
        return imageId.equals(imageId(Architecture.ARM64)) ? Architecture.ARM64 : Architecture.AMD64;
    }

    /** Values of the definition's placeholders; the functions are named as their states are. */
    Map<String, String> substitutions(List<String> functions) {
        Map<String, String> values = new LinkedHashMap<>();
        functions.forEach(function -> values.put(function + "Function", function));
        try {
            values.put("Defaults", Json.mapper().writeValueAsString(defaults));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The lab's defaults are no JSON.", e);
        }
        values.put("KubernetesVersion", KUBERNETES_VERSION);
        values.put("KmsKeyArn", kmsKeyArn == null ? "none" : kmsKeyArn);
        values.put("LaunchTemplateId", launchTemplateId());
        values.put("SubnetIds", String.join(",", subnets.keySet()));
        values.put("BakeDocument", bakeDocument());
        values.put("BakeLogGroup", bakeLogGroup());
        return values;
    }

    private static String imageId(Architecture architecture) {
        return "ami-0" + (architecture == Architecture.ARM64 ? "a" : "e").repeat(16);
    }
}
