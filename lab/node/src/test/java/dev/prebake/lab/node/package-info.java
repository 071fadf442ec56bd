/** Tests of the lab's nodes. */
@NullMarked
package dev.prebake.lab.node;

import org.jspecify.annotations.NullMarked;
