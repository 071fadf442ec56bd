package dev.prebake.lab.cloud;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/**
 * EC2's request limits: a token bucket for each operation, by its kind
 * (https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html). Not modelled: the smaller buckets of unfiltered
 * look-ups, and the tokens that resources cost.
 */
final class RequestBuckets {
    private static final Shape LOOKING = new Shape(100, 20);
    private static final Shape CHANGING = new Shape(50, 5);
    private static final Map<String, Shape> OWN =
            Map.of("RunInstances", new Shape(5, 2), "TerminateInstances", new Shape(100, 5));

    private final InstantSource clock;
    private final double share;
    private final boolean empty;
    private final Instant start;
    private final Map<String, Bucket> buckets = new HashMap<>();

    /**
     * A bucket's shape.
     *
     * @param tokens how many it holds
     * @param perSecond how many are added each second
     */
    private record Shape(double tokens, double perSecond) {
        static Shape of(String operation) {
            Shape kind = operation.startsWith("Describe") ? LOOKING : CHANGING;
            return OWN.getOrDefault(operation, kind);
        }
    }

    private record Bucket(double tokens, Instant at) {}

    /** Full or empty ones, each of a share of its documented shape; a bucket has room for one token at least. */
    RequestBuckets(InstantSource clock, double share, boolean empty) {
        this.clock = clock;
        this.share = share;
        this.empty = empty;
        this.start = clock.instant();
    }

    /** Takes an operation's token, if there is one. */
    boolean take(String operation) {
        Shape shape = Shape.of(operation);
        double most = Math.max(1, shape.tokens() * share);
        Instant now = clock.instant();
        Bucket before = buckets.getOrDefault(operation, new Bucket(empty ? 0 : most, start));
        double seconds = Duration.between(before.at(), now).toMillis() / 1000.0;
        double tokens = Math.min(most, before.tokens() + seconds * shape.perSecond() * share);
        boolean taken = tokens >= 1;
        buckets.put(operation, new Bucket(taken ? tokens - 1 : tokens, now));
        return taken;
    }
}
