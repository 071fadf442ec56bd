/** The {@code prebake} command. */
@NullMarked
package dev.prebake.cli;

import org.jspecify.annotations.NullMarked;
