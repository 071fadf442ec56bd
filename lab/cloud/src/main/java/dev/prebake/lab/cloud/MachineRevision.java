package dev.prebake.lab.cloud;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a state machine was at some time.
 *
 * @param definition the SHA-256 of its definition, under which the home keeps the text
 * @param roleArn its role
 * @param revisionId what an update gave; absent before the first
 * @param updatedAt when it became this, in lab time
 */
record MachineRevision(
        String definition, String roleArn, @Nullable String revisionId, Instant updatedAt) {}
