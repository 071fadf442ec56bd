/** The state CleanUp: nothing of a failed execution is left to pay for. */
@NullMarked
package dev.prebake.cleanup;

import org.jspecify.annotations.NullMarked;
