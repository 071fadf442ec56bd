package dev.prebake.launch;

/**
 * One way to launch the builder.
 *
 * @param instanceType EC2 instance type
 * @param subnetId subnet, and with it the availability zone
 */
record LaunchAttempt(String instanceType, String subnetId) {}
