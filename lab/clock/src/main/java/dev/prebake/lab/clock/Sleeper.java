package dev.prebake.lab.clock;

import java.time.Instant;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/** One wait of one thread. The mutable fields are guarded by the clock's lock. */
final class Sleeper implements Comparable<Sleeper> {
    final Instant due;
    final Condition condition;
    final Presence presence;
    final @Nullable Signal signal;
    private final long order;

    boolean woken;
    boolean signalled;

    Sleeper(Instant due, long order, Condition condition, Presence presence, @Nullable Signal signal) {
        this.due = due;
        this.order = order;
        this.condition = condition;
        this.presence = presence;
        this.signal = signal;
    }

    /** Earliest due first; among equals, whoever went to sleep first. */
    @Override
    public int compareTo(Sleeper other) {
        int byDue = due.compareTo(other.due);
        return byDue != 0 ? byDue : Long.compare(order, other.order);
    }
}
