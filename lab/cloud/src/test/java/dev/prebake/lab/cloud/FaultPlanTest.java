package dev.prebake.lab.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prebake.lab.clock.LabClock;
import dev.prebake.lab.wire.CallContext;
import dev.prebake.lab.wire.Caller;
import dev.prebake.lab.wire.NoAnswerException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesResponse;

@DisplayName("A fault plan")
class FaultPlanTest {
    private static final String ACTION = "ec2:DescribeVolumes";
    private static final SdkResponse ANSWER = DescribeVolumesResponse.builder().build();

    private final LabClock clock = LabClock.frozenAt(Doubles.START);
    private final FaultPlan plan = new FaultPlan(1, Pace.REAL);
    private final List<String> carriedOut = new ArrayList<>();

    @Test
    @DisplayName(
            "counts each function's calls of an operation, and fails as many as it says from the one that it names")
    void occurrences() {
        plan.call(new ObservedCall("Plan", ACTION, 2), 2, new CallFault.Refused(503, "RequestLimitExceeded"));

        assertThat(call("Plan")).isEqualTo(ANSWER);
        assertThat(call("Launch")).isEqualTo(ANSWER);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> call("Plan")).isInstanceOfSatisfying(AwsServiceException.class, e -> {
                assertThat(e.statusCode()).isEqualTo(503);
                assertThat(e.awsErrorDetails().errorCode()).isEqualTo("RequestLimitExceeded");
            });
        }
        assertThat(call("Plan")).isEqualTo(ANSWER);
        assertThat(carriedOut).containsExactly("Plan", "Launch", "Plan");
        assertThat(plan.calls())
                .extracting(ObservedCall::toString)
                .containsExactly(
                        "Plan " + ACTION,
                        "Launch " + ACTION,
                        "Plan " + ACTION + " #2",
                        "Plan " + ACTION + " #3",
                        "Plan " + ACTION + " #4");
    }

    @Test
    @DisplayName("counts an operation's calls over all callers where it names anybody")
    void anybody() {
        plan.call(
                new ObservedCall(FaultPlan.ANYBODY, ACTION, 2), 1, CallFault.Refused.of("ec2", "RequestLimitExceeded"));

        assertThat(call("Plan")).isEqualTo(ANSWER);
        assertThatThrownBy(() -> call("Launch"))
                .isInstanceOfSatisfying(
                        AwsServiceException.class,
                        e -> assertThat(e.statusCode()).isEqualTo(503));
        assertThat(call("Plan")).isEqualTo(ANSWER);
        assertThat(carriedOut).containsExactly("Plan", "Plan");
    }

    @Test
    @DisplayName("hangs up before a call is carried out, or after")
    void noAnswer() {
        plan.call(new ObservedCall("Plan", ACTION, 1), 1, new CallFault.Unanswered());
        plan.call(new ObservedCall("Plan", ACTION, 2), FaultPlan.ALWAYS, new CallFault.AnswerLost());

        assertThatThrownBy(() -> call("Plan")).isInstanceOf(NoAnswerException.class);
        assertThat(carriedOut).isEmpty();
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> call("Plan")).isInstanceOf(NoAnswerException.class);
        }
        assertThat(carriedOut).hasSize(5);
    }

    @Test
    @DisplayName("lets lab time pass for a slow call")
    void slow() {
        plan.call(new ObservedCall("Plan", ACTION, 1), 1, new CallFault.Slow(Duration.ofSeconds(30)));

        assertThat(call("Plan")).isEqualTo(ANSWER);
        assertThat(clock.instant()).isEqualTo(Doubles.START.plusSeconds(30));
    }

    @Test
    @DisplayName("throttles by buckets of a share above nothing, until it is told to forget")
    void throttles() {
        plan.throttle(0.01, false);

        assertThat(call("Plan")).isEqualTo(ANSWER);
        assertThatThrownBy(() -> call("Plan")).hasMessageContaining("refused");
        plan.forget();
        assertThat(call("Plan")).isEqualTo(ANSWER);
        assertThat(plan.calls()).hasSize(1);
        assertThatIllegalArgumentException().isThrownBy(() -> plan.throttle(0, false));
    }

    @Test
    @DisplayName("throttles at once where the buckets are empty, until the first token has come")
    void throttlesFromEmpty() {
        plan.throttle(0.1, true);

        // Two tokens a second of what looks.
        assertThatThrownBy(() -> call("Plan")).hasMessageContaining("refused");
        clock.pass(Duration.ofMillis(500));
        assertThat(call("Plan")).isEqualTo(ANSWER);
        assertThatThrownBy(() -> call("Plan")).hasMessageContaining("refused");
    }

    @Test
    @DisplayName("befalls as many things and invocations as it says")
    void things() {
        plan.thing(ThingFault.SNAPSHOT_FAILS, 1);
        plan.invocation("Plan", 1, FunctionFault.OUT_OF_TIME);

        assertThat(plan.strikes(ThingFault.SNAPSHOT_FAILS)).isTrue();
        assertThat(plan.strikes(ThingFault.SNAPSHOT_FAILS)).isFalse();
        assertThat(plan.of("Launch")).isEmpty();
        assertThat(plan.of("Plan")).contains(FunctionFault.OUT_OF_TIME);
        assertThat(plan.of("Plan")).isEmpty();
    }

    private SdkResponse call(String function) {
        return plan.around(
                new CallContext(
                        "ec2",
                        "DescribeVolumes",
                        DescribeVolumesRequest.builder().build(),
                        new Caller(function, "us-east-1", "ec2"),
                        "req-1"),
                () -> {
                    carriedOut.add(function);
                    return ANSWER;
                },
                clock);
    }
}
