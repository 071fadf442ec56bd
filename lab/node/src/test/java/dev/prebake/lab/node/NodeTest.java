package dev.prebake.lab.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.prebake.lab.host.Command;
import dev.prebake.lab.host.DataPlane;
import dev.prebake.lab.host.DataPlanes;
import dev.prebake.lab.host.Detection;
import dev.prebake.lab.host.Machine;
import dev.prebake.lab.host.MachineSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
class NodeTest {
    private static final Path BUSYBOX = Path.of("/bin/busybox");

    @TempDir
    Path folder;

    private DataPlane plane;
    private StaticRegistry registry;

    @BeforeEach
    void open() throws Exception {
        Detection detection = DataPlanes.detect(folder.resolve("home"));
        assumeTrue(detection.real(), detection::inWords);
        assumeTrue(
                Files.isExecutable(BUSYBOX),
                "there is no static busybox for the image (Debian package busybox-static)");
        registry = new StaticRegistry(folder, BUSYBOX);
        plane = detection.open();
    }

    @AfterEach
    void close() {
        if (plane != null) {
            registry.close();
            plane.close();
        }
    }

    @Test
    @DisplayName("A fresh node pulls an image once, runs its program, and hands over its exit code and output")
    void startsUncached() throws IOException {
        plane.createVolume("vol-0a", 4);
        try (Node node = Node.boot(plane, "i-0a", "vol-0a", NodeOptions.standard())) {
            PodStart first = node.start(
                    PodSpec.toExit("one", registry.reference(), "sh", "-c", "echo out; echo trouble >&2; exit 3"));
            Node.dropCaches();
            PodStart second = node.start(PodSpec.toExit("two", registry.reference()));
            PodStart third = node.start(PodSpec.toStart("three", registry.reference(), "sleep", "600"));

            assertThat(first.imageWasPresent()).isFalse();
            assertThat(first.exitCode()).hasValue(3);
            assertThat(first.lastLines()).containsExactlyInAnyOrder("out", "trouble");
            assertThat(first.fetch()).isPositive();
            assertThat(first.unpack()).isPositive();
            assertThat(first.total()).isEqualTo(first.untilStarted().plus(first.run()));
            assertThat(second.imageWasPresent()).isTrue();
            assertThat(second.pull()).isZero();
            assertThat(second.exitCode()).hasValue(0);
            assertThat(second.lastLines()).containsExactly("from the image");
            assertThat(third.exitCode()).isEmpty();
            assertThat(node.cri().listImages())
                    .anySatisfy(image -> assertThat(image.tags()).contains(registry.reference()))
                    .anySatisfy(image -> {
                        assertThat(image.tags()).contains(PauseImage.REFERENCE);
                        assertThat(image.sizeBytes()).isPositive();
                    });

            node.cri().removeImage(registry.reference());
            assertThat(node.cri().imageStatus(registry.reference())).isEmpty();
            assertThat(node.cri().version()).startsWith("containerd ");
        }
        assertNothingLeft();
    }

    @Test
    @DisplayName("A node cut off from the network starts a pod from a snapshot's volume without a pull")
    void startsFromASnapshot() throws IOException {
        plane.createVolume("vol-0a", 4);
        try (Machine builder = plane.startMachine(MachineSpec.of("i-0a", "vol-0a"))) {
            bake(builder, builder.device("vol-0a"));
        }
        plane.createSnapshot("snap-0a", "vol-0a");
        plane.createVolume("vol-0b", 5, "snap-0a");

        try (Node node =
                Node.boot(plane, "i-0b", "vol-0b", NodeOptions.standard().withoutNetwork())) {
            registry.close();
            assertThat(node.cri().listImages())
                    .anySatisfy(image -> assertThat(image.tags()).contains(registry.reference()));
            PodStart start = node.start(PodSpec.toExit("cached", registry.reference(), "cat", "/proc/net/dev"));

            assertThat(start.imageWasPresent()).isTrue();
            assertThat(start.exitCode()).hasValue(0);
            assertThat(start.lastLines()).hasSize(3).last().asString().startsWith("    lo:");
        }
        assertNothingLeft();
    }

    @Test
    @DisplayName("A pod whose image's registry can't be reached gets it from the first mirror that can")
    void pullsFromMirror() {
        plane.createVolume("vol-0a", 4);
        String[] parts = registry.reference().split("/", 2);
        PullSettings mirrors = new PullSettings(null, List.of("http://127.0.0.1:2", "http://" + parts[0]), Map.of());
        try (Node node = Node.boot(plane, "i-0a", "vol-0a", NodeOptions.standard())) {
            PodStart start = node.start(new PodSpec(
                    "one", "127.0.0.1:1/" + parts[1], List.of(), List.of(), true, Duration.ofMinutes(5), mirrors));
            assertThat(start.imageWasPresent()).isFalse();
            assertThat(start.lastLines()).containsExactly("from the image");
        }
        assertNothingLeft();
    }

