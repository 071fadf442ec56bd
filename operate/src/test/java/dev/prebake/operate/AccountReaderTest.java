package dev.prebake.operate;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoreSuccessItem;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoresResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesResponse;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Volume;
import software.amazon.awssdk.services.ec2.paginators.DescribeFastSnapshotRestoresIterable;
import software.amazon.awssdk.services.ec2.paginators.DescribeVolumesIterable;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.ListFunctionsRequest;
import software.amazon.awssdk.services.lambda.model.ListFunctionsResponse;
import software.amazon.awssdk.services.lambda.paginators.ListFunctionsIterable;
import software.amazon.awssdk.services.servicequotas.ServiceQuotasClient;
import software.amazon.awssdk.services.servicequotas.model.GetAwsDefaultServiceQuotaRequest;
import software.amazon.awssdk.services.servicequotas.model.GetAwsDefaultServiceQuotaResponse;
import software.amazon.awssdk.services.servicequotas.model.GetServiceQuotaRequest;
import software.amazon.awssdk.services.servicequotas.model.GetServiceQuotaResponse;
import software.amazon.awssdk.services.servicequotas.model.NoSuchResourceException;
import software.amazon.awssdk.services.servicequotas.model.ServiceQuota;
import software.amazon.awssdk.services.servicequotas.model.ServiceQuotasException;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.ListStateMachinesRequest;
import software.amazon.awssdk.services.sfn.model.SfnException;
import software.amazon.awssdk.services.sfn.paginators.ListStateMachinesIterable;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.GetParameterHistoryRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterHistoryResponse;
import software.amazon.awssdk.services.ssm.model.GetParametersRequest;
import software.amazon.awssdk.services.ssm.model.GetParametersResponse;
import software.amazon.awssdk.services.ssm.model.SsmException;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityRequest;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;
import software.amazon.awssdk.services.sts.model.StsException;

@DisplayName("A look at an account")
class AccountReaderTest {
    private static final String OPERATOR = "arn:aws:iam::123456789012:user/operator";

    @Test
    @DisplayName("tells what may be done from what may not, and limits from those that aren't shown")
    void looks() {
        AccountFacts facts = read(new Account() {
            @Override
            public GetCallerIdentityResponse getCallerIdentity(GetCallerIdentityRequest request) {
                return GetCallerIdentityResponse.builder().arn(OPERATOR).build();
            }
        });

        assertThat(facts.identity().value()).isEqualTo(OPERATOR);
        assertThat(requireNonNull(facts.deployment()).denied()).isTrue();
        assertThat(requireNonNull(facts.deployment()).why())
                .contains("Listing the state machines failed", "AccessDeniedException");
        assertThat(facts.rights())
                .extracting(right -> right.action() + " " + right.value() + " " + right.denied())
                .containsExactly(
                        // There is none, which only who may look is told.
                        "ssm:GetParameters true false",
                        "ssm:GetParameterHistory null true",
                        "ec2:DescribeSnapshots true false",
                        "ec2:DescribeFastSnapshotRestores null true",
                        "lambda:ListFunctions true false",
                        "lambda:InvokeFunction null true");
        assertThat(requireNonNull(facts.quotas().get(Quota.FAST_RESTORES)).value())
                .isEqualTo(7.0);
        assertThat(requireNonNull(facts.quotas().get(Quota.GP3_TIB)).value())
                .as("AWS's default")
                .isEqualTo(50.0);
        assertThat(requireNonNull(facts.quotas().get(Quota.G_VCPUS)).denied()).isTrue();
        assertThat(requireNonNull(facts.fastRestores()).value()).isEqualTo(2);
        assertThat(requireNonNull(facts.gp3GiB()).value()).isEqualTo(96);
    }

    @Test
    @DisplayName("ends where nobody knows who looks")
    void unknown() {
        AccountFacts facts = read(new Account() {
            @Override
            public GetCallerIdentityResponse getCallerIdentity(GetCallerIdentityRequest request) {
                throw error(StsException.builder(), "ExpiredToken");
            }
        });

        assertThat(facts.identity().why()).contains("ExpiredToken");
        assertThat(facts.rights()).isEmpty();
        assertThat(facts.quotas()).isEmpty();
    }

    private static AccountFacts read(Account account) {
        return new AccountReader(
                        account, new DeniedStates(), new Parameters(), new Ec2(), new Functions(), new Quotas())
                .read(null);
    }

