package dev.prebake.podtime;

/** What happens to a pod on its way to ready, in the order that it happens in for a container of its own. */
public enum Phase {
    /** The API server has it. */
    CREATED("created"),
    /** It is bound to a node. */
    SCHEDULED("scheduled"),
    /** The last of its volumes that are attached by the control plane is attached to the node. */
    VOLUMES_ATTACHED("volumes attached"),
    /** The node's kubelet has seen it. */
    ACCEPTED("accepted by kubelet"),
    /** Its volumes are mounted. */
    VOLUMES_MOUNTED("volumes mounted"),
    /** Its sandbox runs and has a network. */
    SANDBOX("sandbox"),
    /** A container's image begins to be pulled. */
    PULLING("pulling"),
    /** A container's image is there. */
    PULLED("pulled"),
    /** A container is created. */
    CONTAINER_CREATED("container created"),
    /** A container is started. */
    CONTAINER_STARTED("container started"),
    /** A container's program has ended for the first time. */
    CONTAINER_ENDED("container ended"),
    /** Its init containers have done their work. */
    INITIALISED("initialised"),
    /** Its containers pass their readiness probes. */
    CONTAINERS_READY("containers ready"),
    /** It is ready: that, and its readiness gates. */
    READY("ready");

    private final String words;

    Phase(String words) {
        this.words = words;
    }

    /** In a table. */
    public String words() {
        return words;
    }
}
