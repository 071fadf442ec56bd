package dev.prebake.lab.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
class LoopDataPlaneTest {
    @TempDir
    Path folder;

    private DataPlane plane;

    @BeforeEach
    void open() {
        Detection detection = DataPlanes.detect(folder);
        assumeTrue(detection.real(), detection::inWords);
        plane = detection.open();
    }

    @AfterEach
    void close() {
        if (plane != null) {
            plane.close();
        }
    }

    @Test
    @DisplayName("A file system written in one machine is read in another from a volume made from the snapshot")
    void snapshotCarriesTheFileSystem() {
        plane.createVolume("vol-0a", 1);
        try (Machine writer = plane.startMachine(MachineSpec.of("i-0a", "vol-0a"))) {
            assertThat(run(
                            writer,
                            "mkfs.xfs -q %1$s && mkdir /run/v && mount %1$s /run/v && echo content >/run/v/file && umount /run/v"
                                    .formatted(writer.device("vol-0a"))))
                    .isEmpty();
        }
        Snapshot snapshot = plane.createSnapshot("snap-0a", "vol-0a").snapshot();
        plane.createVolume("vol-0b", 2, "snap-0a");

        try (Machine reader = plane.startMachine(MachineSpec.of("i-0b", "vol-0b"))) {
            assertThat(run(
                            reader,
                            "mkdir /run/v && mount %1$s /run/v && cat /run/v/file && blockdev --getsize64 %1$s"
                                    .formatted(reader.device("vol-0b"))))
                    .containsExactly("content", Long.toString(2L << 30));
        }
        assertThat(snapshot.usedBytes())
                .describedAs("a sparse copy of a nearly empty 1 GiB file system")
                .isPositive()
                .isLessThan(100 << 20);
        assertNothingLeft();
    }

    @Test
    @DisplayName("A snapshot of an attached volume has what was written to the device")
    void snapshotsAttachedVolumes() throws IOException {
        plane.createVolume("vol-0a", 1);
        try (Machine machine = plane.startMachine(MachineSpec.of("i-0a", "vol-0a"))) {
            run(
                    machine,
                    "printf 'written' | dd of=%s bs=512 conv=sync,notrunc status=none"
                            .formatted(machine.device("vol-0a")));

            Path copy = plane.createSnapshot("snap-0a", "vol-0a").snapshot().data();

            try (var in = Files.newInputStream(copy)) {
                assertThat(in.readNBytes(7)).asString().isEqualTo("written");
            }
        }
    }

    @Test
    @DisplayName("A machine has its own /tmp, /run and process ids, and still sees the lab's home under /tmp")
    void isOnItsOwn() throws IOException {
        Path seen = Files.writeString(plane.home().resolve("seen"), "visible");
        try (Machine machine = plane.startMachine(MachineSpec.of("i-0a"))) {
            assertThat(run(machine, "cat " + seen)).containsExactly("visible");
            run(machine, "echo private >/run/prebake-private; echo private >/tmp/prebake-private");

            assertThat(Path.of("/run/prebake-private")).doesNotExist();
            assertThat(Path.of("/tmp/prebake-private")).doesNotExist();
            assertThat(machine.fromOutside(Path.of("/run/prebake-private"))).hasContent("private\n");
            assertThat(run(machine, "cat /proc/1/cmdline | tr '\\0' ' '").getFirst())
                    .startsWith("bash " + plane.home());
        }
    }

    @Test
    @DisplayName("A volume that an interrupted thread attaches goes with its machine, and its loop device too")
    void attachesWhileInterrupted() {
        Path file = plane.createVolume("vol-0a", 1).data();
        try (Machine machine = plane.startMachine(MachineSpec.of("i-0a"))) {
            Thread.currentThread().interrupt();
            try {
                machine.attach("vol-0a");
            } finally {
                assertThat(Thread.interrupted())
                        .describedAs("still interrupted")
                        .isTrue();
            }
            assertThat(LoopDevices.deviceOf(file)).isPresent();
        }
        assertThat(LoopDevices.deviceOf(file)).isEmpty();
        assertNothingLeft();
    }

    @Test
    @DisplayName("A machine without network reaches nothing but its own loopback interface")
    void canBeWithoutNetwork() {
        try (Machine machine = plane.startMachine(MachineSpec.of("i-0a").withoutNetwork())) {
            assertThat(run(machine, "ip -brief address | awk '{print $1, $3}'")).containsExactly("lo 127.0.0.1/8");
        }
    }

    @Test
    @DisplayName("Stopping a machine lets traps run, ends what ignores SIGTERM, and leaves no process, mount or device")
    void stopsEverything() throws InterruptedException {
        plane.createVolume("vol-0a", 1);
        Machine machine = plane.startMachine(MachineSpec.of("i-0a", "vol-0a"));
        String device = machine.device("vol-0a").toString();
        run(machine, "mkfs.xfs -q %1$s && mkdir /run/v && mount %1$s /run/v".formatted(device));
        var out = new ConcurrentLinkedQueue<String>();
        var up = new CountDownLatch(2);
        RunningCommand tidy =
                start(machine, "trap 'echo tidy; exit' TERM; echo up; while :; do sleep 0.1; done", out, up);
        RunningCommand stubborn = start(machine, "trap '' TERM; setsid sleep 600 & echo up; sleep 600; wait", out, up);
        up.await();

        machine.stop(Duration.ofSeconds(1));
        machine.stop(Duration.ofSeconds(1));

        assertThat(tidy.await()).isZero();
        assertThat(stubborn.await()).isEqualTo(128 + 9);
        assertThat(out).containsExactlyInAnyOrder("up", "up", "tidy");
        assertThat(machine.running()).isFalse();
        assertThatThrownBy(() -> machine.exec(Command.of("true"))).hasMessageContaining("i-0a: it has ended");
        assertNothingLeft();
    }

