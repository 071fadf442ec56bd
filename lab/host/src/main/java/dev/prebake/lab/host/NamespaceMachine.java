package dev.prebake.lab.host;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A machine of the real data plane: a mount namespace and a PID namespace (and, without network, a network namespace)
 * under a PID 1 whose standard input is this process's pipe.
 */
public final class NamespaceMachine implements Machine {
    /** Every process of a machine carries this variable: the machine's folder. */
    static final String MARKER = "PREBAKE_MACHINE";

    private static final Duration STOP_MARGIN = Duration.ofSeconds(10);

    private record Attachment(Path file, Path device) {}

    private final LoopDataPlane plane;
    private final MachineSpec spec;
    private final Path folder;
    private final Process unshare;
    private final Writer requests;
    private final BufferedReader answers;
    private final long init;
    private final Map<String, Attachment> attached = new LinkedHashMap<>();
    private final AtomicInteger commands = new AtomicInteger();
    private boolean stopped;

    private NamespaceMachine(
            LoopDataPlane plane,
            MachineSpec spec,
            Path folder,
            Process unshare,
            Writer requests,
            BufferedReader answers,
            long init) {
        this.plane = plane;
        this.spec = spec;
        this.folder = folder;
        this.unshare = unshare;
        this.requests = requests;
        this.answers = answers;
        this.init = init;
    }

    static NamespaceMachine boot(LoopDataPlane plane, MachineSpec spec, Path folder) {
        try {
            Path script = folder.resolve("init");
            try (InputStream in = Objects.requireNonNull(
                    NamespaceMachine.class.getResourceAsStream("machine-init.bash"), "machine-init.bash")) {
                Files.copy(in, script);
            }
            // A session of its own: Ctrl-C at the terminal is for the lab, which then stops its machines in order.
            var argv = new ArrayList<>(
                    List.of("setsid", "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"));
            if (!spec.network()) {
                argv.add("--net");
            }
            argv.addAll(List.of(
                    "--", "bash", script.toString(), folder.toString(), spec.network() ? "network" : "no-network"));
            Stream.of(Stream.of(plane.home()), spec.toolFolders().stream(), spec.visibleFolders().stream())
                    .flatMap(folders -> folders)
                    .map(visible -> visible.toAbsolutePath().normalize().toString())
                    .forEach(argv::add);
            var builder = new ProcessBuilder(argv);
            builder.environment().clear();
            builder.environment().putAll(Tool.serviceEnvironment(spec.toolFolders()));
            builder.environment().put(MARKER, folder.toString());
            builder.redirectError(folder.resolve("init.log").toFile());
            Process unshare = builder.start();
            var answers = new BufferedReader(new InputStreamReader(unshare.getInputStream(), StandardCharsets.UTF_8));
            String answer = answers.readLine();
            if (!"ok".equals(answer)) {
                unshare.destroyForcibly();
                throw new DataPlaneException(
                        "Machine %s did not start: %s".formatted(spec.id(), complaint(answer, folder)));
            }
            long init = unshare.children()
                    .findFirst()
                    .orElseThrow(() ->
                            new DataPlaneException("Machine %s ended as soon as it had started.".formatted(spec.id())))
                    .pid();
            return new NamespaceMachine(
                    plane, spec, folder, unshare, unshare.outputWriter(StandardCharsets.UTF_8), answers, init);
        } catch (IOException e) {
            throw new DataPlaneException("Machine %s could not be started: %s".formatted(spec.id(), Tool.reason(e)), e);
        }
    }

    private static String complaint(@org.jspecify.annotations.Nullable String answer, Path folder) throws IOException {
        String log = Files.readString(folder.resolve("init.log")).strip();
        String said = answer == null ? "it ended without a word" : answer.replaceFirst("^failed ", "");
        return log.isEmpty() ? said : said + " (" + log.replace("\n", "; ") + ")";
    }

    @Override
    public String id() {
        return spec.id();
    }

    @Override
    public synchronized Path device(String volumeId) {
        if (!attached.containsKey(volumeId)) {
            throw new DataPlaneException("Volume %s is not attached to %s.".formatted(volumeId, id()));
        }
        return Path.of("/dev/disk/by-id", link(volumeId));
    }

    /** The name that udev gives an EBS volume on an instance of the Nitro system. */
    private static String link(String volumeId) {
        return "nvme-Amazon_Elastic_Block_Store_" + volumeId.replace("-", "");
    }

    @Override
    public synchronized List<String> volumeIds() {
        return List.copyOf(attached.keySet());
    }

