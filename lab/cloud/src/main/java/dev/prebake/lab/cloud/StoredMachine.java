package dev.prebake.lab.cloud;

import java.time.Instant;

/**
 * A state machine as the lab keeps it from run to run.
 *
 * @param name its name
 * @param createdAt when it was created, in lab time
 * @param revision what it is now
 */
record StoredMachine(String name, Instant createdAt, MachineRevision revision) {}
