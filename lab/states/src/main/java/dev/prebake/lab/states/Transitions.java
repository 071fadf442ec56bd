package dev.prebake.lab.states;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Where a definition's states lead: every target must exist, and every state must be somebody's target. */
final class Transitions {
    private final Map<String, State> states;
    private final Fields top;
    private final List<Problem> problems;

    Transitions(Map<String, State> states, Fields top, List<Problem> problems) {
        this.states = states;
        this.top = top;
        this.problems = problems;
    }

    void check(String startAt) {
        JsonNode written = top.get("States");
        if (written == null || !written.isObject()) {
            return;
        }
        if (!startAt.isEmpty() && !written.has(startAt)) {
            top.problem("StartAt", "no state '" + startAt + "' in States");
        }
        Fields all = new Fields(top.pointer("States"), written, problems);
        states.values()
                .forEach(state -> eachTarget(state, (target, field) -> {
                    if (!written.has(target)) {
                        problems.add(new Problem(
                                all.pointer(state.name()) + "/" + field, "no state '" + target + "' in States"));
                    }
                }));
        // A state that couldn't be read leads nobody knows where, so that nothing can be called unreachable.
        if (written.has(startAt) && states.size() == written.size()) {
            Set<String> reachable = reachableFrom(startAt);
            states.keySet().stream()
                    .filter(name -> !reachable.contains(name))
                    .forEach(name -> all.problem(name, "no transition leads to this state"));
        }
    }

    private Set<String> reachableFrom(String startAt) {
        Set<String> reached = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(startAt));
        while (!open.isEmpty()) {
            String name = open.pop();
            State state = states.get(name);
            if (state != null && reached.add(name)) {
                eachTarget(state, (target, field) -> open.push(target));
            }
        }
        return reached;
    }

    /** Calls with every target of a state and the field that names it. */
    private static void eachTarget(State state, BiConsumer<String, String> target) {
        switch (state) {
            case State.TaskState task -> {
                accept(task.next(), "Next", target);
                for (int i = 0; i < task.catchers().size(); i++) {
                    accept(task.catchers().get(i).next(), "Catch/" + i + "/Next", target);
                }
            }
            case State.PassState pass -> accept(pass.next(), "Next", target);
            case State.WaitState wait -> accept(wait.next(), "Next", target);
            case State.ChoiceState choice -> {
                for (int i = 0; i < choice.rules().size(); i++) {
                    accept(choice.rules().get(i).next(), "Choices/" + i + "/Next", target);
                }
                accept(choice.defaultNext(), "Default", target);
            }
            case State.SucceedState succeed -> {}
            case State.FailState fail -> {}
        }
    }

    private static void accept(@Nullable String next, String field, BiConsumer<String, String> target) {
        if (next != null && !next.isEmpty()) {
            target.accept(next, field);
        }
    }
}
