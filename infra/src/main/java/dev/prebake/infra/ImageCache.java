package dev.prebake.infra;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.prebake.catalogue.Artifacts;
import dev.prebake.catalogue.BakeDocument;
import dev.prebake.catalogue.Definition;
import dev.prebake.catalogue.FunctionCatalogue;
import dev.prebake.catalogue.FunctionEntry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.cloudwatch.Alarm;
import software.amazon.awscdk.services.cloudwatch.ComparisonOperator;
import software.amazon.awscdk.services.cloudwatch.IMetric;
import software.amazon.awscdk.services.cloudwatch.MathExpression;
import software.amazon.awscdk.services.cloudwatch.MetricOptions;
import software.amazon.awscdk.services.cloudwatch.TreatMissingData;
import software.amazon.awscdk.services.cloudwatch.actions.SnsAction;
import software.amazon.awscdk.services.ec2.CfnLaunchTemplate;
import software.amazon.awscdk.services.ec2.CfnSecurityGroup;
import software.amazon.awscdk.services.events.EventField;
import software.amazon.awscdk.services.events.EventPattern;
import software.amazon.awscdk.services.events.Rule;
import software.amazon.awscdk.services.events.RuleTargetInput;
import software.amazon.awscdk.services.events.Schedule;
import software.amazon.awscdk.services.events.targets.LambdaFunction;
import software.amazon.awscdk.services.events.targets.SnsTopic;
import software.amazon.awscdk.services.iam.CfnInstanceProfile;
import software.amazon.awscdk.services.iam.Policy;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.PolicyStatementProps;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.RoleProps;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.lambda.Architecture;
import software.amazon.awscdk.services.lambda.Code;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.lambda.FunctionProps;
import software.amazon.awscdk.services.lambda.Runtime;
import software.amazon.awscdk.services.logs.CfnLogGroup;
import software.amazon.awscdk.services.logs.LogGroup;
import software.amazon.awscdk.services.scheduler.CfnSchedule;
import software.amazon.awscdk.services.sns.ITopic;
import software.amazon.awscdk.services.sns.Topic;
import software.amazon.awscdk.services.ssm.CfnDocument;
import software.amazon.awscdk.services.ssm.CfnParameter;
import software.amazon.awscdk.services.stepfunctions.DefinitionBody;
import software.amazon.awscdk.services.stepfunctions.LogLevel;
import software.amazon.awscdk.services.stepfunctions.LogOptions;
import software.amazon.awscdk.services.stepfunctions.StateMachine;
import software.constructs.Construct;

/**
 * The workflow with all that it works with: functions, builder, command document, published parameter, and what watches and starts
 * it. One for each cache; several in one account don't touch each other.
 */
public final class ImageCache extends Construct {
    /** What the parameter holds before the first bake: no snapshot's ID. */
    public static final String NOTHING_PUBLISHED = "none";

    private final ImageCacheProps props;
    private final Stack stack;
    private final StateMachine stateMachine;
    private final ITopic notifications;

