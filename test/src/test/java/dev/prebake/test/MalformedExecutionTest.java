package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.prebake.kernel.Excerpt;
import dev.prebake.test.MalformedInputs.Malformed;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.InvalidExecutionInputException;

/**
 * Whole executions with inputs that nothing can be baked from: {@code -Dprebake.malformed=all} starts 10,000 of them, otherwise it is a
 * few hundred, drawn by {@code -Dprebake.malformed.seed}.
 */
@Tag("malformed")
@DisplayName("An execution with a malformed input")
@SuppressWarnings("NullAway.Init")
class MalformedExecutionTest {
    private static final boolean ALL =
            System.getProperty("prebake.malformed", "some").equals("all");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MANY = 10_000;
    private static final int SOME = 300;
    private static final String MUCH_TOO_LONG = "of more than 60,000 characters";
    private static final int MAX_BYTES = 256 << 10;

    @TempDir
    private Path folder;

    private FaultLab lab;

    @BeforeEach
    void open() throws Exception {
        lab = new FaultLab(folder, 1);
    }

    @AfterEach
    void close() throws Exception {
        lab.close();
    }

    @Test
    @DisplayName("is refused by PlanBake with all that is wrong, in words, and launches nothing")
    void refused() throws Exception {
        List<String> wrong = new ArrayList<>();
        int tooLong = 0;
        List<Malformed> inputs = new MalformedInputs(lab.reference("one"))
                .draw(ALL ? MANY : SOME, Long.getLong("prebake.malformed.seed", 1));
        for (Malformed input : inputs) {
            // As it would come in over the wire.
            String text = new String(JSON.writeValueAsBytes(input.json()), StandardCharsets.UTF_8);
            List<String> problems;
            if (text.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
                tooLong++;
                problems = catchThrowable(() -> lab.start(text)) instanceof InvalidExecutionInputException
                        ? List.of()
                        : List.of("it was started");
            } else {
                problems = problems(lab.run(text), input.wrong(), text.length());
            }
            problems.forEach(problem -> wrong.add(Excerpt.of(text) + " -> " + problem));
        }
        System.getLogger(getClass().getName())
                .log(
                        System.Logger.Level.INFO,
                        "{0} malformed inputs, {1} of them longer than 256 KiB",
                        Integer.toString(inputs.size()),
                        tooLong);
        assertThat(wrong).as(wrong.size() + " problems").isEmpty();
        assertThat(lab.ledger.instances()).isEmpty();
        assertThat(lab.ledger.volumes()).isEmpty();
        assertThat(lab.ledger.snapshots()).isEmpty();
    }

    private List<String> problems(DescribeExecutionResponse ended, List<String> fields, int length) {
        List<String> problems = new ArrayList<>();
        if (!"dev.prebake.plan.InvalidInputException".equals(ended.error())) {
            problems.add("it ended " + ended.statusAsString() + " with " + ended.error() + ": " + ended.cause());
            return problems;
        }
        List<String> states = lab.events.states();
        if (!states.equals(List.of("ApplyDefaults", "PlanBake", "Failed"))) {
            problems.add("it went through " + states);
        }
        if (!lab.faults.calls().isEmpty()) {
            problems.add("it called " + lab.faults.calls());
        }
        problems.addAll(HonestEnd.problems(ended.error(), ended.cause(), states));
        List<String> lines = ended.cause().lines().toList();
        boolean unread = ended.cause().contains(MUCH_TOO_LONG) && length > 50_000;
        for (String field : fields) {
            if (!unread && lines.stream().noneMatch(line -> line.matches("- " + field + "(?:\\[[0-9]+]|\\..*)?: .+"))) {
                problems.add(field + " is not named: " + ended.cause());
            }
        }
        for (String line : lines) {
            if (line.length() >= 1_000 || line.matches(".*\\p{Cntrl}.*")) {
                problems.add("a line that nobody can read: " + Excerpt.of(line));
            }
        }
        return problems;
    }

    @Test
    @DisplayName("is drawn from all of the fields that there are")
    void fields() throws Exception {
        assertThat(lab.run("{\"nonsense\": 1}").cause().lines())
                .contains("- nonsense: is no field of the input; its fields are "
                        + WrongValues.FIELDS.stream().sorted().collect(Collectors.joining(", ")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "nonsense",
                "{'images': []}",
                "{} {}",
                "{\"a\": NaN}",
                "{\"a\": 1e999}",
                "{\"\\ud800\": 1}",
                "\u0000"
            })
    @DisplayName("isn't even started where it is no JSON")
    void noJson(String text) {
        assertThatThrownBy(() -> lab.start(text))
                .isInstanceOf(InvalidExecutionInputException.class)
                .hasMessageContaining("Invalid State Machine Execution Input: ");
    }
}