    @Test
    @DisplayName("Killing a command lets its traps run and ends its detached children, and the machine goes on")
    void killsOneCommand() throws InterruptedException {
        try (Machine machine = plane.startMachine(MachineSpec.of("i-0a"))) {
            var out = new ConcurrentLinkedQueue<String>();
            var up = new CountDownLatch(1);
            RunningCommand command = start(
                    machine,
                    "trap 'echo tidy; exit 7' TERM; setsid sleep 600 & echo up; while :; do wait; done",
                    out,
                    up);
            up.await();

            command.kill(Duration.ofSeconds(20));

            assertThat(command.await()).isEqualTo(7);
            assertThat(out).containsExactly("up", "tidy");
            assertThat(run(machine, "cat /proc/[0-9]*/comm")).doesNotContain("sleep");
        }
    }

    @Test
    @DisplayName("A detached volume's device is free at once and can be attached elsewhere")
    void detaches() {
        plane.createVolume("vol-0a", 1);
        try (Machine first = plane.startMachine(MachineSpec.of("i-0a", "vol-0a"));
                Machine second = plane.startMachine(MachineSpec.of("i-0b"))) {
            assertThatThrownBy(() -> second.attach("vol-0a"))
                    .hasMessage("Volume vol-0a can't be attached to i-0b: it is attached to i-0a.");

            first.detach("vol-0a");
            assertThat(LoopDevices.under(plane.home())).isEmpty();
            second.attach("vol-0a");

            assertThat(run(second, "blockdev --getsize64 " + second.device("vol-0a")))
                    .containsExactly(Long.toString(1L << 30));
        }
        assertNothingLeft();
    }

    @Test
    @DisplayName("A lab killed with SIGKILL takes its machines, mounts and loop devices with it")
    void diesWithTheLab() throws Exception {
        plane.close();
        Process lab = KilledLab.start(folder);
        try (var lines = lab.inputReader()) {
            assertThat(lines.readLine()).isEqualTo("up");
            assertThat(ProcessTable.withVariablePrefix(NamespaceMachine.MARKER, folder.toRealPath() + "/"))
                    .describedAs("the machine is there before the kill")
                    .isNotEmpty();
        }
        lab.destroyForcibly().waitFor();
        Path image = folder.toRealPath().resolve("volumes/vol-0a/volume.img");
        LoopDevices.awaitRelease(image);

        plane = DataPlanes.detect(folder).open();
        assertNothingLeft();
        assertThat(plane.recover()).contains("Removed machine i-0a, which had been cut off.");
        assertThat(plane.volumes()).extracting(Volume::id).containsExactly("vol-0a");
        assertThat(plane.recover()).isEmpty();
    }

    @Test
    @DisplayName("Recovery frees the loop devices, mounts and processes of this home, and says what it was")
    void recovers() throws Exception {
        Volume volume = plane.createVolume("vol-0a", 1);
        Tool.run("mkfs.xfs", "-q", volume.data().toString());
        Path device = LoopDevices.attach(volume.data());
        Path point = Files.createDirectory(folder.resolve("mount point"));
        Tool.run("mount", device.toString(), point.toString());
        var builder = new ProcessBuilder("sleep", "600");
        builder.environment().put(NamespaceMachine.MARKER, plane.home() + "/machines/i-0a");
        Process left = builder.start();

        List<String> removed = plane.recover();

        assertThat(removed)
                .hasSize(3)
                .anySatisfy(sentence -> assertThat(sentence).contains("Ended process " + left.pid()))
                .contains(
                        "Unmounted %s from %s.".formatted(device, point),
                        "Freed loop device %s of %s.".formatted(device, volume.data()));
        assertThat(left.isAlive()).isFalse();
        assertNothingLeft();
    }

    private void assertNothingLeft() {
        assertThat(ProcessTable.withVariablePrefix(NamespaceMachine.MARKER, plane.home() + "/"))
                .isEmpty();
        assertThat(LoopDevices.under(plane.home())).isEmpty();
        assertThat(Tool.run("cat", "/proc/self/mounts"))
                .doesNotContain(plane.home().toString());
        assertThat(ControlGroups.remove("i-0a")).isEmpty();
    }

    private static RunningCommand start(
            Machine machine, String script, ConcurrentLinkedQueue<String> out, CountDownLatch up) {
        return machine.exec(Command.of("bash", "-c", script)
                .withOutput(
                        line -> {
                            out.add(line);
                            up.countDown();
                        },
                        line -> {}));
    }

    private static List<String> run(Machine machine, String script) {
        var out = new ArrayList<String>();
        var err = new ArrayList<String>();
        int exit = machine.exec(Command.of("bash", "-c", script).withOutput(out::add, err::add))
                .await();
        assertThat(exit).describedAs("%s: %s", script, err).isZero();
        return out;
    }
}