    @Test
    @DisplayName("An image that can't be pulled is an error that names it and says what the registry answered")
    void saysWhatTheRegistryAnswered() {
        plane.createVolume("vol-0a", 4);
        String unknown = registry.reference() + "-unknown";
        try (Node node = Node.boot(plane, "i-0a", "vol-0a", NodeOptions.standard())) {
            assertThatThrownBy(() -> node.start(PodSpec.toExit("one", unknown)))
                    .isInstanceOf(NodeException.class)
                    .hasMessageStartingWith("Pulling " + unknown + " failed: ")
                    .hasMessageContaining("not found");
            node.start(PodSpec.toExit("two", registry.reference()));
            assertThatThrownBy(() -> node.start(PodSpec.toExit("three", registry.reference(), "no-such-program")))
                    .isInstanceOf(NodeException.class)
                    .hasMessageStartingWith("Starting a container of " + registry.reference() + " failed: ")
                    .hasMessageContaining("no-such-program");
        }
        assertNothingLeft();
    }

    @Test
    @DisplayName("A volume with another file system than xfs is refused, and the machine is gone again")
    void refusesOtherFileSystems() {
        plane.createVolume("vol-0a", 1);
        try (Machine machine = plane.startMachine(MachineSpec.of("i-0a", "vol-0a"))) {
            run(machine, "mkfs.ext4 -q " + machine.device("vol-0a"));
        }
        assertThatThrownBy(() -> Node.boot(plane, "i-0a", "vol-0a", NodeOptions.standard()))
                .isInstanceOf(NodeException.class)
                .hasMessageContaining("Mounting the data volume of node i-0a failed")
                .hasMessageContaining("file system of type ext4");
        assertThat(plane.machines()).isEmpty();
        assertNothingLeft();
    }

    @Test
    @DisplayName(
            "A lab killed while a pod runs leaves no process and no device; the next start removes its control groups")
    void diesWithTheLab() throws Exception {
        plane.close();
        Path home = plane.home();
        Process lab = KilledNode.start(home, registry.reference());
        try (var lines = lab.inputReader()) {
            assertThat(lines.readLine()).isEqualTo("up");
            lab.destroyForcibly().waitFor();
        }

        plane = DataPlanes.detect(home).open();
        List<String> removed = plane.recover();

        assertThat(removed)
                .contains("Removed machine i-0a, which had been cut off.")
                .anyMatch(sentence -> sentence.startsWith("Removed control group "));
        assertThat(plane.recover()).isEmpty();
        assertNothingLeft();
    }

    private void assertNothingLeft() {
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            assertThat(processes
                            .filter(process ->
                                    read(process.resolve("environ")).contains("PREBAKE_MACHINE=" + plane.home() + "/"))
                            .toList())
                    .isEmpty();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        assertThat(host("losetup", "--list", "--noheadings", "--output", "BACK-FILE"))
                .doesNotContain(plane.home().toString());
        assertThat(read(Path.of("/proc/self/mounts"))).doesNotContain("/var/lib/containerd");
        assertThat(host("find", "/sys/fs/cgroup", "-maxdepth", "2", "-name", "prebake-i-0?"))
                .isEmpty();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    private static String host(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            return new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A bake by hand: a containerd of its own on the volume, one pull, a clean unmount. */
    private void bake(Machine builder, Path device) throws IOException {
        Files.writeString(builder.fromOutside(Path.of("/run/bake.toml")), """
                version = 2
                root = "/run/v"
                state = "/run/bake"
                disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]
                [grpc]
                address = "/run/bake/socket"
                """);
        run(builder, """
                set -e
                mkfs.xfs -q %1$s; mkdir /run/v; mount %1$s /run/v
                containerd --config /run/bake.toml >/run/bake.log 2>&1 & containerd=$!
                images() { ctr --address /run/bake/socket --namespace k8s.io images "$@"; }
                until images ls >/dev/null 2>&1; do sleep 0.05; done
                images pull --plain-http %2$s
                images label %2$s io.cri-containerd.image=managed io.cri-containerd.pinned=pinned
                kill $containerd; wait $containerd || true
                umount /run/v
                """.formatted(device, registry.reference()));
    }

    private static void run(Machine machine, String script) {
        var said = new ArrayList<String>();
        int exit = machine.exec(Command.of("bash", "-c", script).withOutput(line -> {}, said::add))
                .await();
        assertThat(exit).describedAs("%s", said).isZero();
    }

    @Test
    @DisplayName("Nodes need the real data plane, and say so")
    void needsTheRealPlane() {
        try (DataPlane directories = DataPlanes.detect(folder.resolve("other")).openDirectories()) {
            directories.createVolume("vol-0a", 1);
            assertThatThrownBy(() -> Node.boot(directories, "i-0a", "vol-0a", NodeOptions.standard()))
                    .isInstanceOf(NodeException.class)
                    .hasMessageContaining("without the real data plane");
        }
    }
}
