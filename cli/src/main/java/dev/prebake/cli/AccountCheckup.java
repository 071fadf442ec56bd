package dev.prebake.cli;

import dev.prebake.operate.AccountFacts;
import dev.prebake.operate.AccountFacts.Deployed;
import dev.prebake.operate.Answer;
import dev.prebake.operate.Execution;
import dev.prebake.operate.Quota;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Judges an account: can Prebake be operated there, and what will be in the way? */
final class AccountCheckup {
    /** Of {@code m7i.4xlarge} and its like, which builders are unless the deployment says otherwise. */
    private static final double BUILDER_VCPUS = 16;
    /** Of {@code g5.2xlarge}, which a GPU node is unless the deployment says otherwise. */
    private static final double NODE_VCPUS = 8;
    /** Some dozen nodes' volumes. */
    private static final double LEAST_FREE_TIB = 1;

    private static final double GIB_PER_TIB = 1024;

    private static final String READ_QUOTA = "servicequotas:GetServiceQuota";
    private static final String DENIED = READ_QUOTA + " is denied";

    private AccountCheckup() {}

    static List<Finding> of(String region, AccountFacts facts) {
        List<Finding> findings = new ArrayList<>();
        String identity = facts.identity().value();
        if (identity == null) {
            findings.add(Finding.failed(
                    "AWS identity",
                    "AWS doesn't say who you are: " + facts.identity().why(),
                    "Set AWS_PROFILE, or log in anew (aws sso login), and AWS_ENDPOINT_URL where it isn't AWS."));
            return findings;
        }
        findings.add(Finding.ok("AWS identity", identity));
        findings.add(Finding.ok("region", region));
        if (facts.deployment() != null) {
            findings.addAll(deployment(facts.deployment(), identity));
        }
        findings.addAll(rights(facts.rights(), identity));
        findings.addAll(quotas(facts, identity));
        return findings;
    }

