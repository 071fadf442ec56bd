package dev.prebake.operate;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.prebake.kernel.Json;
import java.util.List;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.DescribeStateMachineRequest;
import software.amazon.awssdk.services.sfn.model.ListStateMachinesRequest;
import software.amazon.awssdk.services.sfn.model.StateMachineListItem;

/** Finds the workflow's state machine, whose name is a generated one on AWS. */
public final class StateMachines {
    /** How the Comment of {@code statemachine/image-cache.asl.json} begins. */
    static final String COMMENT = "Prebake: bakes container images";

    private final SfnClient states;

    /** Makes it over Step Functions. */
    public StateMachines(SfnClient states) {
        this.states = states;
    }

    /**
     * The ARN of the only one there is.
     *
     * @throws OperateException when there is none, or are several
     */
    public String only() {
        List<String> found = AwsCalls.call(
                        "Listing the state machines",
                        () -> states
                                .listStateMachinesPaginator(
                                        ListStateMachinesRequest.builder().build())
                                .stream()
                                .flatMap(page -> page.stateMachines().stream())
                                .map(StateMachineListItem::stateMachineArn)
                                .toList())
                .stream()
                .filter(this::isOurs)
                .toList();
        return switch (found.size()) {
            case 1 -> found.getFirst();
            case 0 ->
                throw new OperateException(
                        "Looking for Prebake's state machine failed: none in this account and region has its definition. Set"
                                + " AWS_REGION and AWS_PROFILE to where it is deployed, deploy it (npx cdk deploy"
                                + " PrebakeImageCache), or name it with --state-machine.");
            default ->
                throw new OperateException("Looking for Prebake's state machine found " + found.size()
                        + ". Name one with --state-machine or PREBAKE_STATE_MACHINE:"
                        + found.stream().map(arn -> "\n  " + arn).collect(Collectors.joining()));
        };
    }

    /**
     * What a state machine deploys.
     *
     * @throws OperateException when it is not the workflow's
     */
    public Deployment deployment(String arn) {
        return Deployment.of(arn, definition(arn));
    }

    private String definition(String arn) {
        var describe =
                DescribeStateMachineRequest.builder().stateMachineArn(arn).build();
        return AwsCalls.call(
                "Looking at the state machine " + arn,
                () -> states.describeStateMachine(describe).definition());
    }

    private boolean isOurs(String arn) {
        try {
            return Json.mapper()
                    .readTree(definition(arn))
                    .path("Comment")
                    .asText()
                    .startsWith(COMMENT);
        } catch (JsonProcessingException e) {
            // Somebody else's, encrypted with a key that we may not use, say.
            return false;
        }
    }
}
