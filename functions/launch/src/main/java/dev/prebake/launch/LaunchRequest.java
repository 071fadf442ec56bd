package dev.prebake.launch;

import dev.prebake.kernel.BakePlan;
import java.util.List;

/**
 * What LaunchBuilder is handed.
 *
 * @param plan what to bake
 * @param execution name of the execution
 * @param imageParameter name of the public SSM parameter that holds the AMI's ID
 * @param launchTemplateId the deployment's launch template: instance profile and security group
 * @param subnetIds subnets to launch in, in the order to try
 */
public record LaunchRequest(
        BakePlan plan, String execution, String imageParameter, String launchTemplateId, List<String> subnetIds) {}
