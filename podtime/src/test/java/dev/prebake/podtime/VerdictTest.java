package dev.prebake.podtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prebake.podtime.PodVersion.Role;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A pod's end")
class VerdictTest {
    @Test
    @DisplayName("is READY, and settled, once Ready was True")
    void ready() {
        assertThat(verdict(Story.pulled())).isEqualTo(new Verdict(Outcome.READY, true, ""));
    }

    @Test
    @DisplayName("is READY too when Ready was True in an earlier version alone")
    void readyBefore() {
        assertThat(verdict(Story.pulled().then().condition("Ready", "False", 20))
                        .outcome())
                .isEqualTo(Outcome.READY);
    }

    @Test
    @DisplayName("is FAILED with the program's exit code, and OOMKilled by name")
    void failed() {
        assertThat(verdict(Story.pulled()
                        .condition("Ready", "False", 20)
                        .ended("app", Role.MAIN, 13, 20, 137, "OOMKilled")
                        .phase("Failed")))
                .isEqualTo(new Verdict(Outcome.FAILED, true, "app ended with exit code 137 (OOMKilled)"));
        assertThat(verdict(Story.pulled()
                        .condition("Ready", "False", 20)
                        .ended("app", Role.MAIN, 13, 20, 3, "Error")
                        .phase("Failed")))
                .isEqualTo(new Verdict(Outcome.FAILED, true, "app ended with exit code 3"));
    }

    @Test
    @DisplayName("is FAILED with the pod's own reason where no program says why")
    void deadlineExceeded() {
        assertThat(verdict(Story.pulled()
                        .phase("Failed")
                        .because("DeadlineExceeded", "Pod was active on the node longer than the specified deadline")))
                .isEqualTo(new Verdict(
                        Outcome.FAILED,
                        true,
                        "DeadlineExceeded: Pod was active on the node longer than the specified deadline"));
    }

    @Test
    @DisplayName("is EVICTED with the node's words, or the disruption's")
    void evicted() {
        assertThat(verdict(Story.pulled()
                        .phase("Failed")
                        .because("Evicted", "The node was low on resource: ephemeral-storage.")))
                .isEqualTo(new Verdict(
                        Outcome.EVICTED, true, "Evicted: The node was low on resource: ephemeral-storage."));
        assertThat(verdict(Story.pulled()
                        .phase("Failed")
                        .condition("DisruptionTarget", "True", 20, "PreemptionByScheduler", "preempted")))
                .isEqualTo(new Verdict(Outcome.EVICTED, true, "PreemptionByScheduler: preempted"));
    }

    @Test
    @DisplayName("is DELETED when it is gone before it was ready")
    void deleted() {
        assertThat(verdict(Story.pulled().condition("Ready", "False", 14).gone()))
                .isEqualTo(new Verdict(Outcome.DELETED, true, "it was deleted before it was ready"));
    }

    @Test
    @DisplayName("is FAILED, and settled, in a crash loop")
    void crashLoop() {
        Verdict verdict = verdict(Story.pulled()
                .condition("Ready", "False", 14)
                .restarted(3)
                .waiting("app", "CrashLoopBackOff", "back-off 40s restarting failed container"));

        assertThat(verdict).isEqualTo(new Verdict(Outcome.FAILED, true, "app ended again and again, 3 times"));
    }

    @Test
    @DisplayName("is UNSCHEDULABLE with the scheduler's words, but not settled: a node may come")
    void unschedulable() {
        Verdict verdict = verdict(new Story()
                .container("app", Role.MAIN)
                .condition(
                        "PodScheduled", "False", 0, "Unschedulable", "0/3 nodes are available: 3 Insufficient cpu."));

        assertThat(verdict)
                .isEqualTo(new Verdict(Outcome.UNSCHEDULABLE, false, "0/3 nodes are available: 3 Insufficient cpu."));
    }

    @ParameterizedTest
    @CsvSource({
        "ErrImagePull, false",
        "ImagePullBackOff, false",
        "InvalidImageName, true",
        "ErrImageNeverPull, true",
    })
    @DisplayName("is IMAGE_NOT_PULLED, and settled only where the kubelet doesn't try again")
    void unpulled(String reason, boolean settled) {
        Verdict verdict = verdict(new Story()
                .accepted(0)
                .waiting("app", reason, "rpc error: not found")
                .event("Failed", "app", 2, "Failed to pull image \"app\": not found"));

        assertThat(verdict.outcome()).isEqualTo(Outcome.IMAGE_NOT_PULLED);
        assertThat(verdict.settled()).isEqualTo(settled);
        assertThat(verdict.words()).startsWith("app waits: " + reason + ": rpc error: not found");
    }

    @Test
    @DisplayName("is NOT_READY with the newest warning while it stands still")
    void notReady() {
        Verdict verdict = verdict(Story.pulled()
                .condition("Ready", "False", 14)
                .event("FailedMount", null, 3, "MountVolume.SetUp failed for volume \"data\"")
                .event("Unhealthy", "app", 20, "Readiness probe failed: HTTP 503"));

        assertThat(verdict)
                .isEqualTo(new Verdict(Outcome.NOT_READY, false, "Unhealthy: Readiness probe failed: HTTP 503"));
    }

    private static Verdict verdict(Story story) {
        return Verdict.of(story.history());
    }
}
