/** Tests of functions in processes. */
@NullMarked
package dev.prebake.lab.lambda;

import org.jspecify.annotations.NullMarked;
