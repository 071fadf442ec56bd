package dev.prebake.lab.node;

import dev.prebake.lab.host.Command;
import dev.prebake.lab.host.DataPlane;
import dev.prebake.lab.host.DataPlanes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A process with a node in it, for tests to kill while a pod runs. */
final class KilledNode {
    private KilledNode() {}

    static Process start(Path home, String image) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledNode.class.getName(),
                        home.toString(),
                        image)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    public static void main(String[] arguments) throws InterruptedException {
        DataPlane plane = DataPlanes.detect(Path.of(arguments[0])).open();
        plane.createVolume("vol-0a", 4);
        Node node = Node.boot(plane, "i-0a", "vol-0a", NodeOptions.standard());
        Thread.ofPlatform().daemon().start(() -> node.start(PodSpec.toExit("long", arguments[1], "sleep", "600")));
        // The pod's program is the machine's only one of that name.
        node.machine()
                .exec(Command.of(
                        "bash",
                        "-c",
                        "until grep -lqx sleep /proc/[0-9]*/comm 2>/dev/null; do read -t 0.05 <> <(:); done"))
                .await();
        System.out.println("up");
        new CountDownLatch(1).await();
    }
}
