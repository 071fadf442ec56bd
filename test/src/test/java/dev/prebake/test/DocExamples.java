package dev.prebake.test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The fenced blocks of a page that tests run, in their order: {@code sh} with what the {@code text} right behind it says that it
 * prints, and {@code json}. Words behind the language say what kind of block it is.
 */
final class DocExamples {
    private static final Pattern FENCE =
            Pattern.compile("^```(?<info>[^\\n`]*)\\n(?<text>.*?)^```$\\n?", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern SNAPSHOT = Pattern.compile("\\bsnap-[0-9a-f]+");
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]+…?");
    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final Pattern NUMBER = Pattern.compile("[0-9]+(?:[.,:][0-9]+)*");

    private DocExamples() {}

    /**
     * A block.
     *
     * @param line the first line of its text in the page, from 1
     * @param language {@code sh} or {@code json}
     * @param words those behind the language
     * @param text what stands in it
     * @param shown what the page says that it prints; absent where it says nothing
     */
    record Block(
            int line,
            String language,
            List<String> words,
            String text,
            @Nullable String shown) {
        /** Whether a word stands behind its language. */
        boolean is(String word) {
            return words.contains(word);
        }
    }

    /** Reads a page. */
    static List<Block> of(String page) {
        List<Block> blocks = new ArrayList<>();
        Matcher fence = FENCE.matcher(page);
        int end = -1;
        while (fence.find()) {
            List<String> info = Arrays.stream(fence.group("info").split(" "))
                    .filter(word -> !word.isEmpty())
                    .toList();
            String language = info.isEmpty() ? "" : info.getFirst();
            boolean follows = end >= 0 && page.substring(end, fence.start()).isBlank();
            end = -1;
            if (language.equals("sh") || language.equals("json")) {
                int line = (int) page.substring(0, fence.start("text")).lines().count() + 1;
                blocks.add(new Block(line, language, info.subList(1, info.size()), fence.group("text"), null));
                end = language.equals("sh") ? fence.end() : -1;
            } else if (language.equals("text") && follows) {
                Block before = blocks.removeLast();
                blocks.add(new Block(
                        before.line(), before.language(), before.words(), before.text(), fence.group("text")));
            }
        }
        return blocks;
    }

    /** What stands in the blocks that don't say what they are. */
    static List<String> bare(String page) {
        return FENCE.matcher(page)
                .results()
                .filter(fence -> fence.group("info").isBlank())
                .map(fence -> fence.group("text"))
                .toList();
    }

    /**
     * Whether something was printed as it is shown: but for numbers, IDs and the width of columns. In what is shown {@code …} stands for
     * anything in a line, and by itself for any lines.
     */
    static boolean isShown(String shown, String printed) {
        StringBuilder pattern = new StringBuilder();
        for (String line : shown.strip().lines().toList()) {
            if (line.strip().equals("…")) {
                pattern.append("(?:.*\\n)*?");
            } else {
                pattern.append(Arrays.stream(inGeneral(line).split("…", -1))
                                .map(Pattern::quote)
                                .reduce((left, right) -> left + ".*" + right)
                                .orElse(""))
                        .append("\\n");
            }
        }
        StringBuilder general = new StringBuilder();
        printed.strip().lines().forEach(line -> general.append(inGeneral(line)).append('\n'));
        return Pattern.matches(pattern.toString(), general);
    }

    private static String inGeneral(String line) {
        String general = SNAPSHOT.matcher(line).replaceAll("snap-#");
        general = DIGEST.matcher(general).replaceAll("sha256:#");
        general = UUID.matcher(general).replaceAll("#");
        return NUMBER.matcher(general).replaceAll("#").replaceAll("\\s+", " ").strip();
    }
}
