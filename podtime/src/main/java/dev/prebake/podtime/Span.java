package dev.prebake.podtime;

/** A stretch of a pod's start. The first six follow one another; the last two are sums of them. */
public enum Span {
    /** Created until scheduled; with a node to be launched first, that too. */
    SCHEDULING("scheduling"),
    /** Scheduled until the first container's image is seen to: volumes, sandbox, network. */
    PREPARING("volumes, sandbox, network"),
    /** Pulling images, with the time that the kubelet made them wait for others. */
    PULLING("pulling images"),
    /** Programs of init containers. */
    INIT_PROGRAMS("init containers' programs"),
    /** Creating and starting containers: what is left until the last one has started. */
    STARTING("creating and starting"),
    /** The last container's start until the pod is ready. */
    READINESS("until ready"),
    /** Scheduled until ready. */
    SCHEDULED_TO_READY("scheduled to ready"),
    /** Created until ready. */
    CREATED_TO_READY("created to ready");

    private final String words;

    Span(String words) {
        this.words = words;
    }

    /** In a table. */
    public String words() {
        return words;
    }

    /** Whether it is a part of the way, and not a sum. */
    public boolean part() {
        return compareTo(SCHEDULED_TO_READY) < 0;
    }
}
