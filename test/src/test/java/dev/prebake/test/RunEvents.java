package dev.prebake.test;

import dev.prebake.lab.cloud.Lab;
import dev.prebake.lab.cloud.LabObserver;
import dev.prebake.lab.states.HistoryDetails;
import dev.prebake.lab.states.HistoryEvent;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What one execution after another does in a lab, event by event. */
final class RunEvents implements LabObserver {
    /** What to do as a state is entered, before it goes on. */
    final Map<String, Runnable> whenEntered = new ConcurrentHashMap<>();

    private final BlockingQueue<HistoryEvent> ends = new LinkedBlockingQueue<>();
    private final List<HistoryEvent> events = new CopyOnWriteArrayList<>();

    @Override
    public void happened(HistoryEvent event) {
        events.add(event);
        if (event.details() instanceof HistoryDetails.StateEntered entered) {
            whenEntered.getOrDefault(entered.name(), () -> {}).run();
        }
        if (event.type().isLast()) {
            ends.add(event);
        }
    }

    @Override
    public void progress(String line) {
        // Nobody asked.
    }

    /** Forgets all of it, with another execution to come. */
    void forget() {
        events.clear();
        ends.clear();
    }

    /** Waits for the end of the execution that runs. */
    void awaitEnd(Lab lab, String arn) throws InterruptedException {
        // Of real time: an execution of hours takes less than a second of it.
        if (ends.poll(2, TimeUnit.MINUTES) == null) {
            List<HistoryEvent> seen = List.copyOf(events);
            throw new AssertionError("After two minutes " + arn + " has not ended. Its last events: "
                    + seen.subList(Math.max(0, seen.size() - 6), seen.size()) + "; running: "
                    + lab.clock().running() + ", asleep: " + lab.clock().sleeping());
        }
    }

    /** Errors that tasks ended with since the run began. */
    List<String> taskErrors() {
        return events.stream()
                .map(HistoryEvent::details)
                .filter(HistoryDetails.TaskFailed.class::isInstance)
                .map(details -> ((HistoryDetails.TaskFailed) details).error())
                .toList();
    }

    /** The states entered since the run began. */
    List<String> states() {
        return events.stream()
                .map(HistoryEvent::details)
                .filter(HistoryDetails.StateEntered.class::isInstance)
                .map(details -> ((HistoryDetails.StateEntered) details).name())
                .toList();
    }
}
