package dev.prebake.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prebake.kernel.Json;
import dev.prebake.operate.AccountFacts;
import dev.prebake.operate.AccountFacts.Deployed;
import dev.prebake.operate.Answer;
import dev.prebake.operate.Cache;
import dev.prebake.operate.Deployment;
import dev.prebake.operate.Quota;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A checkup of an account")
class AccountCheckupTest {
    private static final String OPERATOR = "arn:aws:iam::123456789012:user/operator";

    @Test
    @DisplayName("finds nothing wrong with one that has all")
    void whole() {
        List<Finding> findings = checkup(deployed("snap-1"), allowed(), limits(Map.of()), 1, 2048L);

        assertThat(findings).extracting(Finding::level).containsOnly(Finding.Level.OK, Finding.Level.SKIPPED);
        assertThat(DoctorCommand.lines(findings, Integer.MAX_VALUE))
                .contains(
                        "ok       AWS identity  " + OPERATOR,
                        "ok       region        us-east-1",
                        "ok       deployment    arn:machine, cache ml",
                        "ok       published     snap-1 in /prebake/ml/snapshot-id",
                        "ok       permissions   ec2:DescribeSnapshots",
                        "ok       quota FSR     snapshots: 1 of 5 in use",
                        "ok       quota gp3     2 of 50 TiB in use");
    }

    @Test
    @DisplayName("names each permission that lacks, with whom to allow it, and says which can't be tried")
    void denied() {
        List<Finding> findings = checkup(
                deployed(null),
                List.of(
                        new Answer<>("ec2:DescribeSnapshots", null, true, "UnauthorizedOperation."),
                        new Answer<>("ssm:GetParameter", null, false, "Throttling.")),
                Map.of(Quota.G_VCPUS, new Answer<>("servicequotas:GetServiceQuota", null, true, "no")),
                null,
                null);

        assertThat(findings)
                .contains(
                        Finding.failed(
                                "permissions",
                                "ec2:DescribeSnapshots is denied: UnauthorizedOperation.",
                                "Allow ec2:DescribeSnapshots for " + OPERATOR + "."),
                        Finding.warning(
                                "published",
                                "nothing in /prebake/ml/snapshot-id yet",
                                "Start a bake: ./prebake start --follow"))
                .anySatisfy(finding -> {
                    assertThat(finding.level()).isEqualTo(Finding.Level.WARNING);
                    assertThat(finding.found()).contains("ssm:GetParameter", "can't be told", "Throttling.");
                })
                .anySatisfy(finding -> {
                    assertThat(finding.level()).isEqualTo(Finding.Level.SKIPPED);
                    assertThat(finding.found()).contains("states:StartExecution");
                })
                .anySatisfy(finding -> {
                    assertThat(finding.found())
                            .isEqualTo("G vCPU not readable: servicequotas:GetServiceQuota is denied");
                    assertThat(finding.remedy())
                            .isEqualTo("Allow servicequotas:GetServiceQuota for " + OPERATOR
                                    + ", or look at L-DB2E81BA in the Service Quotas console.");
                });
    }

    @Test
    @DisplayName("warns of quotas that a bake or a node will come up against, with the command that asks for more")
    void quotas() {
        List<Finding> findings = checkup(
                deployed("snap-1"),
                allowed(),
                limits(Map.of(Quota.STANDARD_VCPUS, 5.0, Quota.G_VCPUS, 0.0, Quota.P_VCPUS, 0.0)),
                5,
                (49L << 10) + 512);

        assertThat(findings)
                .filteredOn(finding -> finding.level() == Finding.Level.WARNING)
                .extracting(finding -> finding.check() + ": " + finding.remedy())
                .satisfiesExactly(
                        fastRestores -> assertThat(fastRestores)
                                .startsWith("quota FSR: Ask for more: aws service-quotas"
                                        + " request-service-quota-increase --service-code ebs --quota-code L-631ECBD3"
                                        + " --desired-value 6; or "),
                        gp3 -> assertThat(gp3).contains("L-7A658B76 --desired-value 51;"),
                        standard -> assertThat(standard).contains("L-1216C47A --desired-value 16;", "instanceTypes"),
                        g -> assertThat(g).contains("L-DB2E81BA --desired-value 8;"));
    }

