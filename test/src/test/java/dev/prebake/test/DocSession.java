package dev.prebake.test;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One shell in which the blocks of a page run in their order, as its reader's would, against a lab: in a folder with the
 * repository's files and this build's {@code ./prebake}. Blocks for an account, and those that are only checked, run with programs that look
 * at their arguments ({@code account.sh}).
 */
final class DocSession {
    private static final Path REPOSITORY = Path.of("..");
    private static final List<String> FOLDERS = List.of("docs", "events", "node");

    /**
     * A local run has a home of its own beside the lab's. Of what is only checked, its help has to know each option. Two commands are never
     * run: {@code ./prebake test} would run this very test, and each of its runs the next; {@code ./prebake local} by itself packs a JDK as a
     * sample, for a minute, and serves it on a fixed port that the machine's user may have taken. LocalCommandTest runs it on other images.
     */
    private static final String LAUNCHER = """
            #!/bin/bash
            [[ $1 != local ]] || export PREBAKE_HOME='@HOME@'
            command=(@JAVA@)
            if [[ -z ${PREBAKE_CHECKED:-} ]]; then
                if [[ $* == test || $* == local ]]; then
                    echo "./prebake $* is never run here: its block has to say 'sh checked'" >&2
                    exit 97
                fi
                exec "${command[@]}" "$@"
            fi
            # The launcher's own command, which has no options.
            if [[ $* == test ]]; then
                grep -qx '    test)' '@REPOSITORY@/prebake'
                exit
            fi
            arguments=()
            for argument in "$@"; do
                # What follows is a pod's command.
                [[ $argument != -- ]] || break
                arguments+=("$argument")
            done
            help=$("${command[@]}" "${arguments[@]}" --help) || exit
            for argument in "${arguments[@]}"; do
                case $argument in
                    -?*)
                        if [[ $help != *"${argument%%=*}"* ]]; then
                            echo "./prebake $*: there is no option $argument" >&2
                            exit 97
                        fi
                        ;;
                esac
            done
            """;

    private final Path folder;
    private final LabProcess lab;
    private final Map<String, String> hosts;

    /**
     * Makes it.
     *
     * @param folder an empty one
     * @param hosts registries of the pages, with the addresses that serve them here
     */
    DocSession(Path folder, LabProcess lab, Map<String, String> hosts) throws IOException {
        this.folder = folder;
        this.lab = lab;
        this.hosts = hosts;
        for (String name : FOLDERS) {
            copy(REPOSITORY.resolve(name), folder.resolve(name));
        }
        Files.copy(REPOSITORY.resolve("cdk.json"), folder.resolve("cdk.json"));
        String java = LocalCommandLine.java()
                + " -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xlog:disable --enable-native-access=ALL-UNNAMED"
                + " --sun-misc-unsafe-memory-access=allow -cp "
                + LocalCommandLine.classPath().stream()
                        .map(Path::toString)
                        .collect(Collectors.joining(File.pathSeparator))
                + " dev.prebake.cli.Main";
        Path launcher = Files.writeString(
                folder.resolve("prebake"),
                LAUNCHER.replace("@HOME@", folder.resolve("local").toString())
                        .replace("@REPOSITORY@", REPOSITORY.toAbsolutePath().toString())
                        .replace("@JAVA@", java));
        if (!launcher.toFile().setExecutable(true)) {
            throw new IOException(launcher + " can't be made executable.");
        }
    }

    /** What came of a block: its exit code is -1 when one before it has ended the shell. */
    record Result(DocExamples.Block block, int exitCode, String printed) {}

    /** Runs the blocks of the shell; one that fails ends it, but for those that are to fail. */
    List<Result> run(List<DocExamples.Block> blocks) throws IOException, InterruptedException {
        Path account = Path.of("src/test/resources/account.sh").toAbsolutePath();
        StringBuilder script = new StringBuilder("set -euo pipefail\n");
        for (int i = 0; i < blocks.size(); i++) {
            DocExamples.Block block = blocks.get(i);
            String text = here(block.text());
            // In the shell itself, so that variables stay; what it is to refuse, in one of its own.
            if (block.is("account") || block.is("checked")) {
                script.append("( . '" + account + "'\n" + text + ")");
            } else if (block.is("fails")) {
                script.append("if ( " + text + "); then exit 96; fi");
            } else {
                script.append("{ " + text + "}");
            }
            script.append(" >out" + i + " 2>&1\necho $? >code" + i + "\n");
        }
        Path file = Files.writeString(folder.resolve("page.sh"), script);
        LabProcess.Outcome whole = lab.run(folder, List.of("bash", file.toString()));
        List<Result> results = new ArrayList<>();
        for (int i = 0; i < blocks.size(); i++) {
            Path printed = folder.resolve("out" + i);
            Path code = folder.resolve("code" + i);
            int exitCode = Files.exists(code)
                    ? Integer.parseInt(Files.readString(code).strip())
                    : Files.exists(printed) ? whole.exitCode() : -1;
            results.add(new Result(
                    blocks.get(i), exitCode, Files.exists(printed) ? Files.readString(printed) : whole.output()));
        }
        return results;
    }

    /** With the registries that serve here. */
    String here(String text) {
        String replaced = text;
        for (Map.Entry<String, String> host : hosts.entrySet()) {
            replaced = replaced.replace(host.getKey(), host.getValue());
        }
        return replaced;
    }

    private void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            files.filter(Files::isRegularFile).forEach(file -> {
                Path copy = to.resolve(from.relativize(file).toString());
                try {
                    Files.createDirectories(copy.getParent());
                    Files.writeString(copy, here(Files.readString(file, StandardCharsets.UTF_8)));
                    var _ = copy.toFile().setExecutable(file.toFile().canExecute());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
