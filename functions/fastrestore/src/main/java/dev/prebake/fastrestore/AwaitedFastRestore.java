package dev.prebake.fastrestore;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What AwaitFastRestore answers.
 *
 * @param done whether it is {@code enabled} in every zone
 * @param waitSeconds when to ask again, in seconds; absent when done
 * @param zones AWS's state by zone: enabling, optimizing, enabled; {@code unknown} while AWS shows none
 */
public record AwaitedFastRestore(boolean done, @Nullable Integer waitSeconds, Map<String, String> zones) {}