    /**
     * Makes the cache's resources.
     *
     * @throws IllegalStateException when a function's zip isn't built
     */
    public ImageCache(Construct scope, String id, ImageCacheProps props, Artifacts artifacts) {
        super(scope, id);
        this.props = props;
        stack = Stack.of(this);
        BuilderNetwork network = BuilderNetwork.of(this, props);
        LogGroup bakeLogs = logGroup(this, "BakeLogs", null);
        CfnDocument document = document();
        Role builderRole = new Role(
                this,
                "BuilderRole",
                RoleProps.builder()
                        .assumedBy(new ServicePrincipal("ec2.amazonaws.com"))
                        .description("Builders of the image cache " + props.cacheName())
                        .build());
        CfnSecurityGroup securityGroup = securityGroup(network);
        if (props.endpoints()) {
            network.endpoints(
                    this, securityGroup.getAttrGroupId(), !props.secretArns().isEmpty());
        }
        CfnLaunchTemplate launchTemplate = launchTemplate(builderRole, securityGroup);
        var permissions = new HandlerPermissions(
                stack,
                props,
                new HandlerPermissions.Builder(
                        builderRole.getRoleArn(),
                        launchTemplate.getRef(),
                        securityGroup.getAttrGroupId(),
                        network.subnetIds(),
                        document.getRef(),
                        bakeLogs.getLogGroupName()));
        builderPermissions(permissions).forEach(builderRole::addToPolicy);

        parameter();
        Map<String, String> values = new LinkedHashMap<>();
        List<Function> functions = new ArrayList<>();
        Map<String, Function> ofStates = new LinkedHashMap<>();
        Map<String, Function> scheduled = new LinkedHashMap<>();
        for (FunctionEntry entry : FunctionCatalogue.load().functions()) {
            Function function = function(entry, permissions, artifacts);
            functions.add(function);
            if (entry.schedule() == null) {
                ofStates.put(entry.name(), function);
                values.put(entry.name() + "Function", function.getFunctionArn());
            } else {
                scheduled.put(entry.schedule(), function);
            }
        }
        values.put("Defaults", inJson(props.defaults()));
        values.put("KubernetesVersion", props.kubernetesVersion());
        // A word: cfn-lint takes an empty substitution for a missing one.
        values.put("KmsKeyArn", PropertyChecks.or(props.kmsKeyArn(), "none"));
        values.put("LaunchTemplateId", launchTemplate.getRef());
        values.put("SubnetIds", Fn.join(",", network.subnetIds()));
        values.put("BakeDocument", document.getRef());
        values.put("BakeLogGroup", bakeLogs.getLogGroupName());
        stateMachine = stateMachine(values, ofStates.values());
        describesExecutions("TurnPolicy", Objects.requireNonNull(ofStates.get("AwaitTurn")));
        scheduled.forEach(this::sweep);

        notifications = props.notificationTopicArn() == null
                ? Topic.Builder.create(this, "Notifications").enforceSsl(true).build()
                : Topic.fromTopicArn(this, "Notifications", props.notificationTopicArn());
        List<String> watched = new ArrayList<>(List.of(stateMachine.getStateMachineArn()));
        if (props.rebuildOnPush()) {
            RebuildOnPush pushes = new RebuildOnPush(
                    this,
                    props.cacheName(),
                    props.ecrRepositories(),
                    stateMachine,
                    workflowLogs("PushLogs", "-pushes"));
            watched.add(pushes.waiting().getStateMachineArn());
        }
        watch(watched);
        new CacheDashboard(this, bakeLogs, props.cacheName()).build(stateMachine, functions);
        schedule();
    }

    /** The workflow. */
    public StateMachine stateMachine() {
        return stateMachine;
    }

    /** Hears of failed executions. */
    public ITopic notifications() {
        return notifications;
    }

    private CfnDocument document() {
        return CfnDocument.Builder.create(this, "BakeDocument")
                .documentType("Command")
                .documentFormat("JSON")
                .targetType("/AWS::EC2::Instance")
                .updateMethod("NewVersion")
                .content(content())
                .build();
    }

