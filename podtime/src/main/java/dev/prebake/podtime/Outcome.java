package dev.prebake.podtime;

/** How a pod's start ended. */
public enum Outcome {
    /** It became ready. */
    READY,
    /** All of its programs ended well, ready or not before. */
    SUCCEEDED,
    /** A program failed, or the pod did. */
    FAILED,
    /** Its node, or the control plane, put it out. */
    EVICTED,
    /** Somebody deleted it before it was ready. */
    DELETED,
    /** Nothing would take it until the time was up. */
    UNSCHEDULABLE,
    /** An image could not be pulled until the time was up, or can't ever be. */
    IMAGE_NOT_PULLED,
    /** It had not become ready when the time was up. */
    NOT_READY;

    /** Whether the pod did what it was started for. */
    public boolean good() {
        return this == READY || this == SUCCEEDED;
    }
}
