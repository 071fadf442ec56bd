package dev.prebake.lab.clock;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Lab time: real time plus what has been skipped so far.
 *
 * <p>While anything runs (an open {@link Activity}, or a {@link Participant} that isn't asleep), lab time passes as real
 * time does. As soon as nothing runs any more, the clock jumps to the earliest instant that a sleeper waits for, and
 * wakes that sleeper alone; the next jump comes when it sleeps again, leaves, or ends its activity. So sleepers run
 * their course one after another in the order of their due times (among equals, of falling asleep), however many there
 * are, and two runs of the same waits take the same turns.
 *
 * <p>The jump is decided on what threads tell the clock. A thread that does something after its sleep which others must
 * not overtake {@linkplain #join joins} first; one that hands work to another begins an activity before, and lets the
 * other close it. A thread that blocks on something that only comes when lab time moves, without saying so by
 * {@link Signal}, keeps the lab in real time.
 *
 * <p>Time never goes back. All methods may be called from any thread, virtual ones too.
 */
public final class LabClock implements InstantSource {
    private final RealTime real;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Activity> activities = new LinkedHashSet<>();
    private final Map<Thread, Presence> presences = new HashMap<>();
    private final PriorityQueue<Sleeper> sleepers = new PriorityQueue<>();
    private int awake;
    private long sleeps;
    private volatile Duration skipped = Duration.ZERO;

    /** A clock that shows the machine's time until it first jumps. */
    public LabClock() {
        this(RealTime.ofMachine(Instant.MIN));
    }

    LabClock(RealTime real) {
        this.real = real;
    }

    /**
     * A clock that shows the machine's time, or goes on from an instant that is later: an earlier clock had jumped there, and
     * its time doesn't go back.
     */
    public static LabClock notBefore(Instant reached) {
        return new LabClock(RealTime.ofMachine(reached));
    }

    /**
     * A clock that moves by its jumps alone: what runs takes no time on it, so that whoever uses it gets the same times
     * again and again. Made for tests.
     */
    public static LabClock frozenAt(Instant start) {
        return new LabClock(RealTime.frozenAt(start));
    }

    /** Now, in lab time. */
    @Override
    public Instant instant() {
        return real.instant().plus(skipped);
    }

    /** How much of lab time was waits that nobody had to sit through. */
    public Duration skipped() {
        return skipped;
    }

    /**
     * Says that real work begins, which takes real time until the activity is closed.
     *
     * @param what the work's name, for whoever asks what {@linkplain #running runs}
     */
    public Activity begin(String what) {
        var activity = new Activity(this, what);
        lock.lock();
        try {
            activities.add(activity);
        } finally {
            lock.unlock();
        }
        return activity;
    }

    /**
     * Makes the calling thread take part: it counts as running whenever it isn't asleep on this clock.
     *
     * @param what the thread's job, for whoever asks what {@linkplain #running runs}
     */
    public Participant join(String what) {
        var participant = new Participant(this, Thread.currentThread(), what);
        lock.lock();
        try {
            Presence presence = presences.computeIfAbsent(participant.thread(), thread -> new Presence());
            if (presence.joined.isEmpty()) {
                awake++;
            }
            presence.joined.add(participant);
        } finally {
            lock.unlock();
        }
        return participant;
    }

    /**
     * Sleeps until an instant of lab time; returns at once when that has passed.
     *
     * @throws InterruptedException when the thread was interrupted before or during its sleep
     */
    public void sleepUntil(Instant due) throws InterruptedException {
        await(null, due);
    }

    /** Sleeps for a span of lab time. */
    public void sleep(Duration span) throws InterruptedException {
        sleepUntil(instant().plus(span));
    }

    /** Lets a span of lab time pass at once, as if what runs now took so much longer: whoever is due by then wakes. */
    public void pass(Duration span) {
        lock.lock();
        try {
            skipped = skipped.plus(span);
            sleepers.forEach(sleeper -> sleeper.condition.signal());
        } finally {
            lock.unlock();
        }
    }

    /** A new signal, not raised, for a thread that waits for something else than time. */
    public Signal signal() {
        return new Signal(this);
    }

    /** What runs now, and so keeps the lab in real time: activities first, then the participants that are awake. */
    public List<String> running() {
        lock.lock();
        try {
            return Stream.concat(
                            activities.stream().map(Activity::toString),
                            presences.values().stream()
                                    .filter(presence -> !presence.asleep)
                                    .map(presence -> presence.joined.getLast().toString()))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** How many threads are asleep on this clock. */
    public int sleeping() {
        lock.lock();
        try {
            return sleepers.size();
        } finally {
            lock.unlock();
        }
    }

    boolean await(@Nullable Signal signal, Instant due) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("Interrupted before waiting until " + due + " lab time");
        }
        // A thread that hasn't joined takes part for this one wait, so that its waking up counts as running as well.
        try (Participant _ = isKnown(Thread.currentThread())
                ? null
                : join(Thread.currentThread().toString())) {
            lock.lock();
            try {
                return awaitLocked(signal, due);
            } finally {
                lock.unlock();
            }
        }
    }

    private boolean isKnown(Thread thread) {
        lock.lock();
        try {
            return presences.containsKey(thread);
        } finally {
            lock.unlock();
        }
    }

    private boolean awaitLocked(@Nullable Signal signal, Instant due) throws InterruptedException {
        if (signal != null && signal.waiting != null) {
            throw new IllegalStateException("Tried to wait for a signal that another thread waits for already;"
                    + " a signal wakes one thread: give each its own.");
        }
        if (signal != null && signal.raised) {
            signal.raised = false;
            return true;
        }
        if (!instant().isBefore(due)) {
            return false;
        }
        Presence presence = presences.get(Thread.currentThread());
        if (presence == null) {
            throw new IllegalStateException("No presence of " + Thread.currentThread());
        }
        var sleeper = new Sleeper(due, sleeps++, lock.newCondition(), presence, signal);
        fallAsleep(sleeper);
        try {
            settle();
            while (!sleeper.woken) {
                Duration left = Duration.between(instant(), due);
                if (left.isPositive()) {
                    real.await(sleeper.condition, left);
                } else {
                    wake(sleeper);
                }
            }
        } catch (InterruptedException e) {
            if (!sleeper.woken) {
                wake(sleeper);
            } else if (sleeper.signalled && signal != null) {
                signal.raised = true;
            }
            throw e;
        }
        return sleeper.signalled;
    }

    private void fallAsleep(Sleeper sleeper) {
        sleeper.presence.asleep = true;
        awake--;
        sleepers.add(sleeper);
        if (sleeper.signal != null) {
            sleeper.signal.waiting = sleeper;
        }
    }

    /** Makes a sleeper count as running again at this very moment, long before its thread gets to run. */
    private void wake(Sleeper sleeper) {
        sleepers.remove(sleeper);
        if (sleeper.signal != null) {
            sleeper.signal.waiting = null;
        }
        sleeper.woken = true;
        sleeper.presence.asleep = false;
        awake++;
        sleeper.condition.signal();
    }

    /** Jumps to the earliest sleeper's due time when nothing runs. To be called whenever something stops running. */
    private void settle() {
        if (awake > 0 || !activities.isEmpty()) {
            return;
        }
        Sleeper next = sleepers.peek();
        if (next == null || next.due.equals(Instant.MAX)) {
            return;
        }
        Duration ahead = Duration.between(instant(), next.due);
        if (ahead.isPositive()) {
            skipped = skipped.plus(ahead);
        }
        wake(next);
        // The others' waits in real time have become shorter.
        sleepers.forEach(sleeper -> sleeper.condition.signal());
    }

    void raise(Signal signal) {
        lock.lock();
        try {
            Sleeper waiting = signal.waiting;
            if (waiting == null) {
                signal.raised = true;
            } else {
                waiting.signalled = true;
                wake(waiting);
            }
        } finally {
            lock.unlock();
        }
    }

    void end(Activity activity) {
        lock.lock();
        try {
            if (activities.remove(activity)) {
                settle();
            }
        } finally {
            lock.unlock();
        }
    }

    void leave(Participant participant) {
        lock.lock();
        try {
            Presence presence = presences.get(participant.thread());
            if (presence != null && presence.joined.remove(participant) && presence.joined.isEmpty()) {
                presences.remove(participant.thread());
                awake--;
                settle();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Lets every sleeper look at the time again, after a test has moved real time. */
    void realTimeMoved() {
        lock.lock();
        try {
            sleepers.forEach(sleeper -> sleeper.condition.signal());
        } finally {
            lock.unlock();
        }
    }
}
