package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.catalogue.Definition;
import dev.prebake.lab.clock.LabClock;
import dev.prebake.lab.cloud.Lab;
import dev.prebake.lab.cloud.LabObserver;
import dev.prebake.lab.host.DataPlanes;
import dev.prebake.lab.registry.ImageConfig;
import dev.prebake.lab.registry.ImageDefinition;
import dev.prebake.lab.registry.ImageLayout;
import dev.prebake.lab.registry.Layer;
import dev.prebake.lab.registry.LoopbackRegistry;
import dev.prebake.lab.registry.Platform;
import dev.prebake.lab.registry.PlatformImage;
import dev.prebake.lab.states.ExecutionIdentity;
import dev.prebake.lab.states.ExecutionOutcome;
import dev.prebake.lab.states.ExecutionStatus;
import dev.prebake.lab.states.HistoryDetails;
import dev.prebake.lab.states.HistoryEvent;
import dev.prebake.lab.states.Interpreter;
import dev.prebake.lab.states.StateMachine;
import dev.prebake.lab.wire.AwsFault;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;

@DisplayName("JSONata")
class JsonataParityTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** What a deployment puts in; an expression is the same expression with any other value. */
    private static final Map<String, String> SUBSTITUTIONS = Map.of(
            "Defaults", "{}", "KmsKeyArn", "none", "SubnetIds", "subnet-1,subnet-2", "KubernetesVersion", "1.36");

    /**
     * The reference evaluates each line's expression with the line's values, and prints a line for each: what came out, or that nothing did.
     * {@code $parse} is Step Functions' own.
     */
    private static final String REFERENCE = """
            const jsonata = require('jsonata');
            const lines = require('fs').readFileSync(0, 'utf8').split('\\n').filter(line => line);
            (async () => {
                for (const line of lines) {
                    const {expression, values} = JSON.parse(line);
                    const compiled = jsonata(expression);
                    compiled.registerFunction('parse', text => JSON.parse(text));
                    let result;
                    try {
                        result = await compiled.evaluate(undefined, values);
                    } catch (e) {
                        result = undefined;
                    }
                    console.log(JSON.stringify(result === undefined ? {nothing: true} : {result}));
                }
            })();
            """;

    @TempDir
    private Path folder;

    @Test
    @DisplayName(
            "gives the same here as in the reference implementation, for every expression of the definition on what executions gave it")
    void parity() throws Exception {
        assumeTrue(
                Files.isDirectory(ROOT.resolve("node_modules/jsonata")),
                "node_modules has no jsonata; ./prebake test installs it");
        JsonNode definition = MAPPER.readTree(Definition.text());
        Set<Evaluation> evaluations = new LinkedHashSet<>();
        for (List<HistoryEvent> history : histories()) {
            evaluations.addAll(evaluations(definition, history));
        }
        List<Evaluation> all = List.copyOf(evaluations);

        List<JsonNode> reference = reference(all);

        Set<String> defined = new TreeSet<>();
        for (int i = 0; i < all.size(); i++) {
            JsonNode ours = ours(all.get(i));
            assertThat(ours).as(all.get(i).toString()).isEqualTo(reference.get(i));
            if (ours.has("result")) {
                defined.add(all.get(i).expression());
            }
        }
        Set<String> written = new TreeSet<>();
        expressions(definition, written);
        // Nothing may have been compared only where it comes to nothing.
        assertThat(defined).isEqualTo(written);
    }

    /** One expression with what it can see. {@code $states} can't be assigned, so it is called otherwise here. */
    private record Evaluation(String expression, ObjectNode values) {
        String asWritten() {
            return expression.replace("$states", "$recorded");
        }
    }

    /** A bake that is rolled out, one that finds it again, one that fails and is cleaned up, one that can't be cleaned up, and one that can't be planned. */
    private List<List<HistoryEvent>> histories() throws Exception {
        ImageLayout layout = ImageLayout.write(folder.resolve("layout"), image("one"), image("two"), image("three"));
        List<List<HistoryEvent>> histories = new ArrayList<>();
        Recorder recorder = new Recorder();
        try (LoopbackRegistry registry = LoopbackRegistry.serve(layout);
                Lab lab = Lab.open(
                        DataPlanes.detect(folder.resolve("home")).openDirectories(),
                        recorder,
                        (call, next) -> {
                            String what = call.caller().accessKeyId() + " " + call.operation();
                            if (recorder.failing.contains(what)) {
                                throw AwsFault.of(Ec2Exception.builder(), 403, "UnauthorizedOperation", "Not " + what);
                            }
                            return next.get();
                        },
                        null,
                        null)) {
            NodeGroupOfLab.createCluster(lab);
            var _ = NodeGroupOfLab.create(lab, "gpu");
            for (Run run : List.of(
                    new Run("one", Set.of(), List.of("ml/gpu")),
                    new Run("one", Set.of(), List.of()),
                    new Run("two", Set.of("CreateSnapshot CreateSnapshot"), List.of()),
                    new Run("three", Set.of("AwaitBuilder DescribeInstances", "CleanUp DescribeInstances"), List.of()),
                    new Run("absent", Set.of(), List.of()))) {
                recorder.events.clear();
                recorder.failing = run.failing();
                var ignored = recorder.ends.run(
                        lab,
                        null,
                        MAPPER.writeValueAsString(Map.of(
                                "images",
                                List.of(registry.address() + "/team/" + run.image() + ":1"),
                                "nodeGroups",
                                run.nodeGroups(),
                                "fastRestoreZones",
                                List.of("us-east-1a"))));
                histories.add(List.copyOf(recorder.events));
            }
        }
        return histories;
    }

    private record Run(String image, Set<String> failing, List<String> nodeGroups) {}

    private static final class Recorder implements LabObserver {
        final ExecutionEnds ends = new ExecutionEnds(_ -> {});
        final List<HistoryEvent> events = new CopyOnWriteArrayList<>();
        volatile Set<String> failing = Set.of();

        @Override
        public void happened(HistoryEvent event) {
            events.add(event);
            ends.happened(event);
        }

        @Override
        public void progress(String line) {}
    }

    /** Every expression of each state that was entered, with what stood there when it was left. */
    private static List<Evaluation> evaluations(JsonNode definition, List<HistoryEvent> history) {
        List<Evaluation> evaluations = new ArrayList<>();
        Map<String, JsonNode> variables = new LinkedHashMap<>();
        ObjectNode states = MAPPER.createObjectNode();
        String state = "";
        for (HistoryEvent event : history) {
            switch (event.details()) {
                case HistoryDetails.StateEntered entered -> {
                    state = entered.name();
                    states = MAPPER.createObjectNode();
                    states.set("input", entered.input());
                    states.set("context", context(state, event.timestamp()));
                }
                case HistoryDetails.TaskSucceeded succeeded -> states.set("result", succeeded.output());
                case HistoryDetails.TaskFailed failed ->
                    states.set(
                            "errorOutput",
                            MAPPER.createObjectNode()
                                    .put("Error", failed.error())
                                    .put("Cause", failed.cause()));
                case HistoryDetails.StateExited exited -> {
                    add(definition, state, variables, states, evaluations);
                    variables.putAll(exited.assignedVariables());
                }
                default -> {
                    // Says nothing that an expression sees.
                }
            }
        }
        // A Fail state is never left.
        add(definition, state, variables, states, evaluations);
        return evaluations;
    }

    private static void add(
            JsonNode definition,
            String state,
            Map<String, JsonNode> variables,
            ObjectNode states,
            List<Evaluation> evaluations) {
        Set<String> expressions = new LinkedHashSet<>();
        expressions(definition.path("States").path(state), expressions);
        ObjectNode values = MAPPER.createObjectNode();
        variables.forEach(values::set);
        values.set("recorded", states.deepCopy());
        expressions.forEach(expression -> evaluations.add(new Evaluation(expression, values)));
    }

    private static ObjectNode context(String state, Instant entered) {
        ObjectNode context = MAPPER.createObjectNode();
        context.putObject("Execution")
                .put("Id", RequiredAccess.STATE_MACHINE.replace(":stateMachine:", ":execution:") + ":one")
                .put("Name", "one")
                .put("StartTime", entered.toString());
        context.putObject("State").put("Name", state).put("EnteredTime", entered.toString());
        context.putObject("StateMachine")
                .put("Id", RequiredAccess.STATE_MACHINE)
                .put("Name", "prebake");
        return context;
    }

    private static void expressions(JsonNode node, Set<String> into) {
        if (node.isTextual() && node.asText().startsWith("{%")) {
            String expression = node.asText();
            for (Map.Entry<String, String> each : SUBSTITUTIONS.entrySet()) {
                expression = expression.replace("${" + each.getKey() + "}", each.getValue());
            }
            into.add(expression.substring(2, expression.length() - 2).strip());
        }
        node.forEach(child -> expressions(child, into));
    }

    /** By a machine of two states: one assigns what there is, the other has the expression as its output. */
    private static JsonNode ours(Evaluation evaluation) {
        ObjectNode machine =
                MAPPER.createObjectNode().put("QueryLanguage", "JSONata").put("StartAt", "Assign");
        ObjectNode states = machine.putObject("States");
        ObjectNode assign = states.putObject("Assign")
                .put("Type", "Pass")
                .put("Next", "Evaluate")
                .putObject("Assign");
        evaluation.values().fieldNames().forEachRemaining(name -> assign.put(name, "{% $states.input." + name + " %}"));
        states.putObject("Evaluate")
                .put("Type", "Pass")
                .put("Output", "{% " + evaluation.asWritten() + " %}")
                .put("End", true);
        ExecutionOutcome outcome = new Interpreter(
                        LabClock.frozenAt(Instant.EPOCH),
                        (resource, arguments, context) -> {
                            throw new AssertionError("There is no task.");
                        },
                        new Random(1))
                .start(
                        StateMachine.parse(machine.toString()),
                        new ExecutionIdentity("arn", "one", "machine", "machine", "role", RequiredAccess.REGION),
                        evaluation.values(),
                        event -> {})
                .run();
        ObjectNode answer = MAPPER.createObjectNode();
        if (outcome.status() == ExecutionStatus.SUCCEEDED) {
            answer.set("result", outcome.output());
        } else {
            assertThat(outcome.error()).as(outcome.cause()).isEqualTo("States.QueryEvaluationError");
            answer.put("nothing", true);
        }
        return answer;
    }

    private static List<JsonNode> reference(List<Evaluation> evaluations) throws Exception {
        Process node = new ProcessBuilder("node", "-e", REFERENCE)
                .directory(ROOT.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Thread writer = Thread.ofPlatform().start(() -> {
            try (OutputStream lines = node.getOutputStream()) {
                for (Evaluation each : evaluations) {
                    lines.write(
                            (MAPPER.writeValueAsString(Map.of("expression", each.asWritten(), "values", each.values()))
                                            + "\n")
                                    .getBytes(StandardCharsets.UTF_8));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        List<JsonNode> answers = new ArrayList<>();
        try (var reader = node.inputReader(StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                answers.add(MAPPER.readTree(line));
            }
        }
        writer.join();
        assertThat(node.waitFor()).isZero();
        assertThat(answers).hasSameSizeAs(evaluations);
        return answers;
    }

    private static ImageDefinition image(String name) throws IOException {
        return ImageDefinition.of(
                "team/" + name + ":1",
                new PlatformImage(
                        Platform.current(),
                        ImageConfig.EMPTY,
                        List.of(Layer.builder().file("/" + name, name).build())));
    }
}
