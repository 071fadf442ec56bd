package dev.prebake.infra;

import io.github.cdklabs.cdknag.AwsSolutionsChecks;
import io.github.cdklabs.cdknag.NagPackSuppression;
import io.github.cdklabs.cdknag.NagSuppressions;
import java.util.List;
import software.amazon.awscdk.Aspects;
import software.amazon.awscdk.assertions.Annotations;
import software.amazon.awscdk.assertions.Match;

/** cdk-nag's AwsSolutions on the image cache's stack, but for what is suppressed with a reason. */
final class Nag {
    private Nag() {}

    /** To be called before the template is made. */
    static void check(ImageCacheStack stack) {
        Aspects.of(stack).add(new AwsSolutionsChecks());
        NagSuppressions.addStackSuppressions(
                stack,
                List.of(
                        suppression(
                                "AwsSolutions-IAM5",
                                "Describe calls and the SSM agent's know no resources; every other wildcard is narrowed by the"
                                        + " tags of what bakes make, or spans the streams of one log group"),
                        suppression(
                                "AwsSolutions-VPC7",
                                "Nobody can connect to a builder, and it runs for minutes: flow logs would cost more than they tell")));
    }

    static void assertClean(ImageCacheStack stack) {
        Annotations annotations = Annotations.fromStack(stack);
        annotations.hasNoError("*", Match.stringLikeRegexp("AwsSolutions-.*"));
        annotations.hasNoWarning("*", Match.stringLikeRegexp("AwsSolutions-.*"));
    }

    private static NagPackSuppression suppression(String id, String reason) {
        return NagPackSuppression.builder().id(id).reason(reason).build();
    }
}
