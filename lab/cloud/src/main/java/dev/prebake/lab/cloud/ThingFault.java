package dev.prebake.lab.cloud;

/** What befalls an instance, a command, a snapshot, its Fast Snapshot Restore or a node group, whatever calls are made. */
public enum ThingFault {
    /** EC2 can't start the instance, and terminates it. */
    INSTANCE_FAILS_TO_START,
    /** The instance stays pending for good. */
    INSTANCE_HANGS,
    /** The snapshot that the instance's volume is made from is gone before it is read. */
    BASE_VANISHES,
    /** The instance is taken back as soon as it runs, as a spot instance is. */
    INSTANCE_TAKEN_BACK,
    /** The instance runs, but its SSM agent never registers. */
    AGENT_NEVER_REGISTERS,
    /** The instance is terminated in the middle of the command; SSM leaves that in progress. */
    INSTANCE_LOST_DURING_BAKE,
    /** The instance's agent falls silent in the middle of the command, which stays in progress. */
    AGENT_LOST_DURING_BAKE,
    /** The command never ends, with the agent online. */
    COMMAND_HANGS,
    /** The command runs into the document's time limit. */
    COMMAND_TIMES_OUT,
    /** Somebody cancels the command. */
    COMMAND_CANCELLED,
    /** SSM can't deliver the command. */
    COMMAND_UNDELIVERABLE,
    /** EBS gives the snapshot up. */
    SNAPSHOT_FAILS,
    /** The snapshot stays pending for good. */
    SNAPSHOT_STALLS,
    /** The account has no Fast Snapshot Restore left: every zone is listed as unsuccessful. */
    FAST_RESTORE_REFUSED,
    /** The same for all zones but the first. */
    FAST_RESTORE_PARTLY_REFUSED,
    /** Fast Snapshot Restore stays optimizing for good. */
    FAST_RESTORE_STUCK,
    /** AWS disables it again by itself. */
    FAST_RESTORE_TAKEN_BACK,
    /** New nodes never join the cluster: EKS gives the node group's update up. */
    NODES_NOT_RENEWED,
    /** The node group's update stays in progress for good. */
    NODE_UPDATE_STALLS
}
