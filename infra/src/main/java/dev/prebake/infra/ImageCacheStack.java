package dev.prebake.infra;

import dev.prebake.catalogue.Artifacts;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.CfnOutputProps;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.constructs.Construct;

/** One image cache, and how to use it as outputs. */
public final class ImageCacheStack extends Stack {
    /** Makes the stack, of no account or region in particular. */
    public ImageCacheStack(Construct scope, String id, ImageCacheProps props, Artifacts artifacts) {
        super(
                scope,
                id,
                StackProps.builder()
                        .description("Prebake: bakes container images into EBS snapshots")
                        .build());
        ImageCache cache = new ImageCache(this, "ImageCache", props, artifacts);
        String arn = cache.stateMachine().getStateMachineArn();
        output("StateMachineArn", "The workflow.", arn);
        output(
                "StartCommand",
                "Starts a bake with the deployment's defaults; any field of the input overrides one.",
                "aws stepfunctions start-execution --region " + getRegion() + " --state-machine-arn " + arn
                        + " --input '{}'");
        output(
                "Console",
                "The workflow in the console.",
                "https://" + getRegion() + ".console.aws.amazon.com/states/home?region=" + getRegion()
                        + "#/statemachines/view/" + arn);
        output("ParameterName", "SSM parameter with the published snapshot's ID.", props.parameterName());
        output(
                "NotificationTopicArn",
                "SNS topic that hears of failed executions.",
                cache.notifications().getTopicArn());
        if (props.kmsKeyArn() != null) {
            output(
                    "NodesKeyGrant",
                    "Lets nodes of this account's Auto Scaling groups, EKS's node groups among them, start from the snapshots; once.",
                    "aws kms create-grant --region " + getRegion() + " --key-id " + props.kmsKeyArn()
                            + " --grantee-principal arn:" + getPartition() + ":iam::" + getAccount()
                            + ":role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
                            + " --operations Encrypt Decrypt ReEncryptFrom ReEncryptTo GenerateDataKey"
                            + " GenerateDataKeyWithoutPlaintext DescribeKey CreateGrant");
        }
    }

    private void output(String name, String description, String value) {
        new CfnOutput(
                this,
                name,
                CfnOutputProps.builder().description(description).value(value).build());
    }
}
