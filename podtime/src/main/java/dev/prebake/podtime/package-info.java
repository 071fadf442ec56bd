/**
 * Times how pods start: what a cluster says of a pod, in its status and its events, becomes a timeline whose every moment is
 * as exact as its source, and a named gap where there is none.
 */
@NullMarked
package dev.prebake.podtime;

import org.jspecify.annotations.NullMarked;
