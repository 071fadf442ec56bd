package dev.prebake.kernel;

/**
 * How a message quotes a text that came from outside: in quotes, on one line, and no longer than a reader wants.
 *
 * <p>Input and registries' answers can hold anything: line breaks would fake lines of a list, terminal escapes would reach
 * a console, and a megabyte would push the rest out of Step Functions' 32,768 characters for a cause.
 */
public final class Excerpt {
    /** Characters of the text that are shown, at most. */
    public static final int MAX_CHARACTERS = 120;

    private Excerpt() {}

    /** The text in single quotes, cut after {@link #MAX_CHARACTERS}, control and other invisible characters as {@code \\uXXXX}. */
    public static String of(String text) {
        return "'" + bare(text) + "'";
    }

    /** As {@link #of}, without the quotes. */
    public static String bare(String text) {
        StringBuilder shown = new StringBuilder();
        int end = Math.min(text.length(), MAX_CHARACTERS);
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (isInvisible(c)) {
                shown.append(String.format("\\u%04x", (int) c));
            } else {
                shown.append(c);
            }
        }
        if (text.length() > MAX_CHARACTERS) {
            shown.append("… (").append(text.length()).append(" characters)");
        }
        return shown.toString();
    }

    /** Controls, line separators, direction marks and halves of surrogate pairs: all that can distort the line it stands in. */
    private static boolean isInvisible(char c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> true;
            default -> false;
        };
    }
}
