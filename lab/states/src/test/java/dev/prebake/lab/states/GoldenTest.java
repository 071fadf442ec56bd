package dev.prebake.lab.states;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.prebake.lab.clock.LabClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs each case of the golden folder, and compares its end and its whole history with what the case says. */
@Timeout(30)
class GoldenTest {
    private static final JsonMapper MAPPER = new JsonMapper();

    static Stream<Path> cases() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/dev/prebake/lab/states/golden"))) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    @DisplayName("a definition's execution ends as its golden case says, with the same history")
    void runsAsWritten(Path file) throws IOException {
        JsonNode golden = MAPPER.readTree(file.toFile());
        LabClock clock = LabClock.frozenAt(Tests.START);
        List<HistoryEvent> heard = new ArrayList<>();

        Execution execution = new Interpreter(clock, new ScriptedTasks(clock, golden.get("tasks")), new Random(1))
                .start(
                        StateMachine.parse(golden.get("definition").toString()),
                        Tests.IDENTITY,
                        golden.get("input"),
                        heard::add);
        ExecutionOutcome outcome = execution.run();

        assertThat(Tests.lines(execution.history())).isEqualTo(texts(golden.get("history")));
        assertThat(outcome.status().name()).isEqualTo(golden.get("status").textValue());
        assertThat(outcome.output()).isEqualTo(golden.get("output"));
        assertThat(outcome.error()).isEqualTo(golden.path("error").textValue());
        assertThat(outcome.cause()).isEqualTo(golden.path("cause").textValue());
        assertThat(heard).isEqualTo(execution.history());
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(element -> texts.add(element.textValue()));
        return texts;
    }
}
