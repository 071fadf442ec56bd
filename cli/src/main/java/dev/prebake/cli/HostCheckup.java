package dev.prebake.cli;

import dev.prebake.lab.host.MissingPiece;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Judges a machine: can {@code prebake local} run here, and whole? */
final class HostCheckup {
    private static final Pattern CONTAINERD = Pattern.compile("\\bv?(\\d+)\\.(\\d+)\\.\\d+");
    private static final int OLDEST_MAJOR = 1;
    private static final int OLDEST_MINOR = 6;
    private static final long GIB = 1L << 30;
    /** The sample's layers, its volume, snapshot and two nodes come to 2 GiB. */
    private static final long LEAST_FREE = 4 * GIB;
    /** The bake fetches into memory what is up to this large, and the page cache wants some too. */
    private static final long LEAST_MEMORY = 2 * GIB;

    private HostCheckup() {}

    static List<Finding> of(HostFacts facts) {
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.ok("JDK", facts.javaVersion()));
        if (facts.detection().real()) {
            findings.add(Finding.ok("real volumes", facts.detection().inWords()));
        }
        for (MissingPiece piece : facts.detection().missing()) {
            findings.add(Finding.warning(
                    "real volumes",
                    piece.reason() + "; the workflow still runs, over plain folders and without pods",
                    piece.debianPackage() == null
                            ? "Run as root on Linux with loop devices, xfs, overlayfs and mount namespaces."
                            : "apt-get install " + piece.debianPackage()));
        }
        if (facts.containerd() != null) {
            findings.add(containerd(facts.containerd()));
        }
        findings.add(
                facts.igzip()
                        ? Finding.ok("decompressor", "igzip")
                        : Finding.warning(
                                "decompressor",
                                "igzip is not installed; bakes here use a slower one",
                                "apt-get install isal"));
        findings.add(home(facts));
        if (facts.availableMemoryBytes() > 0) {
            findings.add(
                    facts.availableMemoryBytes() >= LEAST_MEMORY
                            ? Finding.ok("memory", Quantities.bytes(facts.availableMemoryBytes()) + " available")
                            : Finding.warning(
                                    "memory",
                                    Quantities.bytes(facts.availableMemoryBytes()) + " available",
                                    "Free " + Quantities.bytes(LEAST_MEMORY)
                                            + ", or bake small images: layers are fetched into memory."));
        }
        findings.add(
                facts.portProblem() == null
                        ? Finding.ok("port " + LocalCommand.SAMPLE_PORT, "free, for the sample's registry")
                        : Finding.warning(
                                "port " + LocalCommand.SAMPLE_PORT,
                                "the sample's registry can't listen there: " + facts.portProblem(),
                                "Stop what listens there (a lab of the sample does: ./prebake lab stop), or bake an image of your"
                                        + " own with --image."));
        return findings;
    }

    private static Finding containerd(String version) {
        Matcher found = CONTAINERD.matcher(version);
        if (!found.find()) {
            return Finding.warning(
                    "containerd", "its version can't be read from '" + version + "'", "Use 1.6, 1.7 or 2.x.");
        }
        int major = Integer.parseInt(found.group(1));
        int minor = Integer.parseInt(found.group(2));
        boolean old = major < OLDEST_MAJOR || (major == OLDEST_MAJOR && minor < OLDEST_MINOR);
        return old
                ? Finding.failed("containerd", found.group() + " is older than 1.6", "Install 1.6, 1.7 or 2.x.")
                : Finding.ok("containerd", found.group());
    }

    private static Finding home(HostFacts facts) {
        String problem = facts.homeProblem();
        if (problem != null) {
            return Finding.failed(
                    "home",
                    "nothing can be written to " + facts.home() + ": " + problem,
                    "Set PREBAKE_HOME to a folder that you can write to.");
        }
        String room = Quantities.bytes(facts.freeBytes()) + " free in " + facts.home();
        return facts.freeBytes() >= LEAST_FREE
                ? Finding.ok("home", room)
                : Finding.warning(
                        "home",
                        room,
                        "Free " + Quantities.bytes(LEAST_FREE)
                                + " for the sample, about three times an image's size for your own,"
                                + " or set PREBAKE_HOME to a larger disk.");
    }
}
