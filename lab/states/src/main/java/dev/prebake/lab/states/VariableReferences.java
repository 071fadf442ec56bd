package dev.prebake.lab.states;

import java.util.HashSet;
import java.util.Set;

/** Finds the names that an expression refers to with a dollar sign: its variables, functions and parameters. */
final class VariableReferences {
    private VariableReferences() {}

    /** The names without the dollar sign; those within strings, quoted names and comments don't count. */
    static Set<String> in(String source) {
        Set<String> names = new HashSet<>();
        int at = 0;
        while (at < source.length()) {
            char c = source.charAt(at);
            if (c == '"' || c == '\'' || c == '`') {
                at = afterQuoted(source, at, c);
            } else if (source.startsWith("/*", at)) {
                int end = source.indexOf("*/", at + 2);
                at = end < 0 ? source.length() : end + 2;
            } else if (c == '$') {
                int end = at + 1;
                while (end < source.length() && Character.isUnicodeIdentifierPart(source.charAt(end))) {
                    end++;
                }
                names.add(source.substring(at + 1, end));
                at = end;
            } else {
                at++;
            }
        }
        return names;
    }

    private static int afterQuoted(String source, int start, char quote) {
        int at = start + 1;
        while (at < source.length() && source.charAt(at) != quote) {
            at += source.charAt(at) == '\\' && quote != '`' ? 2 : 1;
        }
        return at + 1;
    }
}
