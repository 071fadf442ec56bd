package dev.prebake.launch;

import dev.prebake.kernel.Builder;
import org.jspecify.annotations.Nullable;

/**
 * What AwaitBuilder answers.
 *
 * @param done whether the builder runs, has its data volume and takes commands
 * @param waitSeconds when to ask again, in seconds; absent when done
 * @param builder the builder, with its volume's ID as soon as EC2 tells it
 */
public record AwaitedBuilder(boolean done, @Nullable Integer waitSeconds, Builder builder) {
    static AwaitedBuilder ready(Builder builder) {
        return new AwaitedBuilder(true, null, builder);
    }

    static AwaitedBuilder notYet(int waitSeconds, Builder builder) {
        return new AwaitedBuilder(false, waitSeconds, builder);
    }
}
