package dev.prebake.test;

import dev.prebake.lab.cloud.CallFault;
import dev.prebake.lab.cloud.FaultPlan;
import dev.prebake.lab.cloud.FunctionFault;
import dev.prebake.lab.cloud.ObservedCall;
import dev.prebake.lab.cloud.ThingFault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One fault of one run.
 *
 * @param table the table of its end
 * @param row its row there
 * @param column its column
 * @param scenario the run
 * @param fault plans it
 */
record FaultCase(String table, String row, String column, Scenario scenario, Consumer<FaultPlan> fault) {
    private static final String OTHERS = "Answers that only some calls get";
    private static final String FUNCTIONS = "Functions";
    private static final String THINGS = "Instances, commands, snapshots, Fast Snapshot Restore and node groups";

    /** A kind of fault that any call can have. */
    private enum Kind {
        THROTTLED("throttled", 1),
        THROTTLED_ON("throttled on and on", FaultPlan.ALWAYS),
        TROUBLE("AWS's trouble", 1),
        TROUBLE_ON("AWS's trouble on and on", FaultPlan.ALWAYS),
        UNANSWERED("unanswered", 1),
        UNANSWERED_ON("unanswered on and on", FaultPlan.ALWAYS),
        LOST("answer lost", 1),
        LOST_ON("answer lost on and on", FaultPlan.ALWAYS),
        DENIED("denied", FaultPlan.ALWAYS),
        SLOW("30 s late", 1);

        final String words;
        final int times;

        Kind(String words, int times) {
            this.words = words;
            this.times = times;
        }

        /** Codes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html and the others' common errors. */
        CallFault of(ObservedCall call) {
            boolean ec2 = call.action().startsWith("ec2:");
            return switch (this) {
                case THROTTLED, THROTTLED_ON ->
                    ec2
                            ? new CallFault.Refused(503, "RequestLimitExceeded")
                            : new CallFault.Refused(400, "ThrottlingException");
                case TROUBLE, TROUBLE_ON -> new CallFault.Refused(500, ec2 ? "InternalError" : "InternalServerError");
                case UNANSWERED, UNANSWERED_ON -> new CallFault.Unanswered();
                case LOST, LOST_ON -> new CallFault.AnswerLost();
                case DENIED ->
                    ec2
                            ? new CallFault.Refused(403, "UnauthorizedOperation")
                            : new CallFault.Refused(400, "AccessDeniedException");
                case SLOW -> new CallFault.Slow(Duration.ofSeconds(30));
            };
        }
    }

    /** Every case there is, given the calls of an undisturbed run of each scenario. */
    static List<FaultCase> all(Map<Scenario, List<ObservedCall>> undisturbed) {
        List<FaultCase> cases = new ArrayList<>();
        undisturbed.forEach((scenario, calls) -> {
            for (ObservedCall call : calls) {
                // The third look of a poll is as the second.
                if (!scenario.tries(call.function())
                        || (call.function().startsWith("Await") && call.occurrence() > 2)) {
                    continue;
                }
                for (Kind kind : Kind.values()) {
                    cases.add(new FaultCase(
                            "Calls of " + scenario.title,
                            call.toString(),
                            kind.words,
                            scenario,
                            plan -> plan.call(call, kind.times, kind.of(call))));
                }
            }
        });
        others(cases);
        functions(cases, undisturbed);
        things(cases);
        return cases;
    }

    /** Each kind of fault of each call of CleanUp's, for runs that come so far. */
    static List<FaultCase> ofCleanUp() {
        List<FaultCase> cases = new ArrayList<>();
        for (String action : List.of(
                "ec2:DescribeInstances",
                "ec2:TerminateInstances",
                "ec2:DescribeVolumes",
                "ec2:DeleteVolume",
                "ec2:DescribeSnapshots",
                "ec2:DeleteSnapshot",
                "ec2:DescribeFastSnapshotRestores",
                "ec2:DisableFastSnapshotRestores",
                "ssm:GetParameter")) {
            ObservedCall call = new ObservedCall("CleanUp", action, 1);
            for (Kind kind : Kind.values()) {
                cases.add(new FaultCase(
                        "Calls of CleanUp",
                        call.toString(),
                        kind.words,
                        Scenario.BASE,
                        plan -> plan.call(call, kind.times, kind.of(call))));
            }
        }
        return cases;
    }

