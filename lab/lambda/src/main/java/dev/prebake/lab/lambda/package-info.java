/**
 * Functions as Lambda runs them: each function's own zip in a JVM of its own, under AWS's runtime interface client, which asks
 * the Runtime API for work (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html).
 */
@NullMarked
package dev.prebake.lab.lambda;

import org.jspecify.annotations.NullMarked;
