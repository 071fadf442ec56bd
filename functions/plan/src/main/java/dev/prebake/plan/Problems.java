package dev.prebake.plan;

import java.util.List;

/** How an error lists all that is wrong, one problem a line. */
final class Problems {
    /** Lines at most, so that Step Functions' 32,768 characters for a cause hold the list and the stack trace. */
    private static final int MAX_LINES = 40;

    private Problems() {}

    /** The heading, a line per problem, and what to do about them. */
    static String message(String heading, List<String> problems, String advice) {
        StringBuilder message = new StringBuilder(heading);
        problems.stream()
                .limit(MAX_LINES)
                .forEach(problem -> message.append("\n- ").append(problem));
        if (problems.size() > MAX_LINES) {
            message.append("\n- and ").append(problems.size() - MAX_LINES).append(" more");
        }
        return message.append('\n').append(advice).toString();
    }

    /** {@code 1 problem}, {@code 2 problems}. */
    static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