    @Test
    @DisplayName("says one thing alone where AWS doesn't know who asks")
    void unknown() {
        List<Finding> findings = AccountCheckup.of(
                "us-east-1",
                new AccountFacts(
                        new Answer<>("sts:GetCallerIdentity", null, false, "ExpiredToken."),
                        null,
                        List.of(),
                        Map.of(),
                        null,
                        null));

        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.level()).isEqualTo(Finding.Level.FAILED);
            assertThat(finding.found()).contains("ExpiredToken.");
        });
    }

    @Test
    @DisplayName("sends whoever has deployed nothing to the deployment")
    void nothingDeployed() {
        List<Finding> findings = AccountCheckup.of(
                "us-east-1",
                facts(
                        new Answer<>("states:ListStateMachines", null, false, "none has its definition."),
                        allowed(),
                        Map.of(),
                        null,
                        null));

        assertThat(findings).anySatisfy(finding -> {
            assertThat(finding.check()).isEqualTo("deployment");
            assertThat(finding.level()).isEqualTo(Finding.Level.FAILED);
            assertThat(finding.remedy()).contains("npx cdk deploy PrebakeImageCache");
        });
    }

    @Test
    @DisplayName("names quotas that can't be read for one reason in one line, whatever the requests' numbers")
    void unreadable() {
        Map<Quota, Answer<Double>> limits = limits(Map.of());
        for (Quota quota : List.of(Quota.FAST_RESTORES, Quota.GP3_TIB, Quota.P_VCPUS)) {
            limits.put(
                    quota,
                    new Answer<>(
                            "servicequotas:GetServiceQuota",
                            null,
                            false,
                            "GetServiceQuota with UnknownOperationException: It is not served here. Served: ec2 (HTTP 400,"
                                    + " request ID " + quota + ")."));
        }
        limits.put(
                Quota.G_VCPUS,
                new Answer<>("servicequotas:GetServiceQuota", null, false, "Too much (HTTP 429, request ID 7)."));

        assertThat(checkup(deployed("snap-1"), allowed(), limits, 1, 2048L))
                .filteredOn(finding -> finding.check().startsWith("quota"))
                .containsExactly(
                        Finding.ok("quota vCPU", "256 at most"),
                        Finding.skipped(
                                "quotas",
                                "FSR, gp3, P vCPU not readable: GetServiceQuota with UnknownOperationException: It is not"
                                        + " served here.",
                                "Look at L-631ECBD3, L-7A658B76, L-417A185B in the Service Quotas console. An endpoint that"
                                        + " isn't AWS may have none."),
                        Finding.skipped(
                                "quotas",
                                "G vCPU not readable: Too much.",
                                "Look at L-DB2E81BA in the Service Quotas console. An endpoint that isn't AWS may have"
                                        + " none."));
    }

    @Test
    @DisplayName("is folded where the findings begin, and nearer to the edge on a narrow terminal")
    void folded() {
        List<Finding> findings =
                List.of(Finding.warning("published", "nothing is ".repeat(7).strip(), "Start a bake now"));

        assertThat(DoctorCommand.lines(findings, 80))
                .containsExactly(
                        "warning  published     nothing is nothing is nothing is nothing is nothing is",
                        "                       nothing is nothing is",
                        "                       Start a bake now");
        assertThat(DoctorCommand.lines(findings, 50))
                .containsExactly(
                        "warning  published     nothing is nothing is",
                        "    nothing is nothing is nothing is nothing is",
                        "    nothing is",
                        "    Start a bake now");
    }

    private static List<Finding> checkup(
            Deployed deployed,
            List<Answer<Boolean>> rights,
            Map<Quota, Answer<Double>> quotas,
            @Nullable Integer fastRestores,
            @Nullable Long gp3GiB) {
        return AccountCheckup.of(
                "us-east-1", facts(given("states:ListStateMachines", deployed), rights, quotas, fastRestores, gp3GiB));
    }

    private static AccountFacts facts(
            Answer<Deployed> deployed,
            List<Answer<Boolean>> rights,
            Map<Quota, Answer<Double>> quotas,
            @Nullable Integer fastRestores,
            @Nullable Long gp3GiB) {
        return new AccountFacts(
                given("sts:GetCallerIdentity", OPERATOR),
                deployed,
                rights,
                quotas,
                fastRestores == null ? null : given("ec2:DescribeFastSnapshotRestores", fastRestores),
                gp3GiB == null ? null : given("ec2:DescribeVolumes", gp3GiB));
    }

    private static Deployed deployed(@Nullable String published) {
        return new Deployed(
                new Deployment("arn:machine", Json.mapper().createObjectNode(), null),
                new Cache("ml", "/prebake/ml/snapshot-id", null, Json.mapper().createObjectNode()),
                null,
                given("ssm:GetParameters", published == null ? AccountFacts.NOTHING : published));
    }

    private static List<Answer<Boolean>> allowed() {
        return List.of(given("ec2:DescribeSnapshots", true));
    }

    private static Map<Quota, Answer<Double>> limits(Map<Quota, Double> changed) {
        Map<Quota, Double> values = new EnumMap<>(Map.of(
                Quota.FAST_RESTORES, 5.0,
                Quota.GP3_TIB, 50.0,
                Quota.STANDARD_VCPUS, 256.0,
                Quota.G_VCPUS, 64.0,
                Quota.P_VCPUS, 0.0));
        values.putAll(changed);
        Map<Quota, Answer<Double>> limits = new EnumMap<>(Quota.class);
        values.forEach((quota, value) -> limits.put(quota, given("servicequotas:GetServiceQuota", value)));
        return limits;
    }

    private static <T> Answer<T> given(String action, T value) {
        return new Answer<>(action, value, false, null);
    }
}
