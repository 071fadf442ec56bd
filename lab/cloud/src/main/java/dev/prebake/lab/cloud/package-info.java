/** The embedded AWS: typed doubles of EC2, SSM, CloudWatch Logs and Step Functions over the lab's host. */
@NullMarked
package dev.prebake.lab.cloud;

import org.jspecify.annotations.NullMarked;
