/** Tests of the wire endpoint with the AWS SDK, the AWS CLI and by hand. */
package dev.prebake.lab.wire;
