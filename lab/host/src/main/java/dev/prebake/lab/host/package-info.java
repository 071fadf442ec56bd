/** The real things behind the lab's EC2: volumes, snapshots and machines on one host. */
@NullMarked
package dev.prebake.lab.host;

import org.jspecify.annotations.NullMarked;
