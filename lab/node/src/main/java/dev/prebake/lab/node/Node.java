package dev.prebake.lab.node;

import dev.prebake.lab.host.Command;
import dev.prebake.lab.host.DataPlane;
import dev.prebake.lab.host.Machine;
import dev.prebake.lab.host.MachineSpec;
import dev.prebake.lab.host.NamespaceMachine;
import dev.prebake.lab.host.RunningCommand;
import dev.prebake.lab.node.cri.ContainerConfig;
import dev.prebake.lab.node.cri.ContainerMetadata;
import dev.prebake.lab.node.cri.ContainerState;
import dev.prebake.lab.node.cri.ContainerStatus;
import dev.prebake.lab.node.cri.LinuxContainerConfig;
import dev.prebake.lab.node.cri.LinuxContainerSecurityContext;
import dev.prebake.lab.node.cri.LinuxPodSandboxConfig;
import dev.prebake.lab.node.cri.LinuxSandboxSecurityContext;
import dev.prebake.lab.node.cri.NamespaceMode;
import dev.prebake.lab.node.cri.NamespaceOption;
import dev.prebake.lab.node.cri.PodSandboxConfig;
import dev.prebake.lab.node.cri.PodSandboxMetadata;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * A node as EKS AL2023 boots it, but for the GPU and the kubelet: a machine with its data volume at containerd's root,
 * EKS's containerd settings and the AMI's sandbox image. The kubelet's part in starting a pod is {@link #start}.
 */
public final class Node implements AutoCloseable {
    /** How long a pod is asked to end. */
    private static final Duration END_LIMIT = Duration.ofSeconds(5);

    private static final Duration CONTAINERD_LIMIT = Duration.ofSeconds(90);
    private static final int LINES_KEPT = 20;
    private static final String PAUSE_ARCHIVE = "/run/prebake/pause.tar";
    private static final Path BLOBS = Path.of(ContainerdConfig.ROOT, "io.containerd.content.v1.content/blobs/sha256");

    /** A registry on loopback: 127.0.0.0/8, localhost or [::1], with its port. */
    private static final Pattern LOOPBACK = Pattern.compile("(127(?:\\.\\d+){3}|localhost|\\[::1])(:\\d+)?/.*");

    private static final String LOG_FILE = "0.log";

    private final NamespaceMachine machine;
    private final RunningCommand containerd;
    private final LastLines containerdLog;
    private final CriClient cri;
    private final AtomicInteger pods = new AtomicInteger();
    private Duration bootTime = Duration.ZERO;

    private Node(NamespaceMachine machine, RunningCommand containerd, LastLines containerdLog, CriClient cri) {
        this.machine = machine;
        this.containerd = containerd;
        this.containerdLog = containerdLog;
        this.cri = cri;
    }

    /**
     * Boots a node.
     *
     * @param plane a real data plane
     * @param nodeId the machine's id, {@code i-0…}
     * @param volumeId the data volume: empty, or made from a snapshot of a bake
     * @param options network and programs
     * @return the node, ready to start pods
     * @throws NodeException when the plane is not real, or the volume can't be mounted, or containerd does not come up;
     *     the message has what mount or containerd said
     */
    public static Node boot(DataPlane plane, String nodeId, String volumeId, NodeOptions options) {
        long bootStart = System.nanoTime();
        MachineSpec spec =
                new MachineSpec(nodeId, options.network(), List.of(volumeId), options.toolFolders(), List.of());
        if (!plane.real()) {
            throw new NodeException("Node %s can't boot: without the real data plane there is no containerd to start."
                    .formatted(nodeId));
        }
        var machine = (NamespaceMachine) plane.startMachine(spec);
        try {
            mountDataVolume(machine, machine.device(volumeId));
            var log = new LastLines(LINES_KEPT);
            RunningCommand containerd =
                    machine.exec(Command.of("containerd", "--config", ContainerdConfig.FILE, "--log-level", "warn")
                            .withOutput(log::add, log::add));
            var node = new Node(
                    machine, containerd, log, new CriClient(machine.fromOutside(Path.of(ContainerdConfig.SOCKET))));
            try {
                node.awaitContainerd();
                node.importPauseImage();
                node.bootTime = Duration.ofNanos(System.nanoTime() - bootStart);
                return node;
            } catch (RuntimeException e) {
                node.cri.close();
                throw e;
            }
        } catch (RuntimeException e) {
            machine.stop(Duration.ofSeconds(1));
            throw e;
        }
    }

