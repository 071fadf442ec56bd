package dev.prebake.lab.cloud;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sfn.model.StartExecutionRequest;

/**
 * The lab's schedules, and what they set going. They outlive the lab; what was due while it was closed is made up for once,
 * as long as it isn't older than the schedule's retry policy allows.
 *
 * <p>A schedule's dates are the machine's: whoever creates one looks at the machine's clock, or at none. Its waits are passed over as
 * all others of the lab, while the end of them is in sight: one that is due at most {@value #MOST_PASSED_OVER} times more. Any
 * other is due when the machine's clock says so. Did the lab's clock jump to it, too, whenever nothing runs, it would start
 * executions without end; and did it so much as count the jumps of others, so would one that is due more often than its
 * executions take time.
 */
final class Schedules implements AutoCloseable {
    static final int MOST_PASSED_OVER = 100;

    private static final System.Logger LOGGER = System.getLogger(Schedules.class.getName());
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LONGEST_RETRY = Duration.ofMinutes(1);

    private final JsonFile<StoredSchedules> file;
    private final InstantSource labTime;
    private final InstantSource machine;
    private final Agenda<Due> inLabTime;
    private final Agenda<Due> inMachineTime;
    private final Consumer<StartExecutionRequest> target;
    private final RandomGenerator random;
    private final TreeMap<String, StoredSchedule> schedules = new TreeMap<>();
    /** How far lab time is ahead of each schedule whose waits are passed over. */
    private final Map<String, Duration> ahead = new HashMap<>();

    private boolean begun;

    /**
     * A schedule that is due.
     *
     * @param ahead how far lab time is ahead of it; null when it goes by the machine's clock
     */
    private record Due(
            StoredSchedule schedule,
            Firing firing,
            @Nullable Duration ahead) {}

    /**
     * Opens those that a file has; nothing is due before {@link #begin}.
     *
     * @param target starts an execution, or throws what Step Functions answers
     * @param random where in a flexible window a target is invoked
     */
    Schedules(
            JsonFile<StoredSchedules> file,
            Timeline labTime,
            Timeline machine,
            Consumer<StartExecutionRequest> target,
            RandomGenerator random,
            Executor threads) {
        this.file = file;
        this.labTime = labTime;
        this.machine = machine;
        this.target = target;
        this.random = random;
        this.inLabTime = new Agenda<>(labTime, this::invoke, threads);
        this.inMachineTime = new Agenda<>(machine, this::invoke, threads);
        file.read()
                .ifPresent(stored -> stored.schedules().forEach(schedule -> schedules.put(schedule.name(), schedule)));
    }

    /** From now on they are due when they are. */
    synchronized void begin() {
        begun = true;
        schedules.values().forEach(this::arm);
    }

    /** Now, as schedules' dates have it. */
    Instant now() {
        return machine.instant();
    }

    /** All of them, by their names' order. */
    synchronized List<StoredSchedule> all() {
        return List.copyOf(schedules.values());
    }

    synchronized Optional<StoredSchedule> find(String name) {
        return Optional.ofNullable(schedules.get(name));
    }

    /** Puts one in the place of what had its name; it is due from its last change on. */
    synchronized void put(StoredSchedule schedule) {
        StoredSchedule due = schedule.firing(schedule.dueFrom(schedule.modifiedAt())
                .map(at -> first(schedule, at))
                .orElse(null));
        schedules.put(due.name(), due);
        save();
        disarm(due.name());
        if (begun) {
            arm(due);
        }
    }

    /** Takes one away; false when there is none. */
    synchronized boolean remove(String name) {
        boolean present = schedules.remove(name) != null;
        if (present) {
            save();
            disarm(name);
        }
        return present;
    }

    /** Nothing is due any more; what is invoked right now is invoked. */
    @Override
    public void close() {
        inLabTime.close();
        inMachineTime.close();
    }

    private Firing first(StoredSchedule schedule, Instant due) {
        Integer window = schedule.settings().windowMinutes();
        Duration late = window == null
                ? Duration.ZERO
                : Duration.ofSeconds(random.nextLong(Duration.ofMinutes(window).toSeconds()));
        return new Firing(due, due.plus(late), 1);
    }

