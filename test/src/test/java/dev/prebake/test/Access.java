package dev.prebake.test;

import java.util.List;
import java.util.Map;

/**
 * One thing that a call needs to be allowed.
 *
 * @param action as policies name it, {@code ec2:RunInstances}
 * @param resource the ARN, or {@code *} where IAM knows no resource for the action
 * @param context values of the condition keys that the action has on this resource
 */
record Access(String action, String resource, Map<String, List<String>> context) {}
