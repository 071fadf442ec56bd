package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.prebake.lab.cloud.Lab;
import dev.prebake.lab.cloud.LabObserver;
import dev.prebake.lab.host.DataPlanes;
import dev.prebake.lab.registry.Fault;
import dev.prebake.lab.registry.ImageConfig;
import dev.prebake.lab.registry.ImageDefinition;
import dev.prebake.lab.registry.ImageLayout;
import dev.prebake.lab.registry.Layer;
import dev.prebake.lab.registry.LoopbackRegistry;
import dev.prebake.lab.registry.Platform;
import dev.prebake.lab.registry.PlatformImage;
import dev.prebake.lab.states.HistoryEvent;
import dev.prebake.test.LocalCommandLine.Outcome;
import dev.prebake.test.LocalCommandLine.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;

@DisplayName("A deployment, operated from the command line through its endpoint alone,")
@SuppressWarnings("NullAway.Init")
class OperateCommandsTest {
    @TempDir
    private static Path folder;

    private static ImageLayout layout;
    private static LoopbackRegistry registry;
    private static Lab lab;

    @BeforeAll
    static void open() throws IOException {
        layout = ImageLayout.write(
                folder.resolve("layout"),
                ImageDefinition.of(
                        "team/app:1",
                        new PlatformImage(
                                Platform.current(),
                                ImageConfig.EMPTY,
                                List.of(Layer.builder().file("/app", "app").build()))));
        registry = LoopbackRegistry.serve(layout);
        lab = Lab.open(DataPlanes.detect(folder.resolve("home")).openDirectories(), new LabObserver() {
            @Override
            public void happened(HistoryEvent event) {
                // Asked for through the endpoint.
            }

            @Override
            public void progress(String line) {
                // Asked for through the endpoint.
            }
        });
    }

    @AfterAll
    static void close() {
        lab.close();
        registry.close();
    }

    @Test
    @DisplayName("starts a bake and follows it to the published snapshot; watch and list say the same of it afterwards")
    void startsAndFollows() throws Exception {
        Outcome started = run("start", "--image", image(), "--name", "first", "--force", "--follow", "-o", "json");

        assertThat(started.exitCode()).as(started.err()).isZero();
        JsonNode followed = started.json();
        assertThat(followed.path("status").asText()).isEqualTo("SUCCEEDED");
        assertThat(followed.path("executionArn").asText()).isEqualTo(arn("first"));
        assertThat(followed.path("reused").asBoolean(true)).isFalse();
        String parameter = followed.path("parameterName").asText();
        assertThat(followed.path("snapshotId").asText())
                .isEqualTo(lab.ssm()
                        .getParameter(
                                GetParameterRequest.builder().name(parameter).build())
                        .parameter()
                        .value());
        assertThat(followed.path("states").valueStream().map(JsonNode::asText))
                .contains("PlanBake", "AwaitBake", "PublishSnapshot", "Done")
                .doesNotHaveDuplicates();
        assertThat(started.err())
                .contains("prebake: following first, begun ", "  PlanBake\n", "  PublishSnapshot\n")
                .doesNotContain("\u001b", "\r");

        Outcome watched = run("watch", "first");
        assertThat(watched.exitCode()).as(watched.err()).isZero();
        assertThat(watched.out())
                .startsWith("first succeeded after ")
                .endsWith(": baked " + followed.path("snapshotId").asText() + " in " + parameter + "\n");
        assertThat(watched.err()).isEqualTo(started.err());

        JsonNode listed = run("list", "--status", "succeeded", "-o", "json").json();
        assertThat(listed.path("stateMachineArn").asText()).isEqualTo(lab.stateMachineArn());
        JsonNode first = listed.path("executions")
                .valueStream()
                .filter(execution -> execution.path("name").asText().equals("first"))
                .findFirst()
                .orElseThrow();
        first.properties()
                .forEach(field -> assertThat(followed.path(field.getKey())).isEqualTo(field.getValue()));
        assertThat(run("list").out()).startsWith("NAME ").contains("first ", " SUCCEEDED ");
        assertThat(run("list", "--status", "timed_out").out()).isEqualTo("no executions that are timed_out\n");
    }

