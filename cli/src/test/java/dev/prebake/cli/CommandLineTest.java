package dev.prebake.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

@DisplayName("The command line")
class CommandLineTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    @Test
    @DisplayName("names its subcommands when none is given, as wrong usage")
    void noSubcommand() {
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString())
                .startsWith(
                        "Name a subcommand: local, lab, start, watch, list, show, diff, rollback, sweep, podtime, doctor, generate-completion.")
                .contains("Usage: prebake");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    @DisplayName("--help explains on standard output and ends with 0")
    void help() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("Usage: prebake", "local", "./prebake local");

        assertThat(run("local", "--help")).isZero();
        assertThat(out.toString())
                .contains("--image=REF", "--input=FILE", "--json", "COMMAND", "PREBAKE_HOME")
                .contains("--registry-secret=HOST=FILE", "--registry-mirror=HOST=URL", "--registry-ca=HOST=FILE");
        assertThat(err.toString()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DescribeExecution=ThrottlingException",
                "states:DescribeExecution",
                "states:DescribeExecution=ThrottlingException:0",
                "states:DescribeExecution=ThrottlingException:often",
                "states:describeExecution=ThrottlingException"
            })
    @DisplayName("lab --fault says how a fault is written, as wrong usage")
    void malformedFault(String fault) {
        assertThat(run("lab", "--fault", fault)).isEqualTo(2);
        assertThat(err.toString()).contains("'" + fault + "' is none", "[WHO/]SERVICE:OPERATION=FAULT[:TIMES]");
    }

    @Test
    @DisplayName("doctor judges this machine, in words and as JSON, with the same findings")
    void doctor() throws Exception {
        // Never an account that this machine leads to.
        int words = run("doctor", "--no-aws");
        List<String> checks = out.toString()
                .lines()
                .filter(line -> !line.startsWith(" "))
                .map(line -> line.substring(0, 8).strip())
                .toList();
        out.getBuffer().setLength(0);
        assertThat(run("doctor", "--no-aws", "-o", "json")).isEqualTo(words);
        JsonNode findings = new ObjectMapper().readTree(out.toString());
        assertThat(findings.findValuesAsText("level"))
                .containsExactlyElementsOf(checks.stream()
                        .map(level -> level.toUpperCase(Locale.ROOT))
                        .toList());
        assertThat(findings.findValuesAsText("check")).contains("JDK", "home", "decompressor");
    }

    @Test
    @DisplayName("prints a completion script that a shell takes and that knows the subcommands")
    void completion() throws Exception {
        assertThat(run("generate-completion")).isZero();
        Process bash = new ProcessBuilder(
                        "bash",
                        "-c",
                        "source /dev/stdin; COMP_WORDS=(prebake po) COMP_CWORD=1; _complete_prebake; echo \"${COMPREPLY[*]}\"")
                .redirectErrorStream(true)
                .start();
        try (OutputStream script = bash.getOutputStream()) {
            script.write(out.toString().getBytes(StandardCharsets.UTF_8));
        }
        assertThat(new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("podtime" + System.lineSeparator());
        assertThat(bash.waitFor()).isZero();
    }

    @Test
    @DisplayName("--version names the program and its version")
    void version() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).startsWith("prebake 0.1.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--nonsense", "--image", "--input", "--json=maybe"})
    @DisplayName("calls an option that is unknown or incomplete wrong usage, and names it")
    void wrongOption(String option) {
        assertThat(run("local", option)).isEqualTo(2);
        assertThat(err.toString()).contains(option.replace("=maybe", ""), "Usage: prebake local");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    @DisplayName("calls an unknown subcommand wrong usage")
    void unknownSubcommand() {
        assertThat(run("globe")).isEqualTo(2);
        assertThat(err.toString()).contains("globe");
    }

    @Test
    @DisplayName("calls a missing input file wrong usage, before anything starts")
    void missingFile() {
        Path missing = folder.resolve("missing.json");

        assertThat(run("local", "--input", missing.toString())).isEqualTo(2);

        assertThat(err.toString().lines())
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .isEqualTo("prebake: Reading " + missing
                                + " failed: there is no such file. See events/ for examples."));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--registry-secret", "--registry-ca"})
    @DisplayName("calls a missing file of a registry wrong usage, before anything starts")
    void missingRegistryFile(String option) {
        Path missing = folder.resolve("missing.json");

        assertThat(run("local", option, "a.b=" + missing)).isEqualTo(2);

        assertThat(err.toString()).contains("Reading " + missing + " for " + option + " a.b failed: NoSuchFile");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--registry-secret", "--registry-ca", "--registry-mirror"})
    @DisplayName("calls an option of a registry without a host wrong usage")
    void noRegistryHost(String option) {
        assertThat(run("local", option, "https://mirror.example.com")).isEqualTo(2);

        assertThat(err.toString()).contains(option, "=");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "images: []", "{\"images\": [}"})
    @DisplayName("calls an input file that is no JSON wrong usage")
    void noJson(String content) throws IOException {
        Path input = Files.writeString(folder.resolve("input.json"), content);

        assertThat(run("local", "--input", input.toString())).isEqualTo(2);

        assertThat(err.toString())
                .startsWith("prebake: Reading " + input + " as JSON failed:")
                .contains("events/");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "7", "null", ""})
    @DisplayName("calls an input file without a JSON object wrong usage")
    void noObject(String content) throws IOException {
        Path input = Files.writeString(folder.resolve("input.json"), content);

        assertThat(run("local", "--input", input.toString())).isEqualTo(2);

        assertThat(err.toString()).startsWith("prebake: Reading " + input).contains("no JSON object");
    }

    @Test
    @DisplayName("ends any other failure with 1, its message last on standard error and no trace")
    void otherFailure() {
        assertThat(failing(new IllegalStateException("The disk is full."))).isEqualTo(1);
        assertThat(err.toString()).isEqualTo("prebake: The disk is full.\n");
    }

    @Test
    @DisplayName("names the exception where it has no message")
    void silentFailure() {
        assertThat(failing(new IllegalStateException())).isEqualTo(1);
        assertThat(err.toString()).isEqualTo("prebake: java.lang.IllegalStateException\n");
    }

    @Test
    @DisplayName("ends a usage failure with 2")
    void usageFailure() {
        assertThat(failing(new UsageException("The file is wrong.", null))).isEqualTo(2);
        assertThat(err.toString()).isEqualTo("prebake: The file is wrong.\n");
    }

    private int run(String... arguments) {
        return run(Main.commandLine(), arguments);
    }

    private int failing(RuntimeException failure) {
        return run(new CommandLine(new Failing(failure)).setExecutionExceptionHandler(new FailureReporter()));
    }

    private int run(CommandLine commandLine, String... arguments) {
        return commandLine
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    @Command(name = "failing")
    private record Failing(RuntimeException failure) implements Callable<Integer> {
        @Override
        public Integer call() {
            throw failure;
        }
    }
}
