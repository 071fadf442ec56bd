package dev.prebake.catalogue;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The workflow's definition, with placeholders {@code ${Name}} for what a deployment decides. */
public final class Definition {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([A-Za-z]+)}");

    private Definition() {}

    /** The definition as it stands in {@code statemachine/image-cache.asl.json}. */
    public static String text() {
        return Resource.text("image-cache.asl.json");
    }

    /** The names of its placeholders. */
    public static Set<String> placeholders() {
        return PLACEHOLDER
                .matcher(text())
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * The definition with every placeholder filled in, each value escaped as part of a JSON string.
     *
     * @throws IllegalArgumentException when a value is missing or has no placeholder; the message names all of them
     */
    public static String substitute(Map<String, String> values) {
        Set<String> missing = new TreeSet<>(placeholders());
        missing.removeAll(values.keySet());
        Set<String> unused = new TreeSet<>(values.keySet());
        unused.removeAll(placeholders());
        if (!missing.isEmpty() || !unused.isEmpty()) {
            throw new IllegalArgumentException("Filling in the definition failed: no values for " + missing
                    + ", no placeholders for " + unused + ".");
        }
        return PLACEHOLDER
                .matcher(text())
                .replaceAll(match -> Matcher.quoteReplacement(new String(
                        JsonStringEncoder.getInstance().quoteAsString(String.valueOf(values.get(match.group(1)))))));
    }
}
