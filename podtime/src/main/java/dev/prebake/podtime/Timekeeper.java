package dev.prebake.podtime;

/** Whose clock gave a time. Figures between two of them hold only while the clocks agree. */
public enum Timekeeper {
    /** The API server's or the scheduler's. */
    CONTROL_PLANE,
    /** The pod's node's. */
    NODE;

    /** In a sentence. */
    String inWords() {
        return this == NODE ? "the node" : "the control plane";
    }
}
