package dev.prebake.lab.cloud;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.InstanceStateName;

/**
 * An instance of the lab.
 *
 * @param instanceId its ID
 * @param instanceType type as asked for; kept, not enforced: every machine of the lab has what this host has
 * @param imageId its AMI's ID
 * @param subnetId its subnet
 * @param availabilityZone its zone
 * @param launchedAt when it was launched
 * @param clientToken the launch's token; absent when none was given
 * @param tags its tags
 * @param state its state
 * @param reason why it is in that state, as EC2 words it; absent when there is nothing to say
 */
record LabInstance(
        String instanceId,
        String instanceType,
        String imageId,
        String subnetId,
        String availabilityZone,
        Instant launchedAt,
        @Nullable String clientToken,
        Map<String, String> tags,
        InstanceStateName state,
        @Nullable String reason) {
    LabInstance in(InstanceStateName next, @Nullable String why) {
        return new LabInstance(
                instanceId,
                instanceType,
                imageId,
                subnetId,
                availabilityZone,
                launchedAt,
                clientToken,
                tags,
                next,
                why);
    }
}