    @Test
    @DisplayName("ends with 1 and the workflow's own words where it failed, and with AWS's where it doesn't start")
    void fails() throws Exception {
        Outcome failed = run("start", "--image", registry.address() + "/team/none:1", "--name", "failing", "--follow");
        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(failed.out()).isEmpty();
        assertThat(failed.err())
                .contains("  ImagesUnavailableException in PlanBake: ")
                .contains("prebake: failing ended FAILED after ", " with ImagesUnavailableException:\nPlanBake: ")
                .doesNotContain("stackTrace");

        JsonNode watched = run("watch", arn("failing"), "-o", "json").json();
        assertThat(watched.at("/failedAttempts/0/state").asText()).isEqualTo("PlanBake");
        assertThat(watched.path("error").asText()).endsWith(".ImagesUnavailableException");
        assertThat(watched.has("snapshotId")).isFalse();

        Outcome again = run("start", "--name", "failing");
        assertThat(again.exitCode()).isEqualTo(1);
        assertThat(again.err()).contains("Starting the execution failing of ", "ExecutionAlreadyExists");

        Outcome none = run("watch", "none");
        assertThat(none.exitCode()).isEqualTo(1);
        assertThat(none.err()).contains("ExecutionDoesNotExist", "Check the name");
    }

    @Test
    @DisplayName("goes on when Ctrl-C ends the following, which says so, and how to stop it")
    void interrupted() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        registry.inject(request -> {
            if (isLayer(request.reference())) {
                awaitQuietly(over);
            }
            return Optional.empty();
        });
        String started;
        try {
            started = run("start", "--image", image(), "--name", "held", "--force")
                    .out();
            // Shells start what runs in their background with SIGINT ignored, the tests' own run included.
            Running watching =
                    commandLine().startedBy("env", "--default-signal=INT").startCommand("watch", "held");
            watching.awaitLine("AwaitBake");
            watching.signal("INT");
            Outcome left = watching.await();

            assertThat(left.exitCode()).as(left.err()).isEqualTo(128 + 2);
            assertThat(left.err())
                    .contains("prebake: stopped following; held goes on.")
                    .contains("./prebake watch " + arn("held"))
                    .contains("aws stepfunctions stop-execution --execution-arn " + arn("held"));
            assertThat(run("list", "--status", "running").out()).contains("held ");
        } finally {
            over.countDown();
            registry.inject(Fault.none());
        }
        assertThat(started)
                .isEqualTo("started " + arn("held") + "\nfollow it: ./prebake watch " + arn("held")
                        + "\nstop it:   aws stepfunctions stop-execution --execution-arn " + arn("held") + "\n");
        assertThat(run("watch", "held").exitCode()).isZero();
    }

    @Test
    @DisplayName("is started without following it: JSON with its ARN, its state machine and its input")
    void starts() throws Exception {
        Outcome started = run("start", "--image", image(), "--name", "unfollowed", "-o", "json");

        assertThat(started.exitCode()).as(started.err()).isZero();
        assertThat(started.err()).isEmpty();
        assertThat(started.json())
                .isEqualTo(new ObjectMapper()
                        .createObjectNode()
                        .put("executionArn", arn("unfollowed"))
                        .put("stateMachineArn", lab.stateMachineArn())
                        .set(
                                "input",
                                new ObjectMapper()
                                        .createObjectNode()
                                        .set(
                                                "images",
                                                new ObjectMapper()
                                                        .createArrayNode()
                                                        .add(image()))));
        assertThat(run("watch", "unfollowed").exitCode()).isZero();
    }

    @Test
    @DisplayName("says in a sentence what is missing to reach it: a region, credentials")
    void unconnected() throws Exception {
        LocalCommandLine nowhere = LocalCommandLine.over(folder.resolve("none"))
                .with("AWS_ENDPOINT_URL", lab.endpoint().toString())
                .with("AWS_CONFIG_FILE", "/dev/null")
                .with("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
                .with("AWS_EC2_METADATA_DISABLED", "true");

        Outcome noRegion = nowhere.startCommand("list").await();
        assertThat(noRegion.exitCode()).isEqualTo(1);
        assertThat(noRegion.err())
                .isEqualTo(
                        "prebake: Connecting to AWS failed: no region is set: AWS_REGION, the profile default and EC2's"
                                + " instance metadata have none. Set AWS_REGION (such as us-east-1), or AWS_PROFILE to a profile of"
                                + " ~/.aws/config that has a region.\n");

        Outcome noCredentials =
                nowhere.with("AWS_REGION", "us-east-1").startCommand("list").await();
        assertThat(noCredentials.exitCode()).isEqualTo(1);
        assertThat(noCredentials.err())
                .startsWith("prebake: Listing the state machines failed: there are no credentials. Set AWS_PROFILE to ")
                .hasLineCount(1);
    }

    @Test
    @DisplayName("is reached by a profile that assumes a role, and says why where that profile can't be used")
    void profiles() throws Exception {
        Path config = Files.writeString(folder.resolve("config"), """
                [profile operator]
                region = us-east-1
                role_arn = arn:aws:iam::123456789012:role/team/Operator
                source_profile = user

                [profile other]
                region = us-east-1
                role_arn = arn:aws:iam::210987654321:role/Operator
                source_profile = user

                [profile sso]
                region = us-east-1
                sso_session = company
                sso_account_id = 123456789012
                sso_role_name = Operator

                [sso-session company]
                sso_region = us-east-1
                sso_start_url = https://company.awsapps.com/start

                [profile user]
                aws_access_key_id = AKIAIOSFODNN7EXAMPLE
                aws_secret_access_key = none
                """);
        LocalCommandLine byProfile = LocalCommandLine.over(folder.resolve("none"))
                .with("AWS_ENDPOINT_URL", lab.endpoint().toString())
                .with("AWS_CONFIG_FILE", config.toString())
                .with("AWS_EC2_METADATA_DISABLED", "true")
                .with("HOME", folder.toString());

        Outcome listed = byProfile
                .with("AWS_PROFILE", "operator")
                .startCommand("list", "-o", "json")
                .await();
        assertThat(listed.exitCode()).as(listed.err()).isZero();
        assertThat(listed.json().path("stateMachineArn").asText()).isEqualTo(lab.stateMachineArn());

        Outcome other =
                byProfile.with("AWS_PROFILE", "other").startCommand("list").await();
        assertThat(other.exitCode()).isEqualTo(1);
        assertThat(other.err()).contains("sts:AssumeRole on resource: arn:aws:iam::210987654321:role/Operator");

        Outcome sso = byProfile.with("AWS_PROFILE", "sso").startCommand("list").await();
        assertThat(sso.exitCode()).isEqualTo(1);
        assertThat(sso.err())
                .contains("there are no credentials (profile sso: Unable to load SSO token). Set ", "aws sso login")
                .hasLineCount(1);
    }

    @Test
    @DisplayName("is refused as wrong usage where the input is no JSON object, and nothing is started")
    void usage() throws Exception {
        Path input = Files.writeString(folder.resolve("input.json"), "[]");
        Outcome refused = run("start", "--input", input.toString());
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err()).contains("it is no JSON object");
        assertThat(run("list", "-n", "0").exitCode()).isEqualTo(2);
    }

    private static String image() {
        return registry.reference(layout.images().getFirst());
    }

    private static String arn(String name) {
        return lab.stateMachineArn().replaceFirst(":stateMachine:", ":execution:") + ":" + name;
    }

    private static LocalCommandLine commandLine() {
        return LocalCommandLine.operating(folder.resolve("none"), lab.endpoint());
    }

    private static Outcome run(String subcommand, String... arguments) throws IOException, InterruptedException {
        return commandLine().startCommand(subcommand, arguments).await();
    }

    private static boolean isLayer(String reference) {
        return layout.images().getFirst().manifests().getFirst().layers().stream()
                .anyMatch(layer -> layer.digest().equals(reference));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
