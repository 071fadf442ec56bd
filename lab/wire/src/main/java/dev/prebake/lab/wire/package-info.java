/** Serves typed AWS service doubles on loopback in AWS's wire protocols, from the SDK models' own field metadata. */
@NullMarked
package dev.prebake.lab.wire;

import org.jspecify.annotations.NullMarked;
