package dev.prebake.test;

import dev.prebake.lab.cloud.Lab;
import dev.prebake.lab.cloud.LabObserver;
import dev.prebake.lab.host.DataPlanes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.SnapshotState;

/**
 * What a lab has when it is opened over a home: it ends whatever another one left there.
 *
 * @param published what the cache's parameter says
 * @param snapshots each completed snapshot with its files: path, size and when they were written last
 */
record Survivors(String published, Map<String, List<String>> snapshots) {
    /** Opens a lab over the real data plane, looks, and closes it. */
    static Survivors of(Path home) {
        try (Lab lab = Lab.open(DataPlanes.detect(home).open(), LabObserver.none())) {
            Ledger ledger = new Ledger(lab, Set.of());
            if (!ledger.instances().isEmpty() || !ledger.volumes().isEmpty()) {
                throw new AssertionError("The lab was opened with " + ledger.instances() + " and " + ledger.volumes());
            }
            Map<String, List<String>> snapshots = new TreeMap<>();
            ledger.snapshots().stream()
                    .filter(snapshot -> snapshot.state() == SnapshotState.COMPLETED)
                    .forEach(snapshot -> snapshots.put(
                            snapshot.snapshotId(), files(home.resolve("snapshots/" + snapshot.snapshotId()))));
            return new Survivors(String.valueOf(ledger.parameter("/prebake/default/snapshot-id")), snapshots);
        }
    }

    private static List<String> files(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(Survivors::described)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String described(Path file) {
        try {
            return file + " " + Files.size(file) + " " + Files.getLastModifiedTime(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
