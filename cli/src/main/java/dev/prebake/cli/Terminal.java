package dev.prebake.cli;

import java.io.PrintWriter;

/**
 * Where progress goes: standard error. On a terminal the last line may be replaced as it changes; elsewhere every line
 * stays, so there are fewer.
 */
final class Terminal {
    /** Said by the launcher, which can ask the shell; the JVM can't tell about standard error alone. */
    static final String PROPERTY = "prebake.terminal";

    private static final String ERASE_LINE = "\r\u001b[2K";

    private final PrintWriter err;
    private final boolean interactive;
    private boolean passing;

    Terminal(PrintWriter err, boolean interactive) {
        this.err = err;
        this.interactive = interactive;
    }

    boolean interactive() {
        return interactive;
    }

    /** Prints a line that stays. */
    synchronized void line(String text) {
        if (passing) {
            err.print(ERASE_LINE);
            passing = false;
        }
        err.println(text);
        err.flush();
    }

    /** Shows a line that the next one replaces; nothing where lines can't be replaced. */
    synchronized void passing(String text) {
        if (interactive) {
            err.print(ERASE_LINE + text);
            err.flush();
            passing = true;
        }
    }
}
