package dev.prebake.lab.node;

import java.util.ArrayDeque;
import java.util.Deque;

/** The last lines that a program wrote, for the message when it fails. */
final class LastLines {
    private final int atMost;
    private final Deque<String> lines = new ArrayDeque<>();

    LastLines(int atMost) {
        this.atMost = atMost;
    }

    synchronized void add(String line) {
        lines.add(line);
        if (lines.size() > atMost) {
            lines.remove();
        }
    }

    @Override
    public synchronized String toString() {
        return lines.isEmpty() ? "nothing" : String.join("; ", lines);
    }
}
