/** The states CreateSnapshot and AwaitSnapshot: from the baked volume to a completed snapshot, and the end of what made it. */
@NullMarked
package dev.prebake.snapshot;

import org.jspecify.annotations.NullMarked;
