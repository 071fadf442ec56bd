/** The CDK app: the stacks that deploy the workflow, and the GPU nodes that start from its snapshots. */
@NullMarked
package dev.prebake.infra;

import org.jspecify.annotations.NullMarked;
