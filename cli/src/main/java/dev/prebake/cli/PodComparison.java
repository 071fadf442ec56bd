package dev.prebake.cli;

import dev.prebake.lab.host.DataPlane;
import dev.prebake.lab.node.Node;
import dev.prebake.lab.node.NodeOptions;
import dev.prebake.lab.node.PodSpec;
import dev.prebake.lab.node.PodStart;
import dev.prebake.lab.node.PullSettings;
import java.time.Duration;
import java.util.List;

/**
 * Starts the same pod on two fresh nodes of the same kind, one with an empty volume and one with a volume from the snapshot,
 * and once more on the second.
 */
final class PodComparison {
    private static final Duration LIMIT = Duration.ofHours(1);
    private static final double NANOS = 1e9;

    private final DataPlane plane;
    private final Terminal terminal;

    PodComparison(DataPlane plane, Terminal terminal) {
        this.plane = plane;
        this.terminal = terminal;
    }

    /**
     * Measures the three starts.
     *
     * @param snapshotId the snapshot's ID
     * @param snapshot what it should have; its first image is the pod's
     * @param pull how that image's registry is reached
     * @param command what the pod runs; empty for the image's own program
     * @param ends whether the image's own program is known to end, so that its end can be waited for
     */
    LocalReport.PodStart measure(
            String snapshotId, LocalReport.Snapshot snapshot, PullSettings pull, List<String> command, boolean ends) {
        String image = snapshot.images().getFirst().reference();
        int volumeSizeGiB = snapshot.volumeSizeGiB();
        PodSpec pod = new PodSpec("prebake-local", image, command, List.of(), ends || !command.isEmpty(), LIMIT, pull);
        terminal.line("prebake: starting a pod of " + image + " on a fresh node with an empty volume");
        PodStart uncached = onFreshNode(
                        "1",
                        NodeOptions.standard(),
                        volumeId -> plane.createVolume(volumeId, volumeSizeGiB),
                        List.of(),
                        List.of(pod))
                .getFirst();
        terminal.line(
                "prebake: starting the same pod on a fresh node from " + snapshotId + ", cut off from the network");
        // Without a network a pull can't hide in the figures.
        List<PodStart> cached = onFreshNode(
                "2",
                NodeOptions.standard().withoutNetwork(),
                volumeId -> plane.createVolume(volumeId, volumeSizeGiB, snapshotId),
                snapshot.images(),
                List.of(pod, pod));
        double uncachedSeconds = seconds(uncached.total());
        double cachedSeconds = seconds(cached.getFirst().total());
        return new LocalReport.PodStart(
                image,
                uncachedSeconds,
                cachedSeconds,
                seconds(cached.getLast().total()),
                LocalRun.rounded(uncachedSeconds / cachedSeconds),
                parts(uncached),
                parts(cached.getFirst()),
                parts(cached.getLast()));
    }

    /**
     * Boots a node on a new volume, asks it for its images, drops the page cache, starts the pods one after another, and removes
     * both. After a failure the volume stays for the lab to delete as it closes: a node that was interrupted may still hold it.
     */
    private List<PodStart> onFreshNode(
            String number,
            NodeOptions options,
            VolumeMaker volume,
            List<LocalReport.Image> images,
            List<PodSpec> pods) {
        // Unlike every other lab's on this machine: control groups are the machine's as a whole.
        String suffix = Long.toHexString(ProcessHandle.current().pid()) + number;
        String id = "0".repeat(17 - suffix.length()) + suffix;
        String volumeId = "vol-" + id;
        volume.make(volumeId);
        List<PodStart> starts;
        try (Node node = Node.boot(plane, "i-" + id, volumeId, options)) {
            requireListed(images, node);
            Node.dropCaches();
            starts =
                    pods.stream().map(node::start).map(PodComparison::succeeded).toList();
        }
        plane.deleteVolume(volumeId);
        return starts;
    }

    private static void requireListed(List<LocalReport.Image> images, Node node) {
        String version = node.cri().version();
        List<String> problems =
                NodeListing.problems(images, node.cri().listImages(), !version.startsWith("containerd 1.6."));
        if (!problems.isEmpty()) {
            throw new ImagesMissingException("A node from the snapshot (" + version
                    + ") was asked for its images over CRI: " + String.join("; ", problems)
                    + ". A new bake with \"force\": true starts from an empty volume.");
        }
    }

    private static PodStart succeeded(PodStart start) {
        int exitCode = start.exitCode().orElse(0);
        if (exitCode != 0) {
            throw new PodFailedException("The pod of " + start.image() + " ended with exit code " + exitCode
                    + ". Its last lines:\n  " + String.join("\n  ", start.lastLines()));
        }
        return start;
    }

    private static LocalReport.Parts parts(PodStart start) {
        return new LocalReport.Parts(
                seconds(start.fetch()),
                seconds(start.unpack()),
                seconds(start.lookup()
                        .plus(start.sandbox())
                        .plus(start.create())
                        .plus(start.start())),
                seconds(start.run()));
    }

    private static double seconds(Duration duration) {
        return LocalRun.rounded(duration.toNanos() / NANOS);
    }

    /** Makes a node's volume under an ID. */
    private interface VolumeMaker {
        Object make(String volumeId);
    }
}
