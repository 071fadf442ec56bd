package dev.prebake.lab.host;

/** The pause between two looks at something of the kernel that tells nobody when it changes. */
final class Pause {
    private Pause() {}

    static void briefly() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DataPlaneException("Interrupted while waiting for the kernel to release what a machine held", e);
        }
    }
}