    private static AwsServiceException error(AwsServiceException.Builder error, String code) {
        return error.statusCode(400)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage("no")
                        .build())
                .build();
    }

    private abstract static class Account implements StsClient {
        @Override
        public String serviceName() {
            return "sts";
        }

        @Override
        public void close() {}
    }

    private static final class DeniedStates implements SfnClient {
        @Override
        public ListStateMachinesIterable listStateMachinesPaginator(ListStateMachinesRequest request) {
            throw error(SfnException.builder(), "AccessDeniedException");
        }

        @Override
        public String serviceName() {
            return "states";
        }

        @Override
        public void close() {}
    }

    private static final class Parameters implements SsmClient {
        @Override
        public GetParametersResponse getParameters(GetParametersRequest request) {
            return GetParametersResponse.builder().build();
        }

        @Override
        public GetParameterHistoryResponse getParameterHistory(GetParameterHistoryRequest request) {
            throw error(SsmException.builder(), "AccessDeniedException");
        }

        @Override
        public String serviceName() {
            return "ssm";
        }

        @Override
        public void close() {}
    }

    private static final class Ec2 implements Ec2Client {
        @Override
        public DescribeSnapshotsResponse describeSnapshots(DescribeSnapshotsRequest request) {
            assertThat(request.dryRun()).isTrue();
            throw error(Ec2Exception.builder(), "DryRunOperation");
        }

        @Override
        public DescribeFastSnapshotRestoresResponse describeFastSnapshotRestores(
                DescribeFastSnapshotRestoresRequest request) {
            if (Boolean.TRUE.equals(request.dryRun())) {
                throw error(Ec2Exception.builder(), "UnauthorizedOperation");
            }
            return DescribeFastSnapshotRestoresResponse.builder()
                    .fastSnapshotRestores(
                            restore("snap-1", "us-east-1a"),
                            restore("snap-1", "us-east-1b"),
                            restore("snap-2", "us-east-1a"))
                    .build();
        }

        private static DescribeFastSnapshotRestoreSuccessItem restore(String snapshotId, String zone) {
            return DescribeFastSnapshotRestoreSuccessItem.builder()
                    .snapshotId(snapshotId)
                    .availabilityZone(zone)
                    .build();
        }

        @Override
        public DescribeFastSnapshotRestoresIterable describeFastSnapshotRestoresPaginator(
                DescribeFastSnapshotRestoresRequest request) {
            return new DescribeFastSnapshotRestoresIterable(this, request);
        }

        @Override
        public DescribeVolumesResponse describeVolumes(DescribeVolumesRequest request) {
            return DescribeVolumesResponse.builder()
                    .volumes(List.of(
                            Volume.builder().size(64).build(),
                            Volume.builder().size(32).build()))
                    .build();
        }

        @Override
        public DescribeVolumesIterable describeVolumesPaginator(DescribeVolumesRequest request) {
            return new DescribeVolumesIterable(this, request);
        }

        @Override
        public String serviceName() {
            return "ec2";
        }

        @Override
        public void close() {}
    }

    private static final class Functions implements LambdaClient {
        @Override
        public ListFunctionsResponse listFunctions(ListFunctionsRequest request) {
            return ListFunctionsResponse.builder()
                    .functions(FunctionConfiguration.builder()
                            .functionName("sweeper")
                            .handler(Sweeper.HANDLER)
                            .build())
                    .build();
        }

        @Override
        public ListFunctionsIterable listFunctionsPaginator(ListFunctionsRequest request) {
            return new ListFunctionsIterable(this, request);
        }

        @Override
        public InvokeResponse invoke(InvokeRequest request) {
            assertThat(request.invocationType()).isEqualTo(InvocationType.DRY_RUN);
            throw error(LambdaException.builder(), "AccessDeniedException");
        }

        @Override
        public String serviceName() {
            return "lambda";
        }

        @Override
        public void close() {}
    }

    private static final class Quotas implements ServiceQuotasClient {
        @Override
        public GetServiceQuotaResponse getServiceQuota(GetServiceQuotaRequest request) {
            return switch (request.quotaCode()) {
                case "L-631ECBD3" ->
                    GetServiceQuotaResponse.builder().quota(quota(7)).build();
                case "L-DB2E81BA" -> throw error(ServiceQuotasException.builder(), "AccessDeniedException");
                default ->
                    throw NoSuchResourceException.builder().message("none").build();
            };
        }

        @Override
        public GetAwsDefaultServiceQuotaResponse getAWSDefaultServiceQuota(GetAwsDefaultServiceQuotaRequest request) {
            assertThat(request.serviceCode()).isEqualTo(request.quotaCode().equals("L-7A658B76") ? "ebs" : "ec2");
            return GetAwsDefaultServiceQuotaResponse.builder().quota(quota(50)).build();
        }

        private static ServiceQuota quota(double value) {
            return ServiceQuota.builder().value(value).build();
        }

        @Override
        public String serviceName() {
            return "servicequotas";
        }

        @Override
        public void close() {}
    }
}
