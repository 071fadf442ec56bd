package dev.prebake.lab.host;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A machine without the real data plane: ordinary processes of the user, with volumes as folders. */
public final class ProcessMachine implements Machine {
    private final DirectoryDataPlane plane;
    private final MachineSpec spec;
    private final Path folder;
    private final Set<String> attached = new LinkedHashSet<>();
    private final ConcurrentLinkedQueue<RunningCommand> running = new ConcurrentLinkedQueue<>();
    private final AtomicInteger commands = new AtomicInteger();
    private boolean stopped;

    ProcessMachine(DirectoryDataPlane plane, MachineSpec spec, Path folder) {
        this.plane = plane;
        this.spec = spec;
        this.folder = folder;
    }

    @Override
    public String id() {
        return spec.id();
    }

    @Override
    public synchronized Path device(String volumeId) {
        if (!attached.contains(volumeId)) {
            throw new DataPlaneException("Volume %s is not attached to %s.".formatted(volumeId, id()));
        }
        return plane.volume(volumeId).orElseThrow().data();
    }

    @Override
    public synchronized List<String> volumeIds() {
        return List.copyOf(attached);
    }

    @Override
    public synchronized void attach(String volumeId) {
        plane.reserve(volumeId, id());
        attached.add(volumeId);
    }

    @Override
    public synchronized void detach(String volumeId) {
        if (!attached.remove(volumeId)) {
            throw new DataPlaneException("Volume %s is not attached to %s.".formatted(volumeId, id()));
        }
        plane.release(volumeId);
    }

    @Override
    public synchronized RunningCommand exec(Command command) {
        if (stopped) {
            throw new DataPlaneException(
                    "`%s` can't run in machine %s: it has ended.".formatted(String.join(" ", command.argv()), id()));
        }
        String marker = folder + "/" + commands.incrementAndGet();
        var builder = new ProcessBuilder(command.argv());
        builder.environment().clear();
        builder.environment().putAll(Tool.serviceEnvironment(spec.toolFolders()));
        builder.environment().putAll(command.environment());
        builder.environment().put(NamespaceMachine.MARKER, folder.toString());
        builder.environment().put(RunningCommand.MARKER, marker);
        try {
            RunningCommand started = RunningCommand.start(builder, false, marker, command);
            running.removeIf(earlier -> !earlier.running());
            running.add(started);
            return started;
        } catch (IOException e) {
            throw new DataPlaneException(
                    "`%s` could not be started in machine %s: %s"
                            .formatted(String.join(" ", command.argv()), id(), Tool.reason(e)),
                    e);
        }
    }

    @Override
    public Path fromOutside(Path path) {
        return path;
    }

    @Override
    public synchronized boolean running() {
        return !stopped;
    }

    @Override
    public synchronized void stop(Duration grace) {
        if (stopped) {
            return;
        }
        running.forEach(command -> command.kill(grace));
        attached.forEach(plane::release);
        attached.clear();
        plane.ended(this);
        stopped = true;
    }
}
