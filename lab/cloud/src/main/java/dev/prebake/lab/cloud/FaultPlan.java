package dev.prebake.lab.cloud;

import dev.prebake.lab.clock.LabClock;
import dev.prebake.lab.wire.AwsFault;
import dev.prebake.lab.wire.CallContext;
import dev.prebake.lab.wire.NoAnswerException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkResponse;

/**
 * What goes wrong in a lab, decided beforehand: calls by function, operation and occurrence, invocations of functions, and
 * things. With the same seed, plan and input the lab takes the same turns again.
 *
 * <p>It can be changed while the lab is open; all methods may be called from any thread.
 */
public final class FaultPlan {
    /** Whoever calls; occurrences are then counted over all of them. */
    public static final String ANYBODY = "*";

    /** As often as it comes. */
    public static final int ALWAYS = Integer.MAX_VALUE;

    private final Random random;
    private final Pace pace;
    private final List<PlannedCall> calls = new ArrayList<>();
    private final Map<String, PlannedInvocation> invocations = new HashMap<>();
    private final Map<ThingFault, Integer> things = new EnumMap<>(ThingFault.class);
    private final Map<String, Integer> counts = new HashMap<>();
    private final List<ObservedCall> observed = new ArrayList<>();
    private @Nullable Double share;
    private boolean empty;
    private boolean observes = true;
    private @Nullable RequestBuckets buckets;

    private record PlannedCall(ObservedCall from, int times, CallFault fault) {
        boolean covers(ObservedCall call) {
            return from.function().equals(call.function())
                    && from.action().equals(call.action())
                    && call.occurrence() >= from.occurrence()
                    && call.occurrence() - from.occurrence() < times;
        }
    }

    /** A plan that keeps no list of the calls, for a lab that serves as long as it likes. */
    public static FaultPlan unobserved() {
        FaultPlan plan = none();
        plan.observes = false;
        return plan;
    }

    private record PlannedInvocation(FunctionFault fault, int times) {}

    /**
     * Plans nothing yet.
     *
     * @param seed what the lab's chance comes from: the jitter of retries
     * @param pace lab time that things take
     */
    public FaultPlan(long seed, Pace pace) {
        this.random = new Random(seed);
        this.pace = pace;
    }

    /** Nothing ever goes wrong, and chance is chance. */
    static FaultPlan none() {
        return new FaultPlan(System.nanoTime(), Pace.REAL);
    }

    /**
     * Plans a fault of a call.
     *
     * @param first the first call that has it
     * @param times how many of these calls in a row have it, or {@link #ALWAYS}
     */
    public synchronized void call(ObservedCall first, int times, CallFault fault) {
        calls.add(new PlannedCall(first, times, fault));
    }

    /** Plans a fault of a function's next invocations. */
    public synchronized void invocation(String function, int times, FunctionFault fault) {
        invocations.put(function, new PlannedInvocation(fault, times));
    }

    /** Plans a fault of the next things that it can befall. */
    public synchronized void thing(ThingFault fault, int times) {
        things.put(fault, times);
    }

    /**
     * Throttles EC2 by token buckets of the documented shapes.
     *
     * @param ofDocumented the share of their sizes and refill rates that is left to the lab, above 0; 1 is all
     * @param fromEmpty whether somebody else in the account has just emptied them
     */
    public synchronized void throttle(double ofDocumented, boolean fromEmpty) {
        if (!(ofDocumented > 0)) {
            throw new IllegalArgumentException("A share of the documented limits is above 0, not " + ofDocumented);
        }
        share = ofDocumented;
        empty = fromEmpty;
        buckets = null;
    }

    /** Forgets what was planned and what was observed; the chance goes on. */
    public synchronized void forget() {
        calls.clear();
        invocations.clear();
        things.clear();
        counts.clear();
        observed.clear();
        share = null;
        buckets = null;
    }

    /** Begins the chance anew. */
    public void reseed(long seed) {
        random.setSeed(seed);
    }

    /** The calls so far, in their order, failed ones too. */
    public synchronized List<ObservedCall> calls() {
        return List.copyOf(observed);
    }

    RandomGenerator random() {
        return random;
    }

    Pace pace() {
        return pace;
    }

    /** Whether it befalls this one. */
    synchronized boolean strikes(ThingFault fault) {
        int left = things.getOrDefault(fault, 0);
        if (left == 0) {
            return false;
        }
        things.put(fault, left == ALWAYS ? ALWAYS : left - 1);
        return true;
    }

    /** What becomes of this invocation, if it isn't what should. */
    synchronized Optional<FunctionFault> of(String function) {
        PlannedInvocation planned = invocations.get(function);
        if (planned == null || planned.times() == 0) {
            return Optional.empty();
        }
        int left = planned.times() == ALWAYS ? ALWAYS : planned.times() - 1;
        invocations.put(function, new PlannedInvocation(planned.fault(), left));
        return Optional.of(planned.fault());
    }

    /** Answers a call, or doesn't. */
    SdkResponse around(CallContext call, Supplier<SdkResponse> next, LabClock clock) {
        return switch (fault(call, clock)) {
            case null -> next.get();
            case CallFault.Refused(int status, String code) ->
                throw AwsFault.of(
                        AwsServiceException.builder(), status, code, "The lab's fault plan has this call refused.");
            case CallFault.Unanswered() -> throw new NoAnswerException(call);
            case CallFault.AnswerLost() -> {
                var ignored = next.get();
                throw new NoAnswerException(call);
            }
            case CallFault.Slow(var span) -> {
                clock.pass(span);
                yield next.get();
            }
        };
    }

    private synchronized @Nullable CallFault fault(CallContext call, LabClock clock) {
        String function = call.caller().accessKeyId();
        String action = call.service() + ":" + call.operation();
        ObservedCall now = counted(function, action);
        ObservedCall ofAll = counted(ANYBODY, action);
        if (observes) {
            observed.add(now);
        }
        if (call.service().equals("ec2") && !hasToken(call.operation(), clock)) {
            return new CallFault.Refused(503, "RequestLimitExceeded");
        }
        return calls.stream()
                .filter(planned -> planned.covers(now) || planned.covers(ofAll))
                .map(PlannedCall::fault)
                .findFirst()
                .orElse(null);
    }

    private ObservedCall counted(String caller, String action) {
        return new ObservedCall(caller, action, counts.merge(caller + " " + action, 1, Integer::sum));
    }

    private boolean hasToken(String operation, LabClock clock) {
        if (share == null) {
            return true;
        }
        if (buckets == null) {
            buckets = new RequestBuckets(clock, share, empty);
        }
        return buckets.take(operation);
    }
}
