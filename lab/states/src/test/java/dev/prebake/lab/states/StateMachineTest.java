package dev.prebake.lab.states;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StateMachineTest {

    @Test
    @DisplayName("a sound definition is read whole, in its order")
    void readsSoundDefinition() {
        StateMachine machine = StateMachine.parse("""
                {"Comment": "c", "Version": "1.0", "QueryLanguage": "JSONata", "TimeoutSeconds": 600, "StartAt": "A",
                 "States": {
                   "A": {"Type": "Task", "Comment": "c", "Resource": "arn:aws-cn:states:::lambda:invoke",
                         "TimeoutSeconds": 5, "Next": "B",
                         "Retry": [{"ErrorEquals": ["X"], "IntervalSeconds": 2, "MaxAttempts": 0, "BackoffRate": 1.5,
                                    "MaxDelaySeconds": 3, "JitterStrategy": "FULL"}],
                         "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "C"}]},
                   "B": {"Type": "Wait", "Timestamp": "2026-01-31T18:00:00Z", "End": true},
                   "C": {"Type": "Fail", "Error": "E", "Cause": "{% $states.input.Cause %}"}}}""");

        assertThat(machine.startAt()).isEqualTo("A");
        assertThat(machine.timeout()).isEqualTo(Duration.ofMinutes(10));
        assertThat(machine.states().keySet()).containsExactly("A", "B", "C");
        var task = (State.TaskState) machine.state("A");
        assertThat(task.next()).isEqualTo("B");
        assertThat(task.retry())
                .containsExactly(new Retrier(List.of("X"), Duration.ofSeconds(2), 0, 1.5, Duration.ofSeconds(3), true));
        assertThat(task.catchers()).extracting(Catcher::next).containsExactly("C");
    }

    @Test
    @DisplayName("every problem of a definition is told at once, by JSON pointer")
    void tellsEveryProblem() {
        var refusal = refusal("""
                {"QueryLanguage": "JSONata", "StartAt": "Nowhere", "TimeoutSeconds": 0, "Extra": 1,
                 "States": {
                   "A": {"Type": "Task", "Next": "Missing", "Arguments": {"x": ["{% $a + %}", "{% $b"]},
                         "Assign": {"states": 1, "1x": 2},
                         "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": -1}, {"BackoffRate": 0.5}],
                         "Catch": [{"ErrorEquals": ["States.ALL", "X"], "Next": "Gone"}]},
                   "B/C": {"Type": "Choice", "Choices": [{"Condition": "yes"}], "Default": "Off"},
                   "D": {"Type": "Wait", "Seconds": 1, "Timestamp": "tomorrow", "End": true, "Next": "A"},
                   "E": {"Type": "Fail", "Error": 7, "Next": "A"},
                   "F": {"Type": "Pass", "End": "yes"},
                   "G": 5,
                   "H": {}}}""");

        assertThat(refusal.problems())
                .extracting(Problem::pointer)
                .containsExactly(
                        "/Extra",
                        "/TimeoutSeconds",
                        "/States/A/Retry/0/MaxAttempts",
                        "/States/A/Retry/1/BackoffRate",
                        "/States/A/Retry/1",
                        "/States/A/Retry/0",
                        "/States/A/Catch/0/ErrorEquals",
                        "/States/A",
                        "/States/A/Arguments/x/0",
                        "/States/A/Arguments/x/1",
                        "/States/A/Assign/states",
                        "/States/A/Assign/1x",
                        "/States/B~1C/Choices/0",
                        "/States/B~1C/Choices/0/Condition",
                        "/States/D",
                        "/States/D/Timestamp",
                        "/States/D",
                        "/States/E/Next",
                        "/States/E/Error",
                        "/States/F/End",
                        "/States/F",
                        "/States/G",
                        "/States/H",
                        "/StartAt",
                        "/States/A/Next",
                        "/States/A/Catch/0/Next",
                        "/States/B~1C/Default");
        assertThat(refusal)
                .hasMessageContaining("/States/A: the field 'Resource' is missing")
                .hasMessageContaining("/States/A/Next: no state 'Missing' in States");
    }

    @Test
    @DisplayName("states that no transition leads to are told, those behind them too")
    void unreachableStates() {
        assertThat(refusal(Tests.definition("A", """
                "A": {"Type": "Pass", "End": true},
                "B": {"Type": "Pass", "Next": "C"},
                "C": {"Type": "Pass", "Next": "B"}""")).problems())
                .containsExactly(
                        new Problem("/States/B", "no transition leads to this state"),
                        new Problem("/States/C", "no transition leads to this state"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"Type\": \"Map\", \"End\": true} | /Type | Map states aren't run by the lab",
                "{\"Type\": \"Parallel\", \"End\": true} | /Type | Parallel states aren't run by the lab",
                "{\"Type\": \"Loop\", \"End\": true} | /Type | 'Loop' is no type of state",
                "{\"Type\": \"Task\", \"Resource\": \"arn:aws:states:::ecs:runTask.sync\", \"End\": true} | /Resource | '.sync'",
                "{\"Type\": \"Task\", \"Resource\": \"arn:aws:states:::states:startExecution.sync:2\", \"End\": true} | /Resource | '.sync:2'",
                "{\"Type\": \"Task\", \"Resource\": \"arn:aws:states:::sqs:sendMessage.waitForTaskToken\", \"End\": true} | /Resource | '.waitForTaskToken'",
                "{\"Type\": \"Task\", \"Resource\": \"arn:aws:states:us-east-1:123456789012:activity:x\", \"End\": true} | /Resource | activities aren't run",
                "{\"Type\": \"Task\", \"Resource\": \"arn:aws:lambda:us-east-1:123456789012:function:x\", \"End\": true} | /Resource | called by their own ARN",
                "{\"Type\": \"Task\", \"Resource\": \"{% $x %}\", \"End\": true} | /Resource | no service integration",
                "{\"Type\": \"Task\", \"Resource\": \"arn:aws:states:::lambda:invoke\", \"HeartbeatSeconds\": 5, \"End\": true} | /HeartbeatSeconds | heartbeats",
                "{\"Type\": \"Task\", \"Resource\": \"arn:aws:states:::lambda:invoke\", \"Credentials\": {}, \"End\": true} | /Credentials | Credentials",
                "{\"Type\": \"Task\", \"Resource\": \"arn:aws:states:::lambda:invoke\", \"Parameters\": {}, \"End\": true} | /Parameters | JSONPath dialect",
                "{\"Type\": \"Pass\", \"InputPath\": \"$\", \"End\": true} | /InputPath | JSONPath dialect",
                "{\"Type\": \"Pass\", \"OutputPath\": \"$\", \"End\": true} | /OutputPath | JSONPath dialect",
                "{\"Type\": \"Pass\", \"ResultPath\": \"$\", \"End\": true} | /ResultPath | JSONPath dialect",
                "{\"Type\": \"Pass\", \"ResultSelector\": {}, \"End\": true} | /ResultSelector | JSONPath dialect",
                "{\"Type\": \"Pass\", \"Result\": {}, \"End\": true} | /Result | JSONPath dialect",
                "{\"Type\": \"Pass\", \"Outptu\": {}, \"End\": true} | /Outptu | no field 'Outptu' here",
                "{\"Type\": \"Pass\", \"QueryLanguage\": \"JSONPath\", \"End\": true} | /QueryLanguage | can't be JSONPath",
                "{\"Type\": \"Pass\", \"Output\": \"{% $eval('1') %}\", \"End\": true} | /Output | $eval isn't available",
                "{\"Type\": \"Pass\", \"Output\": \"{% %}\", \"End\": true} | /Output | the expression is empty",
                "{\"Type\": \"Pass\", \"Output\": \"{% 1 %} \", \"End\": true} | /Output | starts with '{%' and ends with '%}'",
                "{\"Type\": \"Pass\", \"Assign\": [], \"End\": true} | /Assign | must be an object",
                "{\"Type\": \"Pass\", \"Next\": \"S\", \"End\": true} | `` | either Next or",
                "{\"Type\": \"Succeed\", \"Assign\": {}} | /Assign | no field 'Assign' here",
                "{\"Type\": \"Wait\", \"Seconds\": -1, \"End\": true} | /Seconds | from 0 to 99999999",
                "{\"Type\": \"Wait\", \"SecondsPath\": \"$.s\", \"End\": true} | /SecondsPath | JSONPath dialect",
            })
    @DisplayName("what the lab doesn't run is refused by its name and place")
    void refusesByName(String state, String pointer, String message) {
        var refusal = refusal(Tests.definition("S", "\"S\": " + state));

        assertThat(refusal.problems()).anySatisfy(problem -> {
            assertThat(problem.pointer()).isEqualTo("/States/S" + pointer);
            assertThat(problem.message()).contains(message);
        });
    }

    @Test
    @DisplayName("a rule's Condition may be a constant, as AWS takes it")
    void acceptsConstantCondition() {
        var definition = Tests.definition("C", """
                "C": {"Type": "Choice", "Choices": [{"Condition": true, "Next": "D"}]},
                "D": {"Type": "Succeed"}""");

        assertThat(Tests.run(definition, "{}").status()).isEqualTo(ExecutionStatus.SUCCEEDED);
    }

    @Test
    @DisplayName("a JSONPath rule of a Choice is refused by name")
    void refusesJsonPathRule() {
        var refusal = refusal(Tests.definition("C", """
                "C": {"Type": "Choice", "Choices": [{"Variable": "$.x", "BooleanEquals": true, "Next": "D"}]},
                "D": {"Type": "Succeed"}"""));

        assertThat(refusal.problems())
                .extracting(Problem::pointer)
                .contains("/States/C/Choices/0/Variable", "/States/C/Choices/0");
    }

    @Test
    @DisplayName("a definition without a QueryLanguage is JSONPath by default, and refused")
    void refusesDefaultLanguage() {
        var refusal = refusal("""
                {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}""");

        assertThat(refusal.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.pointer()).isEqualTo("/States/A");
            assertThat(problem.message()).contains("JSONPath").contains("\"QueryLanguage\": \"JSONata\"");
        });
    }

    @Test
    @DisplayName("a state may choose JSONata for itself")
    void acceptsLanguageOfAState() {
        assertThat(StateMachine.parse("""
                        {"StartAt": "A", "States": {"A": {"Type": "Succeed", "QueryLanguage": "JSONata"}}}""").states()).containsOnlyKeys("A");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{ | not JSON",
                "[] | a definition is a JSON object",
                "{\"a\": 1, \"a\": 2} | Duplicate",
                "{} {} | not JSON"
            })
    @DisplayName("what isn't one JSON object with distinct fields is refused")
    void refusesWhatIsNoObject(String text, String message) {
        assertThat(refusal(text).problems()).singleElement().satisfies(problem -> {
            assertThat(problem.pointer()).isEmpty();
            assertThat(problem.message()).contains(message);
        });
    }

    @Test
    @DisplayName("an empty object lacks StartAt and States")
    void refusesEmptyDefinition() {
        assertThat(refusal("{}").problems())
                .extracting(Problem::message)
                .containsExactly("the field 'States' is missing", "the field 'StartAt' is missing");
    }

    @Test
    @DisplayName("asking for a state that isn't there says which there are")
    void unknownState() {
        StateMachine machine = StateMachine.parse(Tests.definition("A", "\"A\": {\"Type\": \"Succeed\"}"));

        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> machine.state("B"))
                .withMessageContaining("'B'")
                .withMessageContaining("[A]");
    }

    private static InvalidDefinitionException refusal(String definition) {
        return catchThrowableOfType(InvalidDefinitionException.class, () -> StateMachine.parse(definition));
    }
}
