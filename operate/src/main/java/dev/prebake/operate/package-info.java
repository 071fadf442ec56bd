/**
 * Operating a deployment of the workflow from outside, on AWS or in the lab: which state machine it is, its executions, and how
 * one goes, from Step Functions' history.
 */
@NullMarked
package dev.prebake.operate;

import org.jspecify.annotations.NullMarked;