    private static void mountDataVolume(NamespaceMachine machine, Path device) {
        String config = ContainerdConfig.forVersion(
                run(machine, Command.of("containerd", "--version"), "Asking containerd for its version"));
        run(
                machine,
                Command.of("bash", "-c", resource("node-boot.bash"), "node-boot", device.toString())
                        .withStdin(config),
                "Mounting the data volume of node " + machine.id());
    }

    private void awaitContainerd() {
        long deadline = System.nanoTime() + CONTAINERD_LIMIT.toNanos();
        while (!answers()) {
            if (!containerd.running()) {
                throw new NodeException("containerd ended on node %s with exit code %d; it said last: %s"
                        .formatted(machine.id(), containerd.await(), containerdLog));
            }
            if (System.nanoTime() > deadline) {
                throw new NodeException("containerd on node %s was not ready after %d s; it said last: %s"
                        .formatted(machine.id(), CONTAINERD_LIMIT.toSeconds(), containerdLog));
            }
            pause();
        }
    }

    private boolean answers() {
        // Before there is a socket, a call would only put gRPC into its back-off.
        if (!Files.exists(machine.fromOutside(Path.of(ContainerdConfig.SOCKET)))) {
            return false;
        }
        try {
            return cri.runtimeReady();
        } catch (NodeException e) {
            return false;
        }
    }

