package dev.prebake.test;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.ssm.SsmClient;

/** {@code prebake lab} over folders as a process of its own, as the launcher starts it. */
final class LabProcess implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(20);

    private final Process process;
    private final Path log;
    final URI endpoint;
    final String stateMachineArn;

    private LabProcess(Process process, Path log, JsonNode lab) {
        this.process = process;
        this.log = log;
        this.endpoint = URI.create(lab.path("endpoint").asText());
        this.stateMachineArn = lab.path("stateMachineArn").asText();
    }

    /**
     * Starts one on any free port, and returns when it serves.
     *
     * @param more further options of the command
     */
    static LabProcess serve(Path home, String image, String... more) throws IOException, InterruptedException {
        Path log = home.resolveSibling("lab.log");
        List<String> command = new ArrayList<>(List.of(
                LocalCommandLine.java(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xlog:disable",
                "-Xmx224m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dprebake.root=" + Path.of("").toAbsolutePath().getParent(),
                "-cp",
                LocalCommandLine.classPath().stream()
                        .map(Path::toString)
                        .collect(Collectors.joining(File.pathSeparator)),
                "dev.prebake.cli.Main"));
        command.addAll(List.of("lab", "--directories", "--port", "0", "--image", image));
        command.addAll(List.of(more));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("PREBAKE_HOME", home.toString());
        Process process = builder.start();
        process.getOutputStream().close();
        while (process.isAlive()) {
            Path file = home.resolve("lab.json");
            if (Files.exists(file)) {
                JsonNode lab = new ObjectMapper().readTree(Files.readString(file));
                if (lab.path("pid").asLong() == process.pid()) {
                    return new LabProcess(process, log, lab);
                }
            }
            Thread.sleep(LOOK);
        }
        throw new AssertionError("The lab ended before it served:\n" + Files.readString(log));
    }

    SfnClient states() {
        return SfnClient.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(credentials())
                .httpClient(UrlConnectionHttpClient.create())
                .build();
    }

    SsmClient ssm() {
        return ssm(endpoint);
    }

    /** A client of the lab that serves there. */
    static SsmClient ssm(URI endpoint) {
        return SsmClient.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(credentials())
                .httpClient(UrlConnectionHttpClient.create())
                .build();
    }

    private static StaticCredentialsProvider credentials() {
        return StaticCredentialsProvider.create(AwsBasicCredentials.create("lab", "lab"));
    }

    /** The most memory that the process has had resident, in MiB; Linux alone tells. */
    long peakMiB() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) >> 10)
                .findFirst()
                .orElseThrow();
    }

    /** Ends it as the kernel would, in the middle of whatever it does. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    /** Tells it to stop, and waits until it has. */
    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }

    /** What a command printed, and how it ended. */
    record Outcome(int exitCode, String output) {}

    /** Runs a command in the repository with the settings that the lab prints. */
    Outcome run(List<String> command) throws IOException, InterruptedException {
        return run(Path.of(".."), command);
    }

    /** The same in another folder. */
    Outcome run(Path folder, List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment()
                .putAll(Map.of(
                        "AWS_ENDPOINT_URL", endpoint.toString(),
                        "AWS_ACCESS_KEY_ID", "lab",
                        "AWS_SECRET_ACCESS_KEY", "lab",
                        "AWS_REGION", "us-east-1",
                        "AWS_DEFAULT_REGION", "us-east-1",
                        "AWS_DEFAULT_OUTPUT", "json",
                        "AWS_PAGER", "",
                        "AWS_CONFIG_FILE", "/dev/null",
                        "AWS_SHARED_CREDENTIALS_FILE", "/dev/null"));
        Process started = builder.start();
        started.getOutputStream().close();
        String output = new String(started.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(started.waitFor(), output);
    }
}
