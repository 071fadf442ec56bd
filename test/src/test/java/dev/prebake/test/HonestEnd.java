package dev.prebake.test;

import dev.prebake.kernel.PrebakeException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a failed execution has to say: whose error, in which state, what was tried, what came back, and what to do. */
final class HonestEnd {
    private static final Pattern LAMBDAS = Pattern.compile("Lambda\\.[A-Za-z]+Exception|Sandbox\\.Timedout");
    private static final Pattern STATE_AND_WORDS = Pattern.compile("([A-Za-z]+): (\\S.*)", Pattern.DOTALL);
    private static final Pattern STACK_TRACE = Pattern.compile("stackTrace|\\.java:\\d|\\tat |\\n at ");

    /** A sentence, or part of one, that tells its reader to do something. */
    private static final Pattern ADVICE = Pattern.compile(
            "(?:^|[.;:,)] |\\n|and |or )(?:if it gave up, |then |more )?(?i:allow|ask|bake|check|correct|cure"
                    + "|deploy|end|free|give|look|push|remove|start|take|try)\\b");

    private HonestEnd() {}

    /**
     * What is wrong with an execution's words; empty when nothing is.
     *
     * @param states the states that it entered
     */
    static List<String> problems(String error, String cause, List<String> states) {
        List<String> problems = new ArrayList<>();
        if (!isKnown(error)) {
            problems.add("no error of ours: " + error);
        }
        Matcher words = STATE_AND_WORDS.matcher(cause);
        if (!words.matches() || !states.contains(words.group(1))) {
            problems.add("its cause doesn't begin with the state");
        }
        if (STACK_TRACE.matcher(cause).find()) {
            problems.add("its cause has a stack trace");
        }
        if (cause.contains("AWS answered") && !cause.contains("request ID ")) {
            problems.add("its cause has no request ID");
        }
        if (!ADVICE.matcher(cause).find()) {
            problems.add("its cause doesn't say what to do");
        }
        return problems.isEmpty() ? problems : List.of(String.join(", ", problems) + ": " + error + ": " + cause);
    }

    private static boolean isKnown(String error) {
        if (LAMBDAS.matcher(error).matches()) {
            return true;
        }
        try {
            return PrebakeException.class.isAssignableFrom(Class.forName(error));
        } catch (ClassNotFoundException _) {
            return false;
        }
    }
}