    /** As CloudFormation takes it: an object, not its text. */
    private static Object content() {
        try {
            return new ObjectMapper().readValue(BakeDocument.content(), new TypeReference<Map<String, Object>>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The bake's document is no JSON object.", e);
        }
    }

    /** No way in; out to registries and AWS's services. */
    private CfnSecurityGroup securityGroup(BuilderNetwork network) {
        return CfnSecurityGroup.Builder.create(this, "BuilderSecurityGroup")
                .groupDescription("Prebake builders: nothing in, HTTPS and name look-ups out")
                .vpcId(network.vpcId())
                .securityGroupEgress(List.of(CfnSecurityGroup.EgressProperty.builder()
                        .ipProtocol("-1")
                        .cidrIp("0.0.0.0/0")
                        .description("Registries may answer on any port")
                        .build()))
                .build();
    }

    /** The rest of an instance's settings comes with LaunchBuilder's own call. */
    private CfnLaunchTemplate launchTemplate(Role role, CfnSecurityGroup securityGroup) {
        CfnInstanceProfile profile = CfnInstanceProfile.Builder.create(this, "BuilderProfile")
                .roles(List.of(role.getRoleName()))
                .build();
        return CfnLaunchTemplate.Builder.create(this, "BuilderTemplate")
                .launchTemplateData(CfnLaunchTemplate.LaunchTemplateDataProperty.builder()
                        .iamInstanceProfile(CfnLaunchTemplate.IamInstanceProfileProperty.builder()
                                .arn(profile.getAttrArn())
                                .build())
                        .securityGroupIds(List.of(securityGroup.getAttrGroupId()))
                        .instanceInitiatedShutdownBehavior("terminate")
                        .metadataOptions(CfnLaunchTemplate.MetadataOptionsProperty.builder()
                                .httpEndpoint("enabled")
                                .httpTokens("required")
                                .httpPutResponseHopLimit(1)
                                .build())
                        .blockDeviceMappings(List.of(CfnLaunchTemplate.BlockDeviceMappingProperty.builder()
                                .deviceName("/dev/xvda")
                                .ebs(CfnLaunchTemplate.EbsProperty.builder()
                                        .encrypted(true)
                                        .kmsKeyId(props.kmsKeyArn())
                                        .volumeType("gp3")
                                        .deleteOnTermination(true)
                                        .build())
                                .build()))
                        .build())
                .build();
    }

    /**
     * What the SSM agent needs to take commands and nothing more of AmazonSSMManagedInstanceCore
     * (https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-instance-permissions.html), the command's output, and
     * registries.
     */
    private static List<PolicyStatement> builderPermissions(HandlerPermissions permissions) {
        List<PolicyStatement> statements = new ArrayList<>(permissions.registries());
        statements.add(allow(
                List.of("*"),
                "ssm:UpdateInstanceInformation",
                "ssm:ListInstanceAssociations",
                "ssm:ListAssociations",
                "ssmmessages:CreateControlChannel",
                "ssmmessages:CreateDataChannel",
                "ssmmessages:OpenControlChannel",
                "ssmmessages:OpenDataChannel",
                "ec2messages:AcknowledgeMessage",
                "ec2messages:DeleteMessage",
                "ec2messages:FailMessage",
                "ec2messages:GetEndpoint",
                "ec2messages:GetMessages",
                "ec2messages:SendReply",
                // The agent lists groups before it writes, and IAM knows no narrower resource for that.
                "logs:DescribeLogGroups"));
        statements.add(allow(
                List.of(permissions.bakeLogs()),
                "logs:CreateLogStream",
                "logs:DescribeLogStreams",
                "logs:PutLogEvents"));
        return statements;
    }

    /**
     * Its value is CloudFormation's until the first bake; PublishSnapshot writes over it, and no update of the stack touches it
     * while this placeholder stays as it is.
     */
    private void parameter() {
        CfnParameter.Builder.create(this, "Published")
                .name(props.parameterName())
                .type("String")
                .description("Snapshot of the image cache " + props.cacheName() + ", written by its workflow")
                .value(NOTHING_PUBLISHED)
                .build();
    }

    private Function function(FunctionEntry entry, HandlerPermissions permissions, Artifacts artifacts) {
        Construct scope = new Construct(this, entry.name());
        LogGroup logs = logGroup(scope, "Logs", null);
        Role role = new Role(
                scope,
                "Role",
                RoleProps.builder()
                        .assumedBy(new ServicePrincipal("lambda.amazonaws.com"))
                        .build());
        role.addToPolicy(allow(List.of(logs.getLogGroupArn()), "logs:CreateLogStream", "logs:PutLogEvents"));
        permissions.of(entry).forEach(role::addToPolicy);
        return new Function(
                scope,
                "Function",
                FunctionProps.builder()
                        .description("Prebake: " + entry.name())
                        .runtime(Runtime.JAVA_25)
                        .architecture(Architecture.ARM_64)
                        .handler(entry.handler())
                        .code(Code.fromAsset(artifacts.zip(entry).toString()))
                        .memorySize(entry.memoryMiB())
                        .timeout(Duration.seconds(entry.timeoutSeconds()))
                        .role(role)
                        .logGroup(logs)
                        .build());
    }

    private LogGroup logGroup(Construct scope, String id, @Nullable String name) {
        LogGroup logs = LogGroup.Builder.create(scope, id)
                .logGroupName(name)
                .removalPolicy(RemovalPolicy.DESTROY)
                .build();
        // The construct takes an enumeration where CloudFormation takes days.
        Object group = Objects.requireNonNull(logs.getNode().getDefaultChild());
        ((CfnLogGroup) group).setRetentionInDays(props.logRetentionDays());
        return logs;
    }

    /**
     * Under this prefix the policy of Logs that lets Step Functions in stays short
     * (https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html).
     */
    private LogGroup workflowLogs(String id, String ending) {
        return logGroup(this, id, "/aws/vendedlogs/states/" + stack.getStackName() + "-" + props.cacheName() + ending);
    }

    private StateMachine stateMachine(Map<String, String> values, Collection<Function> functions) {
        LogGroup logs = workflowLogs("WorkflowLogs", "");
        StateMachine machine = StateMachine.Builder.create(this, "StateMachine")
                // Its time-out stands in the definition: the CDK would drop one that is given here.
                .definitionBody(DefinitionBody.fromString(Definition.text()))
                .definitionSubstitutions(values)
                .logs(LogOptions.builder()
                        .destination(logs)
                        .level(LogLevel.ALL)
                        .includeExecutionData(true)
                        .build())
                .tracingEnabled(true)
                .build();
        machine.addToRolePolicy(
                allow(functions.stream().map(Function::getFunctionArn).toList(), "lambda:InvokeFunction"));
        return machine;
    }

    /** Failed executions raise an alarm and say why. */
    private void watch(List<String> stateMachineArns) {
        MetricOptions sums = MetricOptions.builder()
                .statistic("Sum")
                .period(Duration.minutes(5))
                .build();
        Map<String, IMetric> failures = new LinkedHashMap<>();
        failures.put("failed", stateMachine.metricFailed(sums));
        failures.put("timedOut", stateMachine.metricTimedOut(sums));
        failures.put("aborted", stateMachine.metricAborted(sums));
        Alarm alarm = Alarm.Builder.create(this, "FailedExecutions")
                .alarmDescription("An execution of the image cache " + props.cacheName() + " did not succeed")
                .metric(MathExpression.Builder.create()
                        .expression("failed + timedOut + aborted")
                        .label("executions that did not succeed")
                        .usingMetrics(failures)
                        .period(Duration.minutes(5))
                        .build())
                .threshold(1)
                .evaluationPeriods(1)
                .comparisonOperator(ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD)
                .treatMissingData(TreatMissingData.NOT_BREACHING)
                .build();
        alarm.addAlarmAction(new SnsAction(notifications));
        Rule.Builder.create(this, "ExecutionFailed")
                .description("Says why an execution of the image cache " + props.cacheName() + " did not succeed")
                .eventPattern(EventPattern.builder()
                        .source(List.of("aws.states"))
                        .detailType(List.of("Step Functions Execution Status Change"))
                        .detail(sorted(Map.of(
                                "stateMachineArn",
                                stateMachineArns,
                                "status",
                                List.of("FAILED", "TIMED_OUT", "ABORTED"))))
                        .build())
                .targets(List.of(new SnsTopic(notifications)))
                .build();
    }

    private void schedule() {
        String expression = props.schedule();
        if (expression == null) {
            return;
        }
        Role role = new Role(
                this,
                "ScheduleRole",
                RoleProps.builder()
                        .assumedBy(new ServicePrincipal("scheduler.amazonaws.com"))
                        .build());
        role.addToPolicy(allow(List.of(stateMachine.getStateMachineArn()), "states:StartExecution"));
        CfnSchedule schedule = CfnSchedule.Builder.create(this, "Schedule")
                .description("Rebuilds the image cache " + props.cacheName())
                .scheduleExpression(expression)
                .scheduleExpressionTimezone(props.scheduleTimezone())
                .flexibleTimeWindow(CfnSchedule.FlexibleTimeWindowProperty.builder()
                        .mode("OFF")
                        .build())
                .target(CfnSchedule.TargetProperty.builder()
                        .arn(stateMachine.getStateMachineArn())
                        .roleArn(role.getRoleArn())
                        .input("{}")
                        .build())
                .build();
        // The role's own policy has to be there when the schedule is: it may fire at once.
        schedule.getNode().addDependency(role);
    }

    /** Tells the function what is this workflow's, and asks it to remove what its executions have left. */
    private void sweep(String schedule, Function function) {
        function.addToRolePolicy(allow(List.of(stateMachine.getStateMachineArn()), "states:ListExecutions"));
        function.addToRolePolicy(allow(List.of(executions()), "states:DescribeExecution"));
        Rule.Builder.create(this, "SweepSchedule")
                .description("Removes what lost executions of the image cache " + props.cacheName() + " left")
                .schedule(Schedule.expression(schedule))
                .targets(List.of(LambdaFunction.Builder.create(function)
                        .event(RuleTargetInput.fromObject(sorted(Map.of(
                                "time", EventField.getTime(),
                                "detail",
                                        sorted(Map.of(
                                                "stateMachineArn", stateMachine.getStateMachineArn(),
                                                "cacheName", props.cacheName(),
                                                "parameterName", props.parameterName()))))))
                        .build()))
                .build();
    }

    /**
     * In a policy of its own: a function waits for its role's default policy, and that one would wait for the workflow, which waits for the
     * function.
     */
    private void describesExecutions(String id, Function function) {
        Policy.Builder.create(this, id)
                .statements(List.of(allow(List.of(executions()), "states:DescribeExecution")))
                .roles(List.of(Objects.requireNonNull(function.getRole())))
                .build();
    }

    private String executions() {
        return Fn.join(
                ":",
                List.of(
                        "arn",
                        stack.getPartition(),
                        "states",
                        stack.getRegion(),
                        stack.getAccount(),
                        "execution",
                        stateMachine.getStateMachineName(),
                        "*"));
    }

    /** In one order, so that the same properties give the same template. */
    static Map<String, Object> sorted(Map<String, Object> map) {
        return new TreeMap<>(map);
    }

    /** As it stands in a JSON string: CloudFormation puts it into the definition as it is. */
    private static String inJson(String text) {
        return new String(JsonStringEncoder.getInstance().quoteAsString(text));
    }

    private static PolicyStatement allow(List<String> resources, String... actions) {
        return new PolicyStatement(PolicyStatementProps.builder()
                .actions(List.of(actions))
                .resources(resources)
                .build());
    }
}
