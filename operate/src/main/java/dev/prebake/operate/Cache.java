package dev.prebake.operate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * A cache of a deployment.
 *
 * @param name its name
 * @param parameterName the SSM parameter that it publishes in
 * @param newestBake name of the newest execution that baked it, or found that there was nothing to bake, and succeeded; absent when Step
 *     Functions knows of none
 * @param input that execution's input; empty when there is none
 */
public record Cache(
        String name, String parameterName, @Nullable String newestBake, ObjectNode input) {}
