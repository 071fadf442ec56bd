/** The state PlanBake: from the execution's input to a plan whose images, sizes and names all are known to be good. */
@NullMarked
package dev.prebake.plan;

import org.jspecify.annotations.NullMarked;
