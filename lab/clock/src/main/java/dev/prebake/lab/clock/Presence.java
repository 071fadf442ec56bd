package dev.prebake.lab.clock;

import java.util.ArrayList;
import java.util.List;

/** What the clock knows of one thread; guarded by the clock's lock. */
final class Presence {
    /** The memberships that the thread holds, outermost first; a thread without any is unknown to the clock. */
    final List<Participant> joined = new ArrayList<>();

    boolean asleep;
}
