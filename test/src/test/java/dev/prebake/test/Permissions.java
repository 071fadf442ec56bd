package dev.prebake.test;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.catalogue.FunctionCatalogue;
import dev.prebake.lab.cloud.Lab;
import dev.prebake.lab.wire.AwsFault;
import dev.prebake.lab.wire.CallContext;
import dev.prebake.lab.wire.CallInterceptor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsResponse;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.SnapshotState;
import software.amazon.awssdk.services.eks.model.EksException;
import software.amazon.awssdk.services.eks.model.InvalidRequestException;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.ssm.model.SsmException;

/** Refuses what a function's role doesn't allow, as AWS does, and notes what was asked for. */
final class Permissions implements CallInterceptor {
    private final Map<String, RolePolicy> roles = new LinkedHashMap<>();
    private final Set<String> used = new ConcurrentSkipListSet<>();
    private final Set<String> refused = new ConcurrentSkipListSet<>();

    /** A call of this function and operation fails: {@code PublishSnapshot ssm:PutParameter}. */
    volatile @Nullable String failing;

    /** Whether EC2 tells who cleans up of every snapshot that it is pending still: the lab's are complete too soon to be caught so. */
    volatile boolean unfinished;

    private volatile @Nullable RequiredAccess required;

    /** By function name, the builder's and the state machine's. */
    Permissions(RolesOfTemplate template) {
        roles.put(Lab.BUILDER, template.builder());
        roles.put(Lab.WORKFLOW, template.stateMachine(RolesOfTemplate.STATE_MACHINE));
        Map<String, RolePolicy> byHandler = template.functionsByHandler();
        FunctionCatalogue.load()
                .functions()
                .forEach(function -> roles.put(
                        function.name(),
                        Optional.ofNullable(byHandler.get(function.handler()))
                                .orElseThrow(() ->
                                        new AssertionError("The template has no function " + function.handler()))));
    }

    void over(Lab lab) {
        required = new RequiredAccess(lab.ec2(), lab.eks());
    }

    RolePolicy role(String function) {
        return Optional.ofNullable(roles.get(function)).orElseThrow();
    }

    void replace(String function, RolePolicy policy) {
        roles.put(function, policy);
    }

    /** What was asked for and allowed: {@code LaunchBuilder ec2:RunInstances}. */
    Set<String> used() {
        return used;
    }

    Set<String> refused() {
        return refused;
    }

    void forgetRefused() {
        refused.clear();
    }

    @Override
    public SdkResponse around(CallContext call, Supplier<SdkResponse> next) {
        String function = call.caller().accessKeyId();
        RolePolicy role = roles.get(function);
        RequiredAccess needs = required;
        if (role == null || needs == null) {
            throw new IllegalStateException("A call of " + call.operation() + " by nobody's role, " + function + ".");
        }
        if ((function + " " + call.service() + ":" + call.operation()).equals(failing)) {
            throw denied(call, call.service() + ":" + call.operation(), "this run's failure");
        }
        for (Access access : needs.of(call)) {
            if (!role.allows(access)) {
                refused.add(function + " " + access.action() + " on " + access.resource());
                throw denied(call, access.action(), access.action() + " on resource: " + access.resource());
            }
            role.matching(access, "Allow").forEach(statement -> used.add(key(function, statement, access.action())));
        }
        SdkResponse response = next.get();
        return unfinished
                        && (function.equals("CleanUp") || function.equals("Sweep"))
                        && response instanceof DescribeSnapshotsResponse described
                ? pending(described)
                : response;
    }

    private static DescribeSnapshotsResponse pending(DescribeSnapshotsResponse described) {
        return described.toBuilder()
                .snapshots(described.snapshots().stream()
                        .map(snapshot -> snapshot.toBuilder()
                                .state(SnapshotState.PENDING)
                                .build())
                        .toList())
                .build();
    }

    /** Names one action of one statement. */
    static String key(String function, JsonNode statement, String action) {
        return function + " " + action + " " + statement.path("Resource") + " " + statement.path("Condition");
    }

    private static RuntimeException denied(CallContext call, String action, String what) {
        String message = "User is not authorized to perform: " + what;
        return switch (call.service()) {
            case "ec2" -> AwsFault.of(Ec2Exception.builder(), 403, "UnauthorizedOperation", message);
            case "lambda" -> AwsFault.of(LambdaException.builder(), 403, "AccessDeniedException", message);
            case "eks" ->
                action.startsWith("eks:")
                        ? AwsFault.of(EksException.builder(), 403, "AccessDeniedException", message)
                        : AwsFault.of(
                                InvalidRequestException.builder(),
                                400,
                                "InvalidRequestException",
                                "You are not authorized to launch instances with this launch template. " + message);
            default -> AwsFault.of(SsmException.builder(), 400, "AccessDeniedException", message);
        };
    }
}
