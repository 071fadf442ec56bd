package dev.prebake.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ec2.model.InstanceStateName;
import software.amazon.awssdk.services.ec2.model.SnapshotState;
import software.amazon.awssdk.services.ec2.model.VolumeState;

@DisplayName("What becomes of a failed execution's things")
class DisposalTest {
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "pending, REMOVE",
        "running, REMOVE",
        "stopping, REMOVE",
        "stopped, REMOVE",
        "shutting-down, WAIT",
        "terminated, LEAVE",
        "new-to-us, WAIT"
    })
    @DisplayName("instances are terminated unless they are ending")
    void instances(String state, Disposal expected) {
        assertThat(Disposal.of(InstanceStateName.fromValue(state))).isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "available, REMOVE",
        "error, REMOVE",
        "creating, WAIT",
        "in-use, WAIT",
        "deleting, WAIT",
        "deleted, LEAVE",
        "new-to-us, WAIT"
    })
    @DisplayName("volumes are deleted once nothing has them attached")
    void volumes(String state, Disposal expected) {
        assertThat(Disposal.of(VolumeState.fromValue(state))).isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"pending, REMOVE", "error, REMOVE", "completed, LEAVE", "new-to-us, LEAVE"})
    @DisplayName("snapshots are deleted unless they are whole")
    void snapshots(String state, Disposal expected) {
        assertThat(Disposal.of(SnapshotState.fromValue(state))).isEqualTo(expected);
    }
}
