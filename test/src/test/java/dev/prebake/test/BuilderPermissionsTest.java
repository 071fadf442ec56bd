package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.prebake.lab.cloud.Lab;
import dev.prebake.lab.host.DataPlanes;
import dev.prebake.lab.host.Detection;
import dev.prebake.lab.registry.ImageConfig;
import dev.prebake.lab.registry.ImageDefinition;
import dev.prebake.lab.registry.ImageLayout;
import dev.prebake.lab.registry.Layer;
import dev.prebake.lab.registry.LoopbackRegistry;
import dev.prebake.lab.registry.Platform;
import dev.prebake.lab.registry.PlatformImage;
import dev.prebake.lab.registry.RegistryAccess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.secretsmanager.model.CreateSecretRequest;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.ssm.model.ParameterType;
import software.amazon.awssdk.services.ssm.model.PutParameterRequest;

@DisplayName("The builder's role of the synthesised stack")
@SuppressWarnings("NullAway.Init")
class BuilderPermissionsTest {
    private static final String USER = "robot";
    private static final String PASSWORD = "correct horse";
    private static final String AUTHORITY = "/prebake/registries/front";

    /** What no bake here asks for, and why it is allowed all the same. */
    private static final Map<String, List<String>> UNUSED = Map.of(
            "the SSM agent asks for it, and the lab's instances have none",
            List.of(
                    "ssm:UpdateInstanceInformation",
                    "ssm:ListInstanceAssociations",
                    "ssm:ListAssociations",
                    "ssmmessages:CreateControlChannel",
                    "ssmmessages:CreateDataChannel",
                    "ssmmessages:OpenControlChannel",
                    "ssmmessages:OpenDataChannel",
                    "ec2messages:AcknowledgeMessage",
                    "ec2messages:DeleteMessage",
                    "ec2messages:FailMessage",
                    "ec2messages:GetEndpoint",
                    "ec2messages:GetMessages",
                    "ec2messages:SendReply",
                    "logs:DescribeLogGroups",
                    "logs:CreateLogStream",
                    "logs:DescribeLogStreams",
                    "logs:PutLogEvents"),
            "no registry of ECR's in reach: bake/test.sh has the script ask for its token",
            List.of("ecr:GetAuthorizationToken"),
            "ECR checks it at its registry, which is no API of the lab's",
            List.of("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"));

    @TempDir
    private Path folder;

    private final ExecutionEnds executions = new ExecutionEnds(_ -> {});
    private final AtomicReference<Permissions> permissions = new AtomicReference<>();

    @Test
    @DisplayName(
            "allows what a bake from private registries asks AWS for; without any one of it the bake fails and names it")
    void proof() throws Exception {
        Detection detection = DataPlanes.detect(folder.resolve("home"));
        assumeTrue(detection.real(), detection.inWords());
        ImageLayout layout = ImageLayout.write(folder.resolve("layout"), image("basic"), image("tls"));
        try (LoopbackRegistry basic = LoopbackRegistry.builder()
                        .layout(layout)
                        .access(new RegistryAccess.Basic(USER, PASSWORD))
                        .start();
                LoopbackRegistry open = LoopbackRegistry.serve(layout);
                TlsFront front = TlsFront.start(folder, open.address());
                Lab lab = Lab.open(
                        detection.open(),
                        executions,
                        (call, next) -> permissions.get().around(call, next),
                        null,
                        null)) {
            Map<String, Object> registries = Map.of(
                    basic.address(), Map.of("secretArn", secret(lab)),
                    front.address(), Map.of("caParameter", authority(lab, front)));
            Permissions roles = new Permissions(
                    RolesOfTemplate.synthesised(folder.resolve("synthesis"), Map.of("registries", registries)));
            roles.over(lab);
            permissions.set(roles);
            String input = new ObjectMapper()
                    .writeValueAsString(Map.of(
                            "images",
                            List.of(basic.address() + "/team/basic:1", front.address() + "/team/tls:1"),
                            "registries",
                            registries,
                            "force",
                            true));

            DescribeExecutionResponse baked = executions.run(lab, null, input);

            assertThat(roles.refused()).isEmpty();
            assertThat(baked.status()).as(baked.cause()).isEqualTo(ExecutionStatus.SUCCEEDED);
            RolePolicy whole = roles.role(Lab.BUILDER);
            Set<String> unused = new TreeSet<>();
            for (JsonNode statement : whole.statements()) {
                for (String action : RolePolicy.texts(statement.path("Action"))) {
                    if (!roles.used().contains(Permissions.key(Lab.BUILDER, statement, action))) {
                        unused.add(action);
                        continue;
                    }
                    roles.replace(Lab.BUILDER, whole.without(statement, action));
                    roles.forgetRefused();
                    DescribeExecutionResponse failed = executions.run(lab, null, input);
                    assertThat(failed.status()).isEqualTo(ExecutionStatus.FAILED);
                    assertThat(failed.cause()).contains("not authorized to perform: " + action);
                    assertThat(roles.refused()).anyMatch(refused -> refused.startsWith(Lab.BUILDER + " " + action));
                    roles.replace(Lab.BUILDER, whole);
                }
            }
            assertThat(unused)
                    .isEqualTo(new TreeSet<>(
                            UNUSED.values().stream().flatMap(List::stream).toList()));
        }
    }

    private static String secret(Lab lab) throws Exception {
        return lab.secrets()
                .createSecret(CreateSecretRequest.builder()
                        .name("prebake/basic")
                        .secretString(
                                new ObjectMapper().writeValueAsString(Map.of("username", USER, "password", PASSWORD)))
                        .build())
                .arn();
    }

    private static String authority(Lab lab, TlsFront front) throws Exception {
        var ignored = lab.ssm()
                .putParameter(PutParameterRequest.builder()
                        .name(AUTHORITY)
                        .type(ParameterType.STRING)
                        .value(Files.readString(front.certificate()))
                        .build());
        return AUTHORITY;
    }

    private static ImageDefinition image(String name) {
        return ImageDefinition.of(
                "team/" + name + ":1",
                new PlatformImage(
                        Platform.current(),
                        ImageConfig.EMPTY,
                        List.of(Layer.builder().file("etc/" + name, name).build())));
    }
}
