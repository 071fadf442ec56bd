package dev.prebake.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prebake.kernel.Builder;
import dev.prebake.kernel.Poll;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.ec2.model.EbsInstanceBlockDevice;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceBlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.InstanceState;
import software.amazon.awssdk.services.ec2.model.InstanceStateName;
import software.amazon.awssdk.services.ec2.model.StateReason;
import software.amazon.awssdk.services.ssm.model.PingStatus;

@DisplayName("What AWS shows of a builder")
class BuilderSightTest {
    private static final Builder BUILDER =
            new Builder("i-0a4c7d9e2f1b38560", "c6in.4xlarge", "eu-central-1a", null, "snap-0b3d5f7a9c1e2d4f6");

    static Stream<Arguments> notYet() {
        return Stream.of(
                Arguments.of("EC2 doesn't know the instance", null, null),
                Arguments.of("the instance is still pending", instance(InstanceStateName.PENDING, "/dev/xvdb"), null),
                Arguments.of(
                        "no volume is attached as /dev/xvdb",
                        instance(InstanceStateName.RUNNING, "/dev/xvda"),
                        PingStatus.ONLINE),
                Arguments.of(
                        "its SSM agent has never registered", instance(InstanceStateName.RUNNING, "/dev/xvdb"), null),
                Arguments.of(
                        "its SSM agent is ConnectionLost",
                        instance(InstanceStateName.RUNNING, "/dev/xvdb"),
                        PingStatus.CONNECTION_LOST));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("notYet")
    @DisplayName("means waiting while a part is missing, and at the deadline an error that names the part")
    void waitsForEachPart(String missing, @Nullable Instance instance, @Nullable PingStatus agent) {
        var sight = new BuilderSight(BUILDER, instance, agent);

        AwaitedBuilder answer = sight.judge(after(Duration.ofMinutes(10).minusSeconds(1)));
        assertThat(answer.done()).isFalse();
        assertThat(answer.waitSeconds()).isEqualTo(10);
        assertThatThrownBy(() -> sight.judge(after(Duration.ofMinutes(10))))
                .isInstanceOf(BuilderNotReadyException.class)
                .hasMessageStartingWith(
                        "Waiting for builder i-0a4c7d9e2f1b38560 (c6in.4xlarge in eu-central-1a) ended after 10 min: ")
                .hasMessageContaining(missing);
    }

    @Test
    @DisplayName("says that instance profile or network path is at fault when the agent never registers")
    void agentMissing() {
        var sight = new BuilderSight(BUILDER, instance(InstanceStateName.RUNNING, "/dev/xvdb"), null);

        assertThatThrownBy(() -> sight.judge(after(Duration.ofMinutes(11))))
                .hasMessageContaining("instance profile has the policy AmazonSSMManagedInstanceCore")
                .hasMessageContaining("ssm, ssmmessages and ec2messages");
    }

    @Test
    @DisplayName("means ready with the data volume's ID once everything is there, the deadline passed or not")
    void ready() {
        var sight = new BuilderSight(BUILDER, instance(InstanceStateName.RUNNING, "/dev/xvdb"), PingStatus.ONLINE);

        AwaitedBuilder answer = sight.judge(after(Duration.ofMinutes(11)));

        assertThat(answer)
                .isEqualTo(AwaitedBuilder.ready(new Builder(
                        "i-0a4c7d9e2f1b38560",
                        "c6in.4xlarge",
                        "eu-central-1a",
                        "vol-0c2e4f6a8b1d3e5f7",
                        "snap-0b3d5f7a9c1e2d4f6")));
    }

    @ParameterizedTest
    @EnumSource(
            value = InstanceStateName.class,
            names = {"SHUTTING_DOWN", "TERMINATED", "STOPPING", "STOPPED"})
    @DisplayName("means a lost builder, with EC2's reason, when the instance is ending or has ended")
    void lost(InstanceStateName state) {
        var sight = new BuilderSight(BUILDER, instance(state, "/dev/xvdb"), null);

        assertThatThrownBy(() -> sight.judge(after(Duration.ofSeconds(5))))
                .isInstanceOf(BuilderLostException.class)
                .hasMessageContaining("it is " + state)
                .hasMessageContaining("Server.InternalError: Client error on launch");
    }

    @Test
    @DisplayName("means a lost base when the volume's snapshot was gone, and a lost builder when it began empty")
    void baseLost() {
        Instance instance = instance(InstanceStateName.TERMINATED, "/dev/xvdb").toBuilder()
                .stateReason(StateReason.builder()
                        .code("Client.InvalidSnapshot.NotFound")
                        .message("The snapshot does not exist")
                        .build())
                .build();
        Builder empty = new Builder("i-0a4c7d9e2f1b38560", "c6in.4xlarge", "eu-central-1a", null, null);

        assertThatThrownBy(() -> new BuilderSight(BUILDER, instance, null).judge(after(Duration.ofSeconds(5))))
                .isInstanceOf(BaseLostException.class)
                .hasMessageContaining("snap-0b3d5f7a9c1e2d4f6")
                .hasMessageContaining("Client.InvalidSnapshot.NotFound");
        assertThatThrownBy(() -> new BuilderSight(empty, instance, null).judge(after(Duration.ofSeconds(5))))
                .isInstanceOf(BuilderLostException.class);
    }

    private static Poll after(Duration waited) {
        Instant start = Instant.parse("2026-11-24T05:10:00Z");
        return new Poll(start, start.plus(waited));
    }

    private static Instance instance(InstanceStateName state, String device) {
        return Instance.builder()
                .instanceId("i-0a4c7d9e2f1b38560")
                .state(InstanceState.builder().name(state).build())
                .stateReason(StateReason.builder()
                        .code("Server.InternalError")
                        .message("Client error on launch")
                        .build())
                .blockDeviceMappings(InstanceBlockDeviceMapping.builder()
                        .deviceName(device)
                        .ebs(EbsInstanceBlockDevice.builder()
                                .volumeId("vol-0c2e4f6a8b1d3e5f7")
                                .build())
                        .build())
                .build();
    }
}
