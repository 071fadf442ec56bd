package dev.prebake.lab.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
class DirectoryDataPlaneTest {
    @TempDir
    Path folder;

    private DataPlane plane;

    @BeforeEach
    void open() {
        plane = DataPlanes.detect(folder).openDirectories();
    }

    @AfterEach
    void close() {
        plane.close();
    }

    @Test
    @DisplayName("A volume made from a snapshot has the content of the snapshot's moment, whatever was written later")
    void snapshotsAreOfOneMoment() throws IOException {
        Volume volume = plane.createVolume("vol-0a", 2);
        Files.createDirectories(volume.data().resolve("layers"));
        Files.writeString(volume.data().resolve("layers/one"), "before");

        Snapshot snapshot = plane.createSnapshot("snap-0a", "vol-0a").snapshot();
        Files.writeString(volume.data().resolve("layers/one"), "after");
        Volume restored = plane.createVolume("vol-0b", 3, "snap-0a");

        assertThat(restored.data().resolve("layers/one")).hasContent("before");
        assertThat(restored.sizeGiB()).isEqualTo(3);
        assertThat(snapshot.sizeGiB()).isEqualTo(2);
        assertThat(snapshot.usedBytes()).isEqualTo("before".length());
    }

    @Test
    @DisplayName("Volumes and snapshots are there again for the next lab on the same home, machines are not")
    void survivesTheProcess() {
        plane.createVolume("vol-0a", 1);
        plane.createSnapshot("snap-0a", "vol-0a");
        plane.startMachine(MachineSpec.of("i-0a", "vol-0a"));
        plane.close();

        open();

        assertThat(plane.volumes()).extracting(Volume::id).containsExactly("vol-0a");
        assertThat(plane.snapshots()).extracting(Snapshot::id).containsExactly("snap-0a");
        assertThat(plane.machines()).isEmpty();
        assertThat(plane.recover()).isEmpty();
    }

    @Test
    @DisplayName("Deleting a volume leaves its snapshots; deleting what is not there is no error")
    void deletes() {
        plane.createVolume("vol-0a", 1);
        plane.createSnapshot("snap-0a", "vol-0a");

        assertThat(plane.deleteVolume("vol-0a")).isTrue();
        assertThat(plane.deleteVolume("vol-0a")).isFalse();
        assertThat(plane.snapshot("snap-0a")).isPresent();
        assertThat(plane.deleteSnapshot("snap-0a")).isTrue();
        assertThat(plane.snapshots()).isEmpty();
    }

    @Test
    @DisplayName("What is written to a volume after its deletion makes no volume of it, and goes with the plane")
    void writtenAfterDeletion() throws IOException {
        Path data = plane.createVolume("vol-0a", 1).data();
        plane.deleteVolume("vol-0a");
        Files.createDirectories(data.resolve("blobs"));

        assertThat(plane.volume("vol-0a")).isEmpty();
        assertThat(plane.volumes()).isEmpty();
        plane.close();
        assertThat(data).doesNotExist();
        open();
    }

    @Test
    @DisplayName("What can't be done is refused in words that name the volume, the snapshot and the sizes")
    void refuses() {
        plane.createVolume("vol-0a", 2);
        plane.createSnapshot("snap-0a", "vol-0a");

        assertThatThrownBy(() -> plane.createVolume("vol-0a", 1)).hasMessageContaining("vol-0a is there already");
        assertThatThrownBy(() -> plane.createVolume("vol-0b", 0)).hasMessageContaining("smallest has 1 GiB");
        assertThatThrownBy(() -> plane.createVolume("vol-0b", 1, "snap-0a"))
                .hasMessage("Volume vol-0b can't have 1 GiB: snapshot snap-0a is of a volume of 2 GiB.");
        assertThatThrownBy(() -> plane.createVolume("vol-0b", 1, "snap-0x"))
                .hasMessageContaining("no snapshot snap-0x");
        assertThatThrownBy(() -> plane.createSnapshot("snap-0b", "vol-0x")).hasMessageContaining("no volume vol-0x");
        assertThatThrownBy(() -> plane.volume("../../etc")).hasMessageContaining("can't be an id");
    }

    @Test
    @DisplayName("A volume belongs to one machine at a time and can't be deleted under it")
    void attachesOnce() {
        plane.createVolume("vol-0a", 1);
        Machine machine = plane.startMachine(MachineSpec.of("i-0a", "vol-0a"));

        assertThatThrownBy(() -> plane.startMachine(MachineSpec.of("i-0b", "vol-0a")))
                .hasMessage("Volume vol-0a can't be attached to i-0b: it is attached to i-0a.");
        assertThatThrownBy(() -> plane.deleteVolume("vol-0a")).hasMessageContaining("attached to i-0a");

        machine.detach("vol-0a");
        assertThat(plane.deleteVolume("vol-0a")).isTrue();
    }

    @Test
    @DisplayName("A command gets its input and variables, and hands over output, errors and exit code")
    void runsCommands() {
        Machine machine = plane.startMachine(MachineSpec.of("i-0a"));
        var out = new ConcurrentLinkedQueue<String>();
        var err = new ConcurrentLinkedQueue<String>();

        int exit = machine.exec(Command.of("sh", "-c", "cat; echo \"$REQUEST\"; echo trouble >&2; exit 3")
                        .withStdin("one\ntwo")
                        .withEnvironment("REQUEST", "three")
                        .withOutput(out::add, err::add))
                .await();

        assertThat(exit).isEqualTo(3);
        assertThat(out).containsExactly("one", "twothree");
        assertThat(err).containsExactly("trouble");
    }

    @Test
    @DisplayName("Killing a command lets its traps run and ends its children, detached ones too")
    void killsTheTree() throws Exception {
        Machine machine = plane.startMachine(MachineSpec.of("i-0a"));
        var out = new ConcurrentLinkedQueue<String>();
        var up = new CountDownLatch(1);
        RunningCommand command = machine.exec(Command.of(
                        "bash",
                        "-c",
                        "trap 'echo cleaned up; exit 7' TERM; setsid sleep 600 & echo up; while :; do wait; done")
                .withOutput(
                        line -> {
                            out.add(line);
                            up.countDown();
                        },
                        line -> {}));
        up.await();

        command.kill(Duration.ofSeconds(20));

        assertThat(command.await()).isEqualTo(7);
        assertThat(out).containsExactly("up", "cleaned up");
        assertThat(ProcessTable.withVariablePrefix(NamespaceMachine.MARKER, plane.home() + "/"))
                .isEmpty();
    }

    @Test
    @DisplayName("A second lab on the same home is refused in words that name the first one's process")
    void locksTheHome() {
        assertThatThrownBy(() -> DataPlanes.detect(folder).open())
                .isInstanceOf(HomeInUseException.class)
                .hasMessageContaining("process " + ProcessHandle.current().pid())
                .hasMessageContaining("PREBAKE_HOME");
    }

    @Test
    @DisplayName("What a killed lab left half made is removed at the next start, and said")
    void removesTheUnfinished() throws IOException {
        Files.createDirectories(folder.resolve("directories/volumes/.unfinished-vol-0a/data"));
        Files.createDirectories(folder.resolve("directories/snapshots/.unfinished-snap-0a/data"));
        Files.createDirectories(folder.resolve("directories/machines/i-0a"));

        assertThat(plane.recover())
                .containsExactly(
                        "Removed machine i-0a, which had been cut off.",
                        "Removed volume vol-0a, which was not complete.",
                        "Removed snapshot snap-0a, which was not complete.");
        assertThat(plane.volumes()).isEmpty();
        assertThat(plane.recover()).isEmpty();
    }
}
