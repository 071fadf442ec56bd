/** The states StartBake and AwaitBake: the bake script's run on the builder, as an SSM command. */
@NullMarked
package dev.prebake.command;

import org.jspecify.annotations.NullMarked;
