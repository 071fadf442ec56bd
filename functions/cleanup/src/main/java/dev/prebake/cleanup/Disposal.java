package dev.prebake.cleanup;

import software.amazon.awssdk.services.ec2.model.InstanceStateName;
import software.amazon.awssdk.services.ec2.model.SnapshotState;
import software.amazon.awssdk.services.ec2.model.VolumeState;

/** What becomes of a thing of the failed execution, by its state. */
enum Disposal {
    /** It is to go, now. */
    REMOVE,
    /** It goes by itself, or can go only later: look again. */
    WAIT,
    /** It is gone, or may stay. */
    LEAVE;

    static Disposal of(InstanceStateName state) {
        return switch (state) {
            case PENDING, RUNNING, STOPPING, STOPPED -> REMOVE;
            case SHUTTING_DOWN, UNKNOWN_TO_SDK_VERSION -> WAIT;
            case TERMINATED -> LEAVE;
        };
    }

    static Disposal of(VolumeState state) {
        return switch (state) {
            case AVAILABLE, ERROR -> REMOVE;
            // Attached until its instance has ended.
            case CREATING, IN_USE, DELETING, UNKNOWN_TO_SDK_VERSION -> WAIT;
            case DELETED -> LEAVE;
        };
    }

    static Disposal of(SnapshotState state) {
        return switch (state) {
            // EBS lets a pending one be deleted.
            case PENDING, ERROR -> REMOVE;
            // Whole, and found by its fingerprint: the next execution reuses it.
            case COMPLETED, RECOVERABLE, RECOVERING, UNKNOWN_TO_SDK_VERSION -> LEAVE;
        };
    }
}
