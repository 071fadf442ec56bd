/** The lab's time: real while real work runs, and jumping over the waits in between. */
@NullMarked
package dev.prebake.lab.clock;

import org.jspecify.annotations.NullMarked;