    /** As nodeadm does at boot, but only where the volume does not have it already. */
    private void importPauseImage() {
        if (cri.imageStatus(PauseImage.REFERENCE).isPresent()) {
            return;
        }
        try {
            Files.write(machine.fromOutside(Path.of(PAUSE_ARCHIVE)), PauseImage.archive());
        } catch (IOException e) {
            throw new NodeException("The sandbox image could not be written on node " + machine.id(), e);
        }
        String what = "Importing the sandbox image on node " + machine.id();
        run(machine, ctr("images", "import", PAUSE_ARCHIVE), what);
        run(machine, ctr("images", "label", PauseImage.REFERENCE, "io.cri-containerd.pinned=pinned"), what);
        // The CRI learns of it through an event.
        long deadline = System.nanoTime() + CONTAINERD_LIMIT.toNanos();
        while (cri.imageStatus(PauseImage.REFERENCE).isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new NodeException("%s: containerd imported it, but its CRI does not list %s. It said last: %s"
                        .formatted(what, PauseImage.REFERENCE, containerdLog));
            }
            pause();
        }
    }

    private static Command ctr(String... arguments) {
        var argv = new ArrayList<>(List.of("ctr", "--address", ContainerdConfig.SOCKET, "--namespace", "k8s.io"));
        argv.addAll(List.of(arguments));
        return Command.of(argv.toArray(String[]::new));
    }

    private static String run(Machine machine, Command command, String what) {
        var out = new ArrayList<String>();
        var err = new ArrayList<String>();
        int exit = machine.exec(command.withOutput(out::add, err::add)).await();
        if (exit != 0) {
            throw new NodeException("%s failed with exit code %d: %s".formatted(what, exit, String.join("; ", err)));
        }
        return String.join("\n", out);
    }

    private static String resource(String name) {
        try (InputStream in = Objects.requireNonNull(Node.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new NodeException("Prebake's own " + name + " can't be read", e);
        }
    }

    /**
     * The node's machine.
     *
     * @return for running commands on it
     */
    public Machine machine() {
        return machine;
    }

    /**
     * The node's containerd.
     *
     * @return a client, closed with the node
     */
    public CriClient cri() {
        return cri;
    }

    /**
     * What the boot took, until pods could be started.
     *
     * @return machine, file system, containerd and sandbox image
     */
    public Duration bootTime() {
        return bootTime;
    }

    /**
     * Writes back and drops the host's page cache, so that the next start reads from the disk as a fresh node does. It
     * takes the cache from everything that runs on the host.
     */
    public static void dropCaches() {
        try {
            Process sync = new ProcessBuilder("sync").inheritIO().start();
            sync.waitFor();
            Files.writeString(Path.of("/proc/sys/vm/drop_caches"), "3");
        } catch (IOException e) {
            throw new NodeException("The page cache could not be dropped: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeException("Interrupted while the page cache was written back", e);
        }
    }

    /**
     * Starts a pod as the kubelet does: looks the image up, pulls it if it is absent, makes the sandbox, creates and starts
     * the container. The pod is removed afterwards, the image stays.
     *
     * @param pod the pod
     * @return what it took, and how the program ended
     * @throws NodeException when a step fails; the message names the image and what containerd said
     */
    public PodStart start(PodSpec pod) {
        String image = pod.image();
        tellHosts(image, pod.pull());
        String uid = pod.name() + "-" + pods.incrementAndGet();
        Path logs = Path.of("/run/prebake/pods", uid);
        PodSandboxConfig sandbox = sandbox(pod, uid, logs);
        ContainerConfig container = container(pod);

        var clock = new Stopwatch();
        boolean present = cri.imageStatus(image).isPresent();
        Duration lookup = clock.lap();
        Duration fetch = Duration.ZERO;
        Duration unpack = Duration.ZERO;
        if (!present) {
            try (var blobs = new BlobWatch(machine.fromOutside(BLOBS))) {
                cri.pullImage(image, pod.pull().login(), server(image, pod.pull()), pod.limit());
                fetch = clock.lapAt(blobs.lastArrival());
                unpack = clock.lap();
            }
        }
        createFolder(machine.fromOutside(logs));
        String sandboxId = cri.runPodSandbox(image, sandbox);
        try {
            Duration sandboxTime = clock.lap();
            String containerId = cri.createContainer(image, sandboxId, container, sandbox);
            Duration create = clock.lap();
            cri.startContainer(image, containerId);
            Duration start = clock.lap();
            OptionalInt exitCode = OptionalInt.empty();
            Duration run = Duration.ZERO;
            if (pod.waitForExit()) {
                exitCode = OptionalInt.of(exitOf(pod, containerId).getExitCode());
                run = clock.lap();
            }
            return new PodStart(
                    image,
                    present,
                    lookup,
                    fetch,
                    unpack,
                    sandboxTime,
                    create,
                    start,
                    run,
                    exitCode,
                    ContainerLog.lastLines(machine.fromOutside(logs.resolve(LOG_FILE)), LINES_KEPT));
        } finally {
            endPod(image, sandboxId);
        }
    }

    /**
     * Ends a pod, asked again for a while as the kubelet asks: containerd refuses when a program ends while it is being stopped. Both calls
     * may be repeated (https://github.com/kubernetes/cri-api/blob/master/pkg/apis/runtime/v1/api.proto).
     */
    private void endPod(String image, String sandboxId) {
        long deadline = System.nanoTime() + END_LIMIT.toNanos();
        while (true) {
            try {
                cri.removePodSandbox(image, sandboxId);
                return;
            } catch (NodeException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
            }
            pause();
        }
    }

    private ContainerStatus exitOf(PodSpec pod, String containerId) {
        long deadline = System.nanoTime() + pod.limit().toNanos();
        while (true) {
            ContainerStatus status = cri.containerStatus(pod.image(), containerId);
            if (status.getState() == ContainerState.CONTAINER_EXITED) {
                return status;
            }
            if (System.nanoTime() > deadline) {
                throw new NodeException("The program of %s had not ended after %d s; give it longer, or one that ends."
                        .formatted(pod.image(), pod.limit().toSeconds()));
            }
            pause();
        }
    }

    private PodSandboxConfig sandbox(PodSpec pod, String uid, Path logs) {
        return PodSandboxConfig.newBuilder()
                .setMetadata(PodSandboxMetadata.newBuilder()
                        .setName(pod.name())
                        .setNamespace("default")
                        .setUid(uid))
                .setLogDirectory(logs.toString())
                .setLinux(LinuxPodSandboxConfig.newBuilder()
                        .setCgroupParent(machine.podControlGroup())
                        .setSecurityContext(
                                LinuxSandboxSecurityContext.newBuilder().setNamespaceOptions(onTheHostsNetwork())))
                .build();
    }

    private static ContainerConfig container(PodSpec pod) {
        return ContainerConfig.newBuilder()
                .setMetadata(ContainerMetadata.newBuilder().setName(pod.name()))
                .setImage(CriClient.spec(pod.image()))
                .addAllCommand(pod.command())
                .addAllArgs(pod.arguments())
                .setLogPath(LOG_FILE)
                .setLinux(LinuxContainerConfig.newBuilder()
                        .setSecurityContext(
                                LinuxContainerSecurityContext.newBuilder().setNamespaceOptions(onTheHostsNetwork())))
                .build();
    }

    /** So that no CNI plugin is needed; the process ids are the container's own, as the kubelet asks for by default. */
    private static NamespaceOption onTheHostsNetwork() {
        return NamespaceOption.newBuilder()
                .setNetwork(NamespaceMode.NODE)
                .setPid(NamespaceMode.CONTAINER)
                .build();
    }

    /**
     * Tells containerd how the image's registry is reached
     * (https://github.com/containerd/containerd/blob/main/docs/hosts.md). Registries on loopback speak plain HTTP unless they
     * have an authority; every other keeps to HTTPS.
     */
    private void tellHosts(String image, PullSettings pull) {
        String host = hostOf(image);
        boolean loopback = LOOPBACK.matcher(image).matches();
        if (!loopback && pull.mirrors().isEmpty() && pull.authorities().isEmpty()) {
            return;
        }
        Path folder = machine.fromOutside(Path.of(ContainerdConfig.CERTS, host));
        createFolder(folder);
        try {
            // containerd 1.x ignores the file if it has no host table, and then tries TLS first, for ten seconds a
            // call.
            String server = server(image, pull);
            StringBuilder hosts = new StringBuilder("server = \"" + server + "\"\n");
            for (String mirror : pull.mirrors()) {
                appendHost(hosts, folder, mirror, URI.create(mirror).getRawAuthority(), pull);
            }
            appendHost(hosts, folder, server, host, pull);
            Files.writeString(folder.resolve("hosts.toml"), hosts);
        } catch (IOException e) {
            throw new NodeException("Node %s could not be told how %s is reached".formatted(machine.id(), host), e);
        }
    }

    private static String server(String image, PullSettings pull) {
        String host = hostOf(image);
        boolean plain = LOOPBACK.matcher(image).matches() && !pull.authorities().containsKey(host);
        return (plain ? "http://" : "https://") + (host.equals("docker.io") ? "registry-1.docker.io" : host);
    }

    private static void appendHost(StringBuilder hosts, Path folder, String address, String host, PullSettings pull)
            throws IOException {
        hosts.append("\n[host.\"").append(address).append("\"]\ncapabilities = [\"pull\", \"resolve\"]\n");
        String authority = pull.authorities().get(host);
        if (authority != null) {
            String name = host.replace(':', '_') + ".pem";
            Files.writeString(folder.resolve(name), authority);
            // A relative path is one of this folder.
            hosts.append("ca = \"").append(name).append("\"\n");
        }
    }

    /** The registry of a canonical reference. */
    private static String hostOf(String image) {
        return image.substring(0, image.indexOf('/'));
    }

    private static void createFolder(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new NodeException("%s could not be made: %s".formatted(folder, e.getMessage()), e);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeException("Interrupted while waiting for containerd", e);
        }
    }

    /** Ends the node and everything on it. The volume stays. Closing a closed node does nothing. */
    @Override
    public void close() {
        cri.close();
        machine.stop(Duration.ofSeconds(5));
    }
}
