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

        assertThat(verdict.outcome()).isEqualTo(Outcome.UNSCHEDULABLE);
        assertThat(verdict.settled()).isFalse();
        assertThat(verdict.words()).isEqualTo("0/3 nodes are available: 3 Insufficient cpu.");
        assertThat(verdict.advice()).startsWith("Add a node that takes it");
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
    @DisplayName(
            "says once why an image was not pulled, by the event where the container only says that it waits for the next try")
    void pullFailure() {
        Story story = new Story().accepted(0).event("Failed", "app", 2, "Failed to pull image \"app\": not found");

        assertThat(verdict(story.waiting("app", "ErrImagePull", "not found")).words())
                .isEqualTo("app waits: ErrImagePull: not found");
        assertThat(verdict(story.waiting("app", "ImagePullBackOff", "Back-off pulling image \"app\""))
                        .words())
                .isEqualTo(
                        "app waits: ImagePullBackOff: Back-off pulling image \"app\" (Failed to pull image \"app\": not"
                                + " found)");
    }

    @Test
    @DisplayName("is NOT_READY with the newest warning while it stands still")
    void notReady() {
        Verdict verdict = verdict(Story.pulled()
                .condition("Ready", "False", 14)
                .event("FailedMount", null, 3, "MountVolume.SetUp failed for volume \"data\"")
                .event("Unhealthy", "app", 20, "Readiness probe failed: HTTP 503"));

        assertThat(verdict.outcome()).isEqualTo(Outcome.NOT_READY);
        assertThat(verdict.settled()).isFalse();
        assertThat(verdict.words()).isEqualTo("Unhealthy: Readiness probe failed: HTTP 503");
        assertThat(verdict.advice()).startsWith("kubectl logs app-1 -n default shows what its program says");
    }

    @Test
    @DisplayName(
            "is NOT_READY with what a container waits for, where the kubelet can't set it up, whatever was warned of since")
    void waits() {
        Verdict verdict = verdict(new Story()
                .accepted(0)
                .waiting("app", "CreateContainerConfigError", "secret \"token\" not found")
                .event("DNSConfigForming", null, 20, "Search Line limits were exceeded"));

        assertThat(verdict.outcome()).isEqualTo(Outcome.NOT_READY);
        assertThat(verdict.words()).isEqualTo("app waits: CreateContainerConfigError: secret \"token\" not found");
        assertThat(verdict.advice())
                .startsWith("Create the Secret or ConfigMap that the container names in namespace default");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ErrImagePull | failed to authorize: failed to fetch anonymous token: dial tcp: lookup auth.example: no such"
                        + " host | doesn't reach",
                "ErrImagePull | rpc error: failed to resolve reference \"a:1\": a:1: not found | has no such image",
                "ErrImagePull | manifest for a:1 not found: manifest unknown | has no such image",
                "ErrImagePull | pull access denied, repository does not exist or may require authorization | refuses the",
                "ErrImagePull | unexpected status from HEAD request to https://a/v2/b/manifests/1: 403 Forbidden | refuses the",
                "ErrImagePull | authorization failed: no basic auth credentials | refuses the",
                "ErrImagePull | dial tcp: lookup registry.example: no such host | doesn't reach",
                "ErrImagePull | dial tcp 10.0.0.9:443: i/o timeout | doesn't reach",
                "ErrImagePull | x509: certificate signed by unknown authority | doesn't reach",
                "ErrImagePull | toomanyrequests: You have reached your pull rate limit | See that the image's name",
                "InvalidImageName | couldn't parse image reference | Correct the image's name",
                "ErrImageNeverPull | Container image is not present | imagePullPolicy is Never",
                "RunContainerError | context deadline | kubectl describe pod app-1 -n default shows more",
            })
    @DisplayName("comes with what to do, by what the registry, the network or the kubelet answered")
    void advice(String reason, String words, String advice) {
        assertThat(verdict(new Story().accepted(0).waiting("app", reason, words))
                        .advice())
                .contains(advice);
    }

    @ParameterizedTest
    @CsvSource({
        "FailedMount, secret \"a\" not found, Create what the volume names in namespace default",
        "FailedMount, timed out waiting for the condition, See what its volumes need",
        "FailedAttachVolume, Multi-Attach error for volume, See what its volumes need",
        "FailedCreatePodSandBox, words, That is up to its node's network plugin",
        "NodeNotReady, words, kubectl describe pod app-1",
    })
    @DisplayName("comes with what to do, by the newest warning")
    void adviceOfEvents(String reason, String words, String advice) {
        assertThat(verdict(new Story().accepted(0).container("app", Role.MAIN).add(warning(reason, words)))
                        .advice())
                .startsWith(advice);
    }

    private static PodEvent warning(String reason, String words) {
        return new PodEvent(
                "app-1.1",
                Story.UID,
                null,
                reason,
                words,
                true,
                "kubelet",
                null,
                Story.at(1),
                Story.at(1),
                Story.at(1));
    }

    private static Verdict verdict(Story story) {
        return Verdict.of(story.history());
    }
}