    @Override
    public synchronized void attach(String volumeId) {
        Path file = plane.reserve(volumeId, id());
        Path device = null;
        try {
            device = LoopDevices.attach(file);
            request("attach %s %s".formatted(device, link(volumeId)));
            // PID 1 has it open, so this does not free the device: it tells the kernel to do so at the last close.
            LoopDevices.freeWhenClosed(new LoopDevices.Loop(device, file));
            attached.put(volumeId, new Attachment(file, device));
        } catch (RuntimeException e) {
            if (device != null) {
                Tool.attempt("losetup", "--detach", device.toString());
            }
            plane.release(volumeId);
            throw e;
        }
    }

    @Override
    public synchronized void detach(String volumeId) {
        Attachment attachment = attached.get(volumeId);
        if (attachment == null) {
            throw new DataPlaneException("Volume %s is not attached to %s.".formatted(volumeId, id()));
        }
        request("detach " + link(volumeId));
        LoopDevices.awaitRelease(attachment.file());
        attached.remove(volumeId);
        plane.release(volumeId);
    }

    private void request(String line) {
        if (!running()) {
            throw new DataPlaneException("Machine %s has ended; it can't be asked to %s.".formatted(id(), line));
        }
        try {
            requests.write(line + "\n");
            requests.flush();
            String answer = answers.readLine();
            if (!"ok".equals(answer)) {
                throw new DataPlaneException(
                        "Machine %s was asked to %s: %s".formatted(id(), line, complaint(answer, folder)));
            }
        } catch (IOException e) {
            throw new DataPlaneException(
                    "Machine %s did not answer when asked to %s: %s".formatted(id(), line, Tool.reason(e)), e);
        }
    }

    @Override
    public RunningCommand exec(Command command) {
        if (!running()) {
            throw new DataPlaneException(
                    "`%s` can't run in machine %s: it has ended.".formatted(String.join(" ", command.argv()), id()));
        }
        String marker = folder + "/" + commands.incrementAndGet();
        var argv = new ArrayList<>(
                List.of("setsid", "nsenter", "--target", Long.toString(init), "--mount", "--pid", "--wd=/"));
        if (!spec.network()) {
            argv.add("--net");
        }
        argv.add("--");
        argv.addAll(command.argv());
        var builder = new ProcessBuilder(argv);
        builder.environment().clear();
        builder.environment().putAll(Tool.serviceEnvironment(spec.toolFolders()));
        builder.environment().putAll(command.environment());
        builder.environment().put(MARKER, folder.toString());
        builder.environment().put(RunningCommand.MARKER, marker);
        try {
            return RunningCommand.start(builder, true, marker, command);
        } catch (IOException e) {
            throw new DataPlaneException(
                    "`%s` could not be started in machine %s: %s"
                            .formatted(String.join(" ", command.argv()), id(), Tool.reason(e)),
                    e);
        }
    }

    @Override
    public Path fromOutside(Path path) {
        return Path.of("/proc", Long.toString(init), "root")
                .resolve(path.toString().substring(1));
    }

    /**
     * The control group under which the machine's pods belong, so that it can be removed with the machine.
     *
     * @return a path within the hierarchy
     */
    public String podControlGroup() {
        return ControlGroups.parentOf(id());
    }

    @Override
    public boolean running() {
        return unshare.isAlive();
    }

    @Override
    public synchronized void stop(Duration grace) {
        if (stopped) {
            return;
        }
        endProcesses(Math.max(1, grace.toSeconds()));
        // The kernel unmounts the namespace's file systems after its last process, and only then frees the devices.
        for (Map.Entry<String, Attachment> entry : attached.entrySet()) {
            LoopDevices.awaitRelease(entry.getValue().file());
            plane.release(entry.getKey());
        }
        attached.clear();
        // What nsenter started is gone with PID 1; nsenter itself, outside of the namespace, may be about to notice.
        var helpers = ProcessTable.withVariable(MARKER, folder.toString());
        helpers.forEach(ProcessHandle::destroyForcibly);
        helpers.forEach(helper -> helper.onExit().join());
        ControlGroups.remove(id());
        plane.ended(this);
        stopped = true;
    }

    private void endProcesses(long graceSeconds) {
        try {
            if (unshare.isAlive()) {
                requests.write("stop " + graceSeconds + "\n");
                requests.flush();
            }
        } catch (IOException e) {
            // PID 1 has just ended by itself, which is what we want.
        }
        try {
            if (!unshare.waitFor(graceSeconds + STOP_MARGIN.toSeconds(), TimeUnit.SECONDS)) {
                ProcessHandle.of(init).ifPresent(ProcessHandle::destroyForcibly);
                unshare.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            ProcessHandle.of(init).ifPresent(ProcessHandle::destroyForcibly);
            Thread.currentThread().interrupt();
            throw new DataPlaneException("Interrupted while machine %s was being stopped.".formatted(id()), e);
        }
    }
}
