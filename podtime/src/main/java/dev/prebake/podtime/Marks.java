package dev.prebake.podtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The marks of one pod as they are found, and then held against each other: what must come before what narrows moments that
 * are only known to the second, and unmasks those that can't be true.
 */
final class Marks {
    /** The API server and the scheduler can be on two hosts, whose clocks are this far apart without a word. */
    private static final Duration HOSTS_APART = Duration.ofMillis(250);

    private final Map<Key, Mark> marks = new LinkedHashMap<>();
    private final List<Order> orders = new ArrayList<>();

    void put(Mark mark) {
        marks.put(new Key(mark.phase(), mark.container()), mark);
    }

    Optional<Moment> moment(Phase phase, @Nullable String container) {
        return Optional.ofNullable(marks.get(new Key(phase, container))).map(Mark::moment);
    }

    /** The mark of a phase, which is a gap where nobody put it. */
    Mark get(Phase phase, @Nullable String container) {
        Mark mark = marks.get(new Key(phase, container));
        return mark == null ? Mark.gap(phase, container, "not seen") : mark;
    }

    /** Says that one can't come after another. */
    void inOrder(Phase first, @Nullable String firstOf, Phase second, @Nullable String secondOf) {
        orders.add(new Order(new Key(first, firstOf), new Key(second, secondOf)));
    }

    /** Narrows what can be narrowed. Of two that contradict each other neither is believed. */
    void settle() {
        boolean changed = true;
        while (changed) {
            changed = false;
            for (Order order : orders) {
                changed |= hold(order);
            }
        }
    }

    List<Mark> all() {
        return List.copyOf(marks.values());
    }

    private boolean hold(Order order) {
        Mark first = marks.get(order.first());
        Mark second = marks.get(order.second());
        if (first == null || second == null) {
            return false;
        }
        Moment before = first.moment();
        Moment after = second.moment();
        if (before == null || after == null || before.by() != after.by()) {
            return false;
        }
        if (before.earliest().isAfter(after.latest())) {
            if (before.by() == Timekeeper.CONTROL_PLANE
                    && Duration.between(after.latest(), before.earliest()).compareTo(HOSTS_APART) <= 0) {
                return false;
            }
            String why = "contradiction: " + second.name() + " (" + after.source() + ") would be before " + first.name()
                    + " (" + before.source() + ")";
            put(Mark.gap(first.phase(), first.container(), why));
            put(Mark.gap(second.phase(), second.container(), why));
            return true;
        }
        Moment narrowedBefore = before.notAfter(after.latest());
        Moment narrowedAfter = after.notBefore(before.earliest());
        put(Mark.at(first.phase(), first.container(), narrowedBefore));
        put(Mark.at(second.phase(), second.container(), narrowedAfter));
        return !narrowedBefore.equals(before) || !narrowedAfter.equals(after);
    }

    private record Key(Phase phase, @Nullable String container) {}

    private record Order(Key first, Key second) {}
}
