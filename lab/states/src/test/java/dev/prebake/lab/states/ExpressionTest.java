package dev.prebake.lab.states;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpressionTest {
    private static final JsonNode INPUT = Tests.json("""
            {"n": 3, "big": 9007199254740993, "half": 1.5, "whole": 2.0, "text": "é", "no": null, "yes": true,
             "empty": [], "one": ["a"], "nested": [["a"]], "list": [1, null, {"x": null}],
             "rows": [{"k": 1, "v": "a"}, {"k": 2, "v": "b"}], "object": {"b": 1, "a": {"deep": []}}}""");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // numbers: whole ones stay whole, and exact
                "$states.input.n | 3",
                "$states.input.big | 9007199254740993",
                "$states.input.half * 2 | 3",
                "$states.input.whole | 2",
                "7 / 2 | 3.5",
                "$sum([1, 2, 3]) | 6",
                "$round(2.5) & '' | `\"2\"`",
                "1e3 | 1000",
                "-0.0 | 0",
                "1e21 | 1.0E21",
                "$states.input.big = 9007199254740993 | true",
                "[1, 2] = $states.input.rows.k | true",
                "{'a': 1} = {'a': 1.0} | true",
                // null is a value, and not the same as nothing
                "$states.input.no | null",
                "$exists($states.input.no) | true",
                "$exists($states.input.nothing) | false",
                "$type($states.input.no) | `\"null\"`",
                "$states.input.no = null | true",
                "$boolean($states.input.no) | false",
                "$string({'a': $states.input.no}) | `\"{\\\"a\\\":null}\"`",
                "{'a': $states.input.nothing, 'b': $states.input.no} | {\"b\":null}",
                "[$states.input.nothing] | []",
                "[$states.input.no] | [null]",
                // arrays: a constructed one stays, a sequence of one is its element
                "$states.input.list | [1,null,{\"x\":null}]",
                "$states.input.one | [\"a\"]",
                "$states.input.nested | [[\"a\"]]",
                "$states.input.empty | []",
                "[$states.input.n] | [3]",
                "[[1]] | [[1]]",
                "$states.input.rows[k=1].v | `\"a\"`",
                "$states.input.rows[k=1].v[] | [\"a\"]",
                "[$states.input.rows[k=1].v] | [\"a\"]",
                "[$states.input.rows[k=9].v] | []",
                "$states.input.rows.v | [\"a\",\"b\"]",
                "$map($states.input.one, function($v) {$v & '!'}) | `\"a!\"`",
                "[1..3] | [1,2,3]",
                "$append($states.input.one, 'b') | [\"a\",\"b\"]",
                // objects keep their order
                "$states.input.object | {\"b\":1,\"a\":{\"deep\":[]}}",
                "$merge([$states.input.object, {'b': 2}]) | {\"b\":2,\"a\":{\"deep\":[]}}",
                "$keys($states.input.object) | [\"b\",\"a\"]",
                // what Step Functions adds
                "$partition([1, 2, 3, 4, 5], 2) | [[1,2],[3,4],[5]]",
                "$partition([], 2) | []",
                "$range(0, 10, 5) | [0,5,10]",
                "$range(3, 1, -1) | [3,2,1]",
                "$hash('é', 'MD5') | `\"66ddcd97cfdeabb2f6fb8a999b4bc76f\"`",
                "$hash('a', 'SHA-256') | `\"ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb\"`",
                "$hash({'a': [1]}, 'SHA-1') = $hash('{\"a\":[1]}', 'SHA-1') | true",
                "$parse('{\"a\": [1, null]}') | {\"a\":[1,null]}",
                "$parse('null') | null",
                "$random(7) = $random(7) | true",
                "$random() < 1 | true",
                "$length($uuid()) | 36",
                "$now() | `\"2026-01-31T18:00:00.000Z\"`",
                "$now('[Y]-[M01]') | `\"2026-01\"`",
                "$millis() | 1769882400000",
                "$toMillis($now()) = $millis() | true",
                // variables, and locals that hide them
                "$name | `\"assigned\"`",
                "($name := 'local'; $name) | `\"local\"`",
                "function($name) {$name}(1) | 1",
                "'$eval(1)' | `\"$eval(1)\"`",
            })
    @DisplayName("an expression evaluates to the JSON that it gives on AWS")
    void evaluates(String expression, String expected) throws Exception {
        assertThat(evaluate(expression)).hasToString(Tests.json(expected).toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "$states.input.nothing | returned nothing (undefined).",
                "$states.result | returned nothing (undefined).",
                "n | returned nothing (undefined).",
                "$ | returned nothing (undefined).",
                "$unknown | returned nothing (undefined).",
                "$partition($states.input.nothing, 1) | returned nothing (undefined).",
                "function($x) {$x} | returned an unsupported result type.",
                "1 + 'a' | threw an error during evaluation. T2002:",
                "$unknown(1) | threw an error during evaluation. T1006: Attempted to invoke a non-function",
                "$error('why') | threw an error during evaluation. D3137: why",
                "$partition([1], 0) | D3137: $partition needs a chunk size of 1 or more; got 0",
                "$range(0, 1000, 1) | at most 1000 values",
                "$range(0, 1, 0) | a step other than 0",
                "$range(0, 1, 0.5) | the step must be a whole number; got 0.5",
                "$hash('a', 'CRC') | [MD5, SHA-1, SHA-256, SHA-384, SHA-512]",
                "$parse('{') | a string that isn't JSON",
                "$parse(1) | needs a string",
                "$random('a') | needs a number as its seed",
                "($f := function($x) {1 + $f($x)}; $f(1)) | threw an error during evaluation.",
                "1 / 0 | threw an error during evaluation. D1001",
            })
    @DisplayName("an expression without a usable value fails, naming itself, its field and why")
    void fails(String expression, String reason) {
        assertThatExceptionOfType(EvaluationException.class)
                .isThrownBy(() -> evaluate(expression))
                .withMessageStartingWith(
                        "The JSONata expression '" + expression + "' specified for the field 'Output/x'")
                .withMessageContaining(reason)
                .satisfies(e -> assertThat(e.field()).isEqualTo("Output/x"));
    }

    @Test
    @DisplayName("a UUID is random by the lab's chance, of version 4")
    void uuid() throws Exception {
        assertThat(evaluate("$uuid()").textValue())
                .matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
                .isEqualTo(evaluate("$uuid()").textValue());
    }

    @Test
    @DisplayName("evaluating leaves the values that it saw as they were")
    void leavesValuesAlone() throws Exception {
        JsonNode before = INPUT.deepCopy();
        evaluate("$states.input ~> |$|{'n': 4}, 'no'|");

        assertThat(INPUT).isEqualTo(before);
    }

    @Test
    @DisplayName("only strings that begin and end with the marks are expressions")
    void marks() {
        assertThat(Expression.isExpression("{% 1 %}")).isTrue();
        assertThat(Expression.isExpression(" {% 1 %} ")).isFalse();
        assertThat(Expression.isHalfExpression(" {% 1 %} ")).isFalse();
        assertThat(Expression.isHalfExpression("{% 1 %} ")).isTrue();
        assertThat(Expression.isHalfExpression("1 %}")).isTrue();
        assertThat(Expression.isExpression("{%}")).isFalse();
    }

    @Test
    @DisplayName("the names that an expression refers to leave out strings, quoted names and comments")
    void references() {
        assertThat(VariableReferences.in("$a + \"$b \\\" $c\" & '$d' & `$e` /* $f */ & $g_1.$h($$)"))
                .containsExactlyInAnyOrder("a", "g_1", "h", "");
    }

    private static JsonNode evaluate(String expression) throws EvaluationException {
        Scope scope = Scope.of(
                INPUT, Tests.json("{}"), Map.of("name", Tests.json("\"assigned\"")), Tests.START, new Random(1));
        return Expression.compile("{% " + expression + " %}").evaluate("Output/x", scope);
    }
}
