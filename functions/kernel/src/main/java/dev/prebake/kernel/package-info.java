/** The vocabulary that the states' handlers share: inputs and outputs that cross states, AWS errors, image references. */
@NullMarked
package dev.prebake.kernel;

import org.jspecify.annotations.NullMarked;
