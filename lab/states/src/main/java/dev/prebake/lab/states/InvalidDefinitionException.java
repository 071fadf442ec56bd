package dev.prebake.lab.states;

import java.util.List;
import java.util.stream.Collectors;

/** A definition that this interpreter doesn't run, with everything that it found wrong. */
public final class InvalidDefinitionException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<Problem> problems;

    InvalidDefinitionException(List<Problem> problems) {
        super("The state machine definition has %d problem%s:%n%s"
                .formatted(
                        problems.size(),
                        problems.size() == 1 ? "" : "s",
                        problems.stream().map(problem -> "  " + problem).collect(Collectors.joining("\n"))));
        this.problems = List.copyOf(problems);
    }

    /** Everything that is wrong, in the order of the definition. */
    public List<Problem> problems() {
        return problems;
    }
}
