package dev.prebake.cli;

import java.io.PrintWriter;

/**
 * Where progress goes: standard error. On a terminal the last line may be replaced as it changes; elsewhere every line
 * stays, so there are fewer.
 */
final class Terminal {
    /** Said by the launcher, which can ask the shell; the JVM can't tell about standard error alone. */
    static final String PROPERTY = "prebake.terminal";

    /** The terminal's width in columns, said by the launcher too; nothing where it can't be told. */
    static final String COLUMNS = "prebake.columns";

    /** The width of standard output where that is a terminal, said by the launcher too. */
    static final String OUT_COLUMNS = "prebake.out.columns";

    private static final String ERASE_LINE = "\r\u001b[2K";
    private static final int DEFAULT_COLUMNS = 80;
    /** Picocli refuses to make less. */
    private static final int LEAST_HELP_COLUMNS = 55;

    private final PrintWriter err;
    private final boolean interactive;
    private final int columns;
    private boolean passing;

    /**
     * @param columns the width; a passing line that was broken at the edge could not be replaced
     */
    Terminal(PrintWriter err, boolean interactive, int columns) {
        this.err = err;
        this.interactive = interactive;
        this.columns = columns;
    }

    /** As the launcher says. */
    static Terminal of(PrintWriter err) {
        int columns = Integer.getInteger(COLUMNS, 0);
        // Some pseudo-terminals say that they are 0 wide.
        return new Terminal(err, Boolean.getBoolean(PROPERTY), columns > 0 ? columns : DEFAULT_COLUMNS);
    }

    /** How wide lines of a result may be; without a limit where standard output is no terminal. */
    static int outColumns() {
        int columns = Integer.getInteger(OUT_COLUMNS, 0);
        return columns > 0 ? columns : Integer.MAX_VALUE;
    }

    /** How wide a command's help is. Picocli could ask itself, by a process that takes longer than all the rest. */
    static int helpColumns() {
        int columns = Integer.getInteger(OUT_COLUMNS, 0);
        return columns > 0 ? Math.max(columns, LEAST_HELP_COLUMNS) : DEFAULT_COLUMNS;
    }

    boolean interactive() {
        return interactive;
    }

    /** How many columns a passing line has: the last one stays free, since some terminals go on to the next line once it is filled. */
    int room() {
        return columns - 1;
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
            err.print(ERASE_LINE + text.substring(0, Math.min(text.length(), room())));
            err.flush();
            passing = true;
        }
    }
}
