/**
 * Runs a definition in the Amazon States Language's JSONata dialect on this machine, in lab time, with the errors and
 * the history that AWS Step Functions gives it; what it doesn't know, it refuses by name before anything runs.
 */
@NullMarked
package dev.prebake.lab.states;

import org.jspecify.annotations.NullMarked;
