package dev.prebake.lab.lambda;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * A function.
 *
 * @param name its name
 * @param arn its ARN
 * @param handler its handler's class
 * @param zip its code, in Lambda's layout
 * @param memoryMiB its memory, in MiB
 * @param timeout how long one invocation may take
 * @param environment its variables, its region, role and endpoint among them
 */
public record FunctionConfiguration(
        String name,
        String arn,
        String handler,
        Path zip,
        int memoryMiB,
        Duration timeout,
        Map<String, String> environment) {}
