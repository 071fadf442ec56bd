package dev.prebake.lab.cloud;

import dev.prebake.lab.states.HistoryEvent;

/** Sees what happens in the lab as it happens, on the threads where it does; so be quick. */
public interface LabObserver {
    /** An execution has gone a step on. */
    void happened(HistoryEvent event);

    /** A command on a builder has printed a line on its standard error, where the bake's progress goes. */
    void progress(String line);

    /** Looks at nothing. */
    static LabObserver none() {
        return new LabObserver() {
            @Override
            public void happened(HistoryEvent event) {
                // Nobody asked.
            }

            @Override
            public void progress(String line) {
                // Nobody asked.
            }
        };
    }
}
