/**
 * The state AwaitTurn: the executions of a cache bake one after the other. The line that they stand in is the history of an SSM
 * parameter: each write gives a version of its own, which is the writer's ticket, and the versions before it are whom it waits for. A
 * ticket counts only while its execution runs, so nobody has to hand it back.
 */
@NullMarked
package dev.prebake.turn;

import org.jspecify.annotations.NullMarked;
