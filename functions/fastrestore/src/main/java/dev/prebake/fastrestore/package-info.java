/** The states EnableFastRestore and AwaitFastRestore: EBS Fast Snapshot Restore in the zones where nodes will start. */
@NullMarked
package dev.prebake.fastrestore;

import org.jspecify.annotations.NullMarked;