    private static void others(List<FaultCase> cases) {
        Map<String, List<String>> codes = new LinkedHashMap<>();
        codes.put(
                "LaunchBuilder ec2:RunInstances",
                List.of(
                        "500 InsufficientInstanceCapacity",
                        "400 VcpuLimitExceeded",
                        "400 InvalidSnapshot.NotFound",
                        "400 InvalidParameterValue"));
        codes.put("AwaitBuilder ec2:DescribeInstances", List.of("400 InvalidInstanceID.NotFound"));
        codes.put("StartBake ssm:SendCommand", List.of("400 InvalidInstanceId", "400 InvalidDocument"));
        codes.put("AwaitBake ssm:GetCommandInvocation", List.of("400 InvocationDoesNotExist"));
        codes.put("AwaitBake logs:DescribeLogStreams", List.of("400 ResourceNotFoundException"));
        codes.put(
                "CreateSnapshot ec2:CreateSnapshot",
                List.of(
                        "400 ConcurrentSnapshotLimitExceeded",
                        "400 SnapshotCreationPerVolumeRateExceeded",
                        "400 SnapshotLimitExceeded",
                        "400 InvalidVolume.NotFound"));
        codes.put("CreateSnapshot ec2:TerminateInstances", List.of("400 InvalidInstanceID.NotFound"));
        codes.put("AwaitSnapshot ec2:DescribeSnapshots", List.of("400 InvalidSnapshot.NotFound"));
        codes.put("AwaitSnapshot ec2:DeleteVolume", List.of("400 VolumeInUse"));
        codes.put(
                "EnableFastRestore ec2:EnableFastSnapshotRestores",
                List.of("400 FastSnapshotRestoreLimitExceeded", "400 InvalidSnapshot.NotFound"));
        codes.put(
                "PublishSnapshot ssm:PutParameter",
                List.of("400 TooManyUpdates", "400 ParameterLimitExceeded", "400 ParameterMaxVersionLimitExceeded"));
        codes.forEach((call, answers) -> {
            for (String answer : answers) {
                for (Scenario scenario : List.of(Scenario.BAKE, Scenario.BASE)) {
                    answer(cases, scenario, call, answer);
                }
            }
        });
        for (String answer : List.of("400 InvalidSnapshot.InUse", "400 InvalidSnapshot.NotFound")) {
            answer(cases, Scenario.RETIREMENT, "RetireSnapshots ec2:DeleteSnapshot", answer);
        }
        answer(cases, Scenario.ROLL_OUT, "RollOutNodes eks:DescribeNodegroup", "404 ResourceNotFoundException");
        answer(
                cases,
                Scenario.ROLL_OUT,
                "RollOutNodes ec2:DescribeLaunchTemplates",
                "400 InvalidLaunchTemplateId.NotFound");
        answer(cases, Scenario.ROLL_OUT, "RollOutNodes eks:UpdateNodegroupVersion", "409 ResourceInUseException");
        answer(cases, Scenario.ROLL_OUT, "RollOutNodes eks:UpdateNodegroupVersion", "400 InvalidRequestException");
        answer(cases, Scenario.ROLL_OUT, "AwaitRollOut eks:DescribeUpdate", "404 ResourceNotFoundException");
    }

    private static void answer(List<FaultCase> cases, Scenario scenario, String call, String answer) {
        int space = call.indexOf(' ');
        ObservedCall first = new ObservedCall(call.substring(0, space), call.substring(space + 1), 1);
        var refused = new CallFault.Refused(Integer.parseInt(answer.substring(0, 3)), answer.substring(4));
        for (int times : new int[] {1, FaultPlan.ALWAYS}) {
            cases.add(new FaultCase(
                    OTHERS,
                    call + ": " + answer.substring(4),
                    scenario.title + (times == 1 ? ", once" : ", on and on"),
                    scenario,
                    plan -> plan.call(first, times, refused)));
        }
    }

    private static void functions(List<FaultCase> cases, Map<Scenario, List<ObservedCall>> undisturbed) {
        for (Scenario scenario : List.of(Scenario.BASE, Scenario.ROLL_OUT)) {
            undisturbed.getOrDefault(scenario, List.of()).stream()
                    .map(ObservedCall::function)
                    .distinct()
                    .filter(scenario::tries)
                    .forEach(function -> {
                        for (FunctionFault fault : FunctionFault.values()) {
                            for (int times : new int[] {1, FaultPlan.ALWAYS}) {
                                cases.add(new FaultCase(
                                        FUNCTIONS,
                                        function,
                                        inWords(fault.name()) + (times == 1 ? "" : " on and on"),
                                        scenario,
                                        plan -> plan.invocation(function, times, fault)));
                            }
                        }
                    });
        }
    }

    private static void things(List<FaultCase> cases) {
        for (ThingFault fault : ThingFault.values()) {
            for (Scenario scenario : befallenIn(fault)) {
                cases.add(new FaultCase(
                        THINGS, inWords(fault.name()), scenario.title, scenario, plan -> plan.thing(fault, 1)));
            }
        }
    }

    private static List<Scenario> befallenIn(ThingFault fault) {
        return switch (fault) {
            case FAST_RESTORE_REFUSED, FAST_RESTORE_PARTLY_REFUSED, FAST_RESTORE_STUCK, FAST_RESTORE_TAKEN_BACK ->
                List.of(Scenario.BAKE, Scenario.REUSE, Scenario.BASE);
            case BASE_VANISHES -> List.of(Scenario.BASE);
            case NODES_NOT_RENEWED, NODE_UPDATE_STALLS -> List.of(Scenario.ROLL_OUT);
            default -> List.of(Scenario.BAKE, Scenario.BASE);
        };
    }

    private static String inWords(String name) {
        return name.toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
