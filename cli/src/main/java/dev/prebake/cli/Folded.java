package dev.prebake.cli;

import java.util.ArrayList;
import java.util.List;

/** Lines for a narrow terminal: longer ones go on in the next line, further in than they begin. */
final class Folded {
    private static final int FURTHER_IN = 4;

    private Folded() {}

    /**
     * The lines, each no wider than there is room, but for words that are.
     *
     * @param columns how much room there is
     */
    static List<String> lines(List<String> lines, int columns) {
        return lines.stream()
                .flatMap(line -> line(line, indent(line) + FURTHER_IN, columns).stream())
                .toList();
    }

    /**
     * One of them.
     *
     * @param further how far in it goes on
     */
    static List<String> line(String line, int further, int columns) {
        List<String> folded = new ArrayList<>();
        String rest = line;
        while (rest.length() > columns) {
            int end = end(rest, columns);
            if (end < 0) {
                break;
            }
            folded.add(rest.substring(0, end).stripTrailing());
            rest = " ".repeat(further) + rest.substring(end).strip();
        }
        folded.add(rest);
        return folded;
    }

    private static int indent(String line) {
        return line.length() - line.stripLeading().length();
    }

    /** Where a line that is too long can end: before a word; behind its first one, where that alone is too long. */
    private static int end(String line, int columns) {
        int begin = indent(line);
        int end = line.lastIndexOf(' ', columns);
        return end > begin ? end : line.indexOf(' ', begin);
    }
}
