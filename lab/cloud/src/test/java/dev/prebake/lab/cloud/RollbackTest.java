package dev.prebake.lab.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoreSuccessItem;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.FastSnapshotRestoreStateCode;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;

@DisplayName("A rollback in the whole lab")
@SuppressWarnings("NullAway.Init")
class RollbackTest {
    private static final String PARAMETER = "/prebake/default/snapshot-id";

    @TempDir
    private Path folder;

    private Session aws;

    @BeforeEach
    void open() {
        aws = new Session(folder.resolve("home"));
    }

    @AfterEach
    void close() {
        aws.close();
    }

    @Test
    @DisplayName(
            "publishes the earlier snapshot with what it holds, makes it fast to restore, and leads back again; no registry is asked")
    void thereAndBack() throws Exception {
        String first;
        String second;
        ObjectNode described;
        try (var images = new Images(folder.resolve("one"));
                var others = new Images(folder.resolve("two"))) {
            assertSucceeded(aws.bake("first", images.reference()));
            first = aws.parameter(PARAMETER);
            described = (ObjectNode) aws.manifest();
            assertSucceeded(aws.await(aws.start("second", forced(others.reference()))));
            second = aws.parameter(PARAMETER);
        }
        assertThat(second).isNotEqualTo(first);
        Instant planned = plannedAt();

        JsonNode output = rollback("back", "previous");

        assertThat(aws.parameter(PARAMETER)).isEqualTo(first);
        assertThat(output.path("rolledBack").asBoolean()).isTrue();
        assertThat(output.at("/published/snapshotId").asText()).isEqualTo(first);
        assertThat(plannedAt()).isAfter(planned);
        ObjectNode manifest = (ObjectNode) aws.manifest();
        assertThat(manifest.path("publishedBy").asText()).isEqualTo("back");
        for (String of : new String[] {"plannedAt", "publishedBy", "publishedAt"}) {
            manifest.remove(of);
            described.remove(of);
        }
        assertThat(manifest).isEqualTo(described);
        assertThat(fast()).containsExactly(first);

        rollback("forth", "previous");
        assertThat(aws.parameter(PARAMETER)).isEqualTo(second);
        assertThat(fast()).containsExactly(second);

        rollback("by-id", first);
        assertThat(aws.parameter(PARAMETER)).isEqualTo(first);
    }

    @Test
    @DisplayName("to what isn't there changes nothing and names what is")
    void toNothing() throws Exception {
        String only;
        try (var images = new Images(folder.resolve("one"))) {
            assertSucceeded(aws.bake("first", images.reference()));
            only = aws.parameter(PARAMETER);
        }

        DescribeExecutionResponse previous = aws.await(aws.start("back", "{\"rollbackTo\": \"previous\"}"));

        assertThat(previous.status()).isEqualTo(ExecutionStatus.FAILED);
        assertThat(previous.error()).isEqualTo("dev.prebake.plan.RollbackImpossibleException");
        assertThat(previous.cause()).contains("published before", "no other snapshot");
        assertThat(aws.parameter(PARAMETER)).isEqualTo(only);
    }

    private JsonNode rollback(String name, String to) throws InterruptedException {
        DescribeExecutionResponse ended = aws.await(aws.start(name, "{\"rollbackTo\": \"" + to + "\"}"));
        assertSucceeded(ended);
        return Session.json(ended.output());
    }

    private static void assertSucceeded(DescribeExecutionResponse ended) {
        assertThat(ended.status()).as(ended.cause()).isEqualTo(ExecutionStatus.SUCCEEDED);
    }

    private static String forced(String reference) {
        return "{\"images\": [\"" + reference + "\"], \"force\": true}";
    }

    private Instant plannedAt() {
        return Instant.parse(aws.manifest().path("plannedAt").asText());
    }

    private Iterable<String> fast() {
        return aws
                .lab
                .ec2()
                .describeFastSnapshotRestores(
                        DescribeFastSnapshotRestoresRequest.builder().build())
                .fastSnapshotRestores()
                .stream()
                .filter(restore -> restore.state() == FastSnapshotRestoreStateCode.ENABLED)
                .map(DescribeFastSnapshotRestoreSuccessItem::snapshotId)
                .toList();
    }
}
