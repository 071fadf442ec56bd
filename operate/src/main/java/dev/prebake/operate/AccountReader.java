package dev.prebake.operate;

import dev.prebake.kernel.AwsError;
import dev.prebake.kernel.FastRestores;
import dev.prebake.operate.AccountFacts.Deployed;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoreSuccessItem;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesRequest;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Volume;
import software.amazon.awssdk.services.ec2.model.VolumeType;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.servicequotas.ServiceQuotasClient;
import software.amazon.awssdk.services.servicequotas.model.GetAwsDefaultServiceQuotaRequest;
import software.amazon.awssdk.services.servicequotas.model.GetServiceQuotaRequest;
import software.amazon.awssdk.services.servicequotas.model.NoSuchResourceException;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.GetExecutionHistoryRequest;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.GetParameterHistoryRequest;
import software.amazon.awssdk.services.ssm.model.GetParametersRequest;
import software.amazon.awssdk.services.ssm.model.Parameter;
import software.amazon.awssdk.services.ssm.model.SsmException;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityRequest;

/** Looks at an account, and tries what operating takes: by reading, and by dry runs of EC2 and Lambda. Nothing is changed. */
public final class AccountReader {
    /** Asked for where nothing is deployed. */
    private static final String DEFAULT_PARAMETER = "/prebake/default/snapshot-id";

    private final StsClient sts;
    private final SfnClient states;
    private final SsmClient ssm;
    private final Ec2Client ec2;
    private final LambdaClient lambda;
    private final ServiceQuotasClient quotas;

    /** Makes it over AWS. */
    public AccountReader(
            StsClient sts,
            SfnClient states,
            SsmClient ssm,
            Ec2Client ec2,
            LambdaClient lambda,
            ServiceQuotasClient quotas) {
        this.sts = sts;
        this.states = states;
        this.ssm = ssm;
        this.ec2 = ec2;
        this.lambda = lambda;
        this.quotas = quotas;
    }

    /**
     * Looks.
     *
     * @param stateMachineArn the deployment's state machine; absent for the only one there is
     */
    public AccountFacts read(@Nullable String stateMachineArn) {
        Answer<String> identity = Answer.to(
                "sts:GetCallerIdentity",
                () -> sts.getCallerIdentity(GetCallerIdentityRequest.builder().build())
                        .arn());
        if (identity.value() == null) {
            return new AccountFacts(identity, null, List.of(), Map.of(), null, null);
        }
        Answer<Deployed> deployment = Answer.to("states:ListStateMachines", () -> deployed(stateMachineArn));
        Map<Quota, Answer<Double>> limits = new EnumMap<>(Quota.class);
        for (Quota quota : Quota.values()) {
            limits.put(quota, Answer.to("servicequotas:GetServiceQuota", () -> limit(quota)));
        }
        return new AccountFacts(
                identity,
                deployment,
                rights(deployment.value()),
                limits,
                Answer.to("ec2:DescribeFastSnapshotRestores", this::fastRestores),
                Answer.to("ec2:DescribeVolumes", this::gp3GiB));
    }

    private Deployed deployed(@Nullable String stateMachineArn) {
        StateMachines machines = new StateMachines(states);
        String arn = stateMachineArn == null ? machines.only() : stateMachineArn;
        Deployment deployment = machines.deployment(arn);
        Cache cache = new Caches(states, deployment).find(null);
        return new Deployed(
                deployment,
                cache,
                new Executions(states, arn).newest().orElse(null),
                Answer.to("ssm:GetParameters", () -> value(cache.parameterName())));
    }

    /** What a parameter holds. */
    private String value(String parameterName) {
        var get = GetParametersRequest.builder().names(parameterName).build();
        return ssm.getParameters(get).parameters().stream()
                .findFirst()
                .map(Parameter::value)
                .orElse(AccountFacts.NOTHING);
    }

    private List<Answer<Boolean>> rights(@Nullable Deployed deployed) {
        List<Answer<Boolean>> rights = new ArrayList<>();
        Execution newest = deployed == null ? null : deployed.newest();
        if (newest != null) {
            rights.add(Answer.to("states:GetExecutionHistory", () -> {
                states.getExecutionHistory(GetExecutionHistoryRequest.builder()
                        .executionArn(newest.executionArn())
                        .maxResults(1)
                        .build());
                return true;
            }));
        }
        String parameterName =
                deployed == null ? DEFAULT_PARAMETER : deployed.cache().parameterName();
        rights.add(Answer.to("ssm:GetParameters", () -> !value(parameterName).isEmpty()));
        rights.add(Answer.to("ssm:GetParameterHistory", () -> history(parameterName)));
        rights.add(Answer.toDryRun(
                "ec2:DescribeSnapshots",
                () -> ec2.describeSnapshots(DescribeSnapshotsRequest.builder()
                        .ownerIds("self")
                        .dryRun(true)
                        .build())));
        rights.add(Answer.toDryRun(
                "ec2:DescribeFastSnapshotRestores",
                () -> ec2.describeFastSnapshotRestores(DescribeFastSnapshotRestoresRequest.builder()
                        .dryRun(true)
                        .build())));
        Answer<String> sweeper = Answer.to("lambda:ListFunctions", () -> new Sweeper(lambda).only());
        // That there is none is the deployment's matter.
        rights.add(new Answer<>(
                sweeper.action(),
                sweeper.denied() ? null : true,
                sweeper.denied(),
                sweeper.denied() ? sweeper.why() : null));
        String function = sweeper.value();
        if (function != null) {
            rights.add(Answer.to(
                    "lambda:InvokeFunction",
                    () -> lambda.invoke(InvokeRequest.builder()
                                            .functionName(function)
                                            .invocationType(InvocationType.DRY_RUN)
                                            .build())
                                    .statusCode()
                            > 0));
        }
        return List.copyOf(rights);
    }

    /** Reads a parameter's history; that it isn't there is an answer too. */
    private boolean history(String parameterName) {
        try {
            ssm.getParameterHistory(GetParameterHistoryRequest.builder()
                    .name(parameterName)
                    .maxResults(1)
                    .build());
        } catch (SsmException e) {
            if (AwsError.of(e) != AwsError.NOT_FOUND) {
                throw e;
            }
        }
        return true;
    }

    /** The applied limit; Service Quotas has none of its own for an account that never asked for more of some. */
    private double limit(Quota quota) {
        try {
            return quotas.getServiceQuota(GetServiceQuotaRequest.builder()
                            .serviceCode(quota.service())
                            .quotaCode(quota.code())
                            .build())
                    .quota()
                    .value();
        } catch (NoSuchResourceException _) {
            return quotas.getAWSDefaultServiceQuota(GetAwsDefaultServiceQuotaRequest.builder()
                            .serviceCode(quota.service())
                            .quotaCode(quota.code())
                            .build())
                    .quota()
                    .value();
        }
    }

    private int fastRestores() {
        return (int) FastRestores.on(ec2).stream()
                .map(DescribeFastSnapshotRestoreSuccessItem::snapshotId)
                .distinct()
                .count();
    }

    private long gp3GiB() {
        var gp3 = DescribeVolumesRequest.builder()
                .filters(Filter.builder()
                        .name("volume-type")
                        .values(VolumeType.GP3.toString())
                        .build())
                .build();
        return ec2.describeVolumesPaginator(gp3).stream()
                .flatMap(page -> page.volumes().stream())
                .mapToLong(Volume::size)
                .sum();
    }
}
