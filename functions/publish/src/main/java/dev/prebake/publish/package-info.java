/** The state PublishSnapshot: the SSM parameters from which nodes and people learn of a snapshot. */
@NullMarked
package dev.prebake.publish;

import org.jspecify.annotations.NullMarked;