    private static List<Finding> deployment(Answer<Deployed> deployment, String identity) {
        Deployed deployed = deployment.value();
        if (deployed == null) {
            return List.of(Finding.failed(
                    "deployment",
                    String.valueOf(deployment.why()),
                    deployment.denied()
                            ? "Allow it for " + identity + "."
                            : "Where it isn't deployed yet: npm ci && npx cdk deploy PrebakeImageCache"));
        }
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.ok(
                "deployment",
                deployed.deployment().stateMachineArn() + ", cache "
                        + deployed.cache().name()));
        Execution newest = deployed.newest();
        if (newest != null && !newest.isRunning() && !newest.hasSucceeded()) {
            findings.add(failed(newest));
        }
        String published = deployed.published().value();
        String parameterName = deployed.cache().parameterName();
        findings.add(
                published != null && !published.equals(AccountFacts.NOTHING)
                        ? Finding.ok("published", published + " in " + parameterName)
                        : Finding.warning(
                                "published",
                                published == null
                                        ? "what is in " + parameterName + " can't be read"
                                        : "nothing in " + parameterName + " yet",
                                "Start a bake: ./prebake start --follow"));
        return findings;
    }

    private static Finding failed(Execution execution) {
        return Finding.warning(
                "newest bake",
                execution.name() + " ended " + execution.status()
                        + (execution.error() == null ? "" : " with " + execution.shortError()),
                "See why: ./prebake watch " + execution.name());
    }

    private static List<Finding> rights(List<Answer<Boolean>> rights, String identity) {
        List<Finding> findings = new ArrayList<>();
        String allowed = rights.stream()
                .filter(right -> right.value() != null)
                .map(Answer::action)
                .collect(Collectors.joining(", "));
        if (!allowed.isEmpty()) {
            findings.add(Finding.ok("permissions", allowed));
        }
        for (Answer<Boolean> right : rights) {
            if (right.value() == null) {
                findings.add(
                        right.denied()
                                ? denied(right, identity)
                                : Finding.warning(
                                        "permissions",
                                        "whether " + right.action() + " is allowed can't be told: " + right.why(),
                                        "Look again later."));
            }
        }
        findings.add(Finding.skipped(
                "permissions", "states:StartExecution and states:StopExecution: only starting one would tell"));
        return findings;
    }

    private static Finding denied(Answer<?> right, String identity) {
        return Finding.failed(
                "permissions",
                right.action() + " is denied: " + right.why(),
                "Allow " + right.action() + " for " + identity + ".");
    }

    /** What can't be read for the same reason is one finding. */
    private static List<Finding> quotas(AccountFacts facts, String identity) {
        List<Finding> findings = new ArrayList<>();
        Map<String, List<Quota>> unreadable = new LinkedHashMap<>();
        facts.quotas().forEach((quota, answer) -> {
            Double limit = answer.value();
            if (limit == null) {
                unreadable
                        .computeIfAbsent(answer.denied() ? DENIED : reason(answer), _ -> new ArrayList<>())
                        .add(quota);
            } else {
                findings.add(quota(quota, limit, facts));
            }
        });
        unreadable.forEach((why, quotas) -> findings.add(unreadable(quotas, why, identity)));
        return findings;
    }

    private static Finding unreadable(List<Quota> quotas, String why, String identity) {
        String found = listed(quotas, AccountCheckup::kind) + " not readable: " + why;
        String look = listed(quotas, Quota::code) + " in the Service Quotas console.";
        return why.equals(DENIED)
                ? Finding.warning("quotas", found, "Allow " + READ_QUOTA + " for " + identity + ", or look at " + look)
                : Finding.skipped("quotas", found, "Look at " + look + " An endpoint that isn't AWS may have none.");
    }

    /** Its first sentence, which other quotas' have word for word too: not the request's number at its end. */
    private static String reason(Answer<?> answer) {
        String why = String.valueOf(answer.why()).replaceFirst("(?s)\\. .*", ".");
        return why.replaceFirst(" \\(HTTP [0-9]+, request ID [^)]*\\)\\.$", ".");
    }

    private static String listed(List<Quota> quotas, Function<Quota, String> words) {
        return quotas.stream().map(words).collect(Collectors.joining(", "));
    }

    private static Finding quota(Quota quota, double limit, AccountFacts facts) {
        return switch (quota) {
            case FAST_RESTORES -> fastRestores(limit, value(facts.fastRestores()));
            case GP3_TIB -> gp3(limit, value(facts.gp3GiB()));
            case STANDARD_VCPUS ->
                vcpus(quota, limit, BUILDER_VCPUS, "a builder of the default types has 16", "smaller instanceTypes");
            case G_VCPUS -> vcpus(quota, limit, NODE_VCPUS, "a g5.2xlarge has 8", "nodes of another family");
            // Whether anybody wants such nodes isn't known.
            case P_VCPUS -> Finding.ok(name(quota), number(limit) + " at most");
        };
    }

    private static Finding fastRestores(double limit, @Nullable Number used) {
        String found = "snapshots: " + (used == null ? "" : used + " of ") + number(limit)
                + (used == null ? " at most" : " in use");
        // The new one gets it before the old one loses it.
        return used != null && used.doubleValue() + 1 > limit
                ? Finding.warning(
                        name(Quota.FAST_RESTORES),
                        found + "; no bake with fastRestoreZones can publish",
                        more(Quota.FAST_RESTORES, limit + 1, "take it off snapshots that don't need it"))
                : Finding.ok(name(Quota.FAST_RESTORES), found);
    }

    private static Finding gp3(double limit, @Nullable Number usedGiB) {
        double used = usedGiB == null ? 0 : usedGiB.doubleValue() / GIB_PER_TIB;
        String found = (usedGiB == null ? "" : number(used) + " of ") + number(limit) + " TiB"
                + (usedGiB == null ? " at most" : " in use");
        return usedGiB != null && limit - used < LEAST_FREE_TIB
                ? Finding.warning(
                        name(Quota.GP3_TIB),
                        found + "; each node has a volume of the snapshot's size, and each builder one more",
                        more(Quota.GP3_TIB, limit + LEAST_FREE_TIB, "delete what is unused"))
                : Finding.ok(name(Quota.GP3_TIB), found);
    }

    private static Finding vcpus(Quota quota, double limit, double least, String why, String instead) {
        return limit < least
                ? Finding.warning(
                        name(quota),
                        number(limit) + " at most, and " + why + ": EC2 will answer VcpuLimitExceeded",
                        more(quota, least, "give " + instead))
                : Finding.ok(name(quota), number(limit) + " at most");
    }

    private static String more(Quota quota, double wanted, String instead) {
        return "Ask for more: aws service-quotas request-service-quota-increase --service-code " + quota.service()
                + " --quota-code " + quota.code() + " --desired-value " + number(Math.ceil(wanted)) + "; or " + instead
                + ".";
    }

    private static String name(Quota quota) {
        return "quota " + kind(quota);
    }

    private static String kind(Quota quota) {
        return switch (quota) {
            case FAST_RESTORES -> "FSR";
            case GP3_TIB -> "gp3";
            case STANDARD_VCPUS -> "vCPU";
            case G_VCPUS -> "G vCPU";
            case P_VCPUS -> "P vCPU";
        };
    }

    private static @Nullable Number value(@Nullable Answer<? extends Number> answer) {
        return answer == null ? null : answer.value();
    }

    private static String number(double number) {
        return number == Math.rint(number) ? String.valueOf((long) number) : String.format(Locale.ROOT, "%.1f", number);
    }
}
