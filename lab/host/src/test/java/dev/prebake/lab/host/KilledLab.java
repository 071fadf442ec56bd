package dev.prebake.lab.host;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A process with a lab in it, for tests to kill: a machine with a mounted volume and a running program. */
final class KilledLab {
    private KilledLab() {}

    static Process start(Path home) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledLab.class.getName(),
                        home.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    public static void main(String[] arguments) throws InterruptedException {
        DataPlane plane = DataPlanes.detect(Path.of(arguments[0])).open();
        plane.createVolume("vol-0a", 1);
        Machine machine = plane.startMachine(MachineSpec.of("i-0a", "vol-0a"));
        String script =
                "mkfs.xfs -q %1$s && mkdir /run/v && mount %1$s /run/v && (setsid sleep 600 &) && echo up; sleep 600"
                        .formatted(machine.device("vol-0a"));
        machine.exec(Command.of("bash", "-c", script).withOutput(System.out::println, System.err::println));
        new CountDownLatch(1).await();
    }
}
