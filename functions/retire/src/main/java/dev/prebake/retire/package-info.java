/** The state RetireSnapshots: which of a cache's snapshots stay, and the end of the others. */
@NullMarked
package dev.prebake.retire;

import org.jspecify.annotations.NullMarked;
