package dev.prebake.lab.cloud;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A schedule of the default group.
 *
 * @param createdAt in the machine's time, as all of a schedule's are
 * @param modifiedAt when it became what it is now; a rate without a start date counts from then
 * @param clientToken what came with its creation
 * @param next when it invokes its target next; absent when it is disabled, or has for the last time
 */
record StoredSchedule(
        String name,
        ScheduleSettings settings,
        Instant createdAt,
        Instant modifiedAt,
        @Nullable String clientToken,
        @Nullable Firing next) {
    /** The one group that there is. */
    static final String GROUP = "default";

    String arn() {
        return "arn:aws:scheduler:" + Account.REGION + ":" + Account.ID + ":schedule/" + GROUP + "/" + name;
    }

    StoredSchedule firing(@Nullable Firing firing) {
        return new StoredSchedule(name, settings, createdAt, modifiedAt, clientToken, firing);
    }

    /** The first time that it is due, at an instant or after it, if it is enabled. */
    Optional<Instant> dueFrom(Instant earliest) {
        return settings.enabled() ? settings.dueFrom(earliest, modifiedAt) : Optional.empty();
    }

    /** How many times it is due from an instant on, counted up to a limit. */
    int timesFrom(Instant earliest, int limit) {
        int times = 0;
        Optional<Instant> due = dueFrom(earliest);
        while (due.isPresent() && times < limit) {
            times++;
            due = dueFrom(due.get().plusNanos(1));
        }
        return times;
    }

    /** Whether an invocation that was due has become too old to be tried. */
    boolean isTooOld(Firing firing, Instant now) {
        Duration age = Duration.between(firing.scheduledAt(), now);
        return age.compareTo(Duration.ofSeconds(settings.target().maxEventAgeSeconds())) > 0;
    }
}