    private void arm(StoredSchedule schedule) {
        Firing firing = schedule.next();
        if (firing == null) {
            return;
        }
        if (schedule.timesFrom(firing.scheduledAt(), MOST_PASSED_OVER + 1) <= MOST_PASSED_OVER) {
            ahead.put(schedule.name(), Duration.between(machine.instant(), labTime.instant()));
        }
        enter(schedule, firing);
    }

    private void enter(StoredSchedule schedule, Firing firing) {
        Duration passed = ahead.get(schedule.name());
        Due due = new Due(schedule, firing, passed);
        if (passed == null) {
            inMachineTime.put(schedule.name(), firing.invokedAt(), due);
        } else {
            inLabTime.put(schedule.name(), firing.invokedAt().plus(passed), due);
        }
    }

    private void disarm(String name) {
        ahead.remove(name);
        inLabTime.remove(name);
        inMachineTime.remove(name);
    }

    private void invoke(Due due) {
        Instant now =
                due.ahead() == null ? machine.instant() : labTime.instant().minus(due.ahead());
        Optional<Firing> retry = due.schedule().isTooOld(due.firing(), now) ? Optional.empty() : tried(due, now);
        synchronized (this) {
            // It may have been changed or deleted meanwhile.
            if (due.schedule().equals(schedules.get(due.schedule().name()))) {
                proceed(due, now, retry);
            }
        }
    }

    /** Tries to invoke the target; when to try again, if that failed and may succeed then. */
    private Optional<Firing> tried(Due due, Instant now) {
        StoredSchedule schedule = due.schedule();
        Firing firing = due.firing();
        String executionId = UUID.randomUUID().toString().replace("-", "").substring(0, 16);
        try {
            target.accept(ScheduledStart.request(schedule, firing, executionId));
            return Optional.empty();
        } catch (SdkException e) {
            boolean again = isPassing(e)
                    && firing.attempt() <= schedule.settings().target().maxRetries();
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "Schedule {0}, due at {1}, started no execution in attempt {2}: {3}. {4}",
                    schedule.name(),
                    firing.scheduledAt(),
                    firing.attempt(),
                    e.getMessage(),
                    again ? "It is tried again." : "It isn't tried again.");
            if (!again) {
                return Optional.empty();
            }
            Duration wait = FIRST_RETRY.multipliedBy(1L << Math.min(firing.attempt() - 1, 10));
            return Optional.of(new Firing(
                    firing.scheduledAt(),
                    now.plus(wait.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : wait),
                    firing.attempt() + 1));
        }
    }

    private static boolean isPassing(SdkException e) {
        return e instanceof SdkClientException
                || (e instanceof AwsServiceException answer
                        && (answer.isThrottlingException() || answer.statusCode() >= 500));
    }

    /** What is due after that: the same again if it is to be retried, unless the next time comes before. */
    private void proceed(Due done, Instant now, Optional<Firing> retry) {
        StoredSchedule schedule = done.schedule();
        Instant after = done.firing().scheduledAt().plusNanos(1);
        // What the machine slept through is made up for once, not as often as it was due.
        Instant earliest = done.ahead() == null && now.isAfter(after) ? now : after;
        Optional<Firing> next = schedule.dueFrom(earliest).map(at -> first(schedule, at));
        Optional<Firing> chosen = retry.filter(again ->
                        next.isEmpty() || again.invokedAt().isBefore(next.get().invokedAt()))
                .or(() -> next);
        if (chosen.isEmpty() && schedule.settings().deletedAfterCompletion()) {
            var ignored = remove(schedule.name());
            return;
        }
        StoredSchedule proceeded = schedule.firing(chosen.orElse(null));
        schedules.put(proceeded.name(), proceeded);
        save();
        chosen.ifPresent(firing -> enter(proceeded, firing));
    }

    private void save() {
        file.write(new StoredSchedules(List.copyOf(schedules.values())));
    }
}
