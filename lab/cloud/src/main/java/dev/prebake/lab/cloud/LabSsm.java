package dev.prebake.lab.cloud;

import java.util.List;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.DeleteParameterRequest;
import software.amazon.awssdk.services.ssm.model.DeleteParameterResponse;
import software.amazon.awssdk.services.ssm.model.DescribeInstanceInformationRequest;
import software.amazon.awssdk.services.ssm.model.DescribeInstanceInformationResponse;
import software.amazon.awssdk.services.ssm.model.DescribeParametersRequest;
import software.amazon.awssdk.services.ssm.model.DescribeParametersResponse;
import software.amazon.awssdk.services.ssm.model.GetCommandInvocationRequest;
import software.amazon.awssdk.services.ssm.model.GetCommandInvocationResponse;
import software.amazon.awssdk.services.ssm.model.GetParameterHistoryRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterHistoryResponse;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterResponse;
import software.amazon.awssdk.services.ssm.model.GetParametersByPathRequest;
import software.amazon.awssdk.services.ssm.model.GetParametersByPathResponse;
import software.amazon.awssdk.services.ssm.model.GetParametersRequest;
import software.amazon.awssdk.services.ssm.model.GetParametersResponse;
import software.amazon.awssdk.services.ssm.model.InstanceInformation;
import software.amazon.awssdk.services.ssm.model.InstanceInformationStringFilter;
import software.amazon.awssdk.services.ssm.model.ListCommandInvocationsRequest;
import software.amazon.awssdk.services.ssm.model.ListCommandInvocationsResponse;
import software.amazon.awssdk.services.ssm.model.ListCommandsRequest;
import software.amazon.awssdk.services.ssm.model.ListCommandsResponse;
import software.amazon.awssdk.services.ssm.model.PlatformType;
import software.amazon.awssdk.services.ssm.model.PutParameterRequest;
import software.amazon.awssdk.services.ssm.model.PutParameterResponse;
import software.amazon.awssdk.services.ssm.model.SendCommandRequest;
import software.amazon.awssdk.services.ssm.model.SendCommandResponse;

/** Systems Manager, as far as a bake goes: parameters, and commands on the lab's machines. */
final class LabSsm implements SsmClient {
    private final LabParameters parameters;
    private final Commands commands;
    private final Instances instances;

    LabSsm(LabParameters parameters, Commands commands, Instances instances) {
        this.parameters = parameters;
        this.commands = commands;
        this.instances = instances;
    }

    @Override
    public GetParameterResponse getParameter(GetParameterRequest request) {
        return parameters.get(request);
    }

    @Override
    public GetParameterHistoryResponse getParameterHistory(GetParameterHistoryRequest request) {
        return parameters.history(request);
    }

    @Override
    public DeleteParameterResponse deleteParameter(DeleteParameterRequest request) {
        return parameters.delete(request);
    }

    @Override
    public GetParametersResponse getParameters(GetParametersRequest request) {
        return parameters.lists().get(request);
    }

    @Override
    public GetParametersByPathResponse getParametersByPath(GetParametersByPathRequest request) {
        return parameters.lists().byPath(request);
    }

    @Override
    public DescribeParametersResponse describeParameters(DescribeParametersRequest request) {
        return parameters.lists().describe(request);
    }

    @Override
    public PutParameterResponse putParameter(PutParameterRequest request) {
        return parameters.put(request);
    }

    @Override
    public DescribeInstanceInformationResponse describeInstanceInformation(DescribeInstanceInformationRequest request) {
        return DescribeInstanceInformationResponse.builder()
                .instanceInformationList(instances.running().stream()
                        .flatMap(instance -> instances.agent(instance.instanceId()).stream()
                                .map(agent -> InstanceInformation.builder()
                                        .instanceId(instance.instanceId())
                                        .pingStatus(agent)
                                        .platformType(PlatformType.LINUX)
                                        .build()))
                        .filter(instance -> request.filters().stream().allMatch(filter -> passes(instance, filter)))
                        .toList())
                .build();
    }

    @Override
    public SendCommandResponse sendCommand(SendCommandRequest request) {
        return commands.send(request);
    }

    @Override
    public ListCommandsResponse listCommands(ListCommandsRequest request) {
        return commands.list(request);
    }

    @Override
    public ListCommandInvocationsResponse listCommandInvocations(ListCommandInvocationsRequest request) {
        return commands.listInvocations(request);
    }

    @Override
    public GetCommandInvocationResponse getCommandInvocation(GetCommandInvocationRequest request) {
        return commands.invocation(request);
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {
        // The commands end with their machines.
    }

    private static boolean passes(InstanceInformation instance, InstanceInformationStringFilter filter) {
        List<String> present = switch (filter.key()) {
            case "InstanceIds" -> List.of(instance.instanceId());
            case "PingStatus" -> List.of(instance.pingStatusAsString());
            case "PlatformTypes" -> List.of(PlatformType.LINUX.toString());
            default ->
                throw AwsAnswers.ssm(
                        "InvalidFilterKey",
                        "The filter key '" + filter.key()
                                + "' is not one of the lab's: InstanceIds, PingStatus, PlatformTypes.");
        };
        return filter.values().stream().anyMatch(present::contains);
    }
}
