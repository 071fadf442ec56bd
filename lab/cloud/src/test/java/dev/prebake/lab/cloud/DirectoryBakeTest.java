package dev.prebake.lab.cloud;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.kernel.Sha256;
import dev.prebake.lab.registry.Failure;
import dev.prebake.lab.registry.ImageLayout;
import dev.prebake.lab.registry.Platform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ec2.model.Instance;

@DisplayName("The bake into folders")
@SuppressWarnings("NullAway.Init")
class DirectoryBakeTest {
    private static final String BASE = "snap-0b3d5f7a9c1e2d4f6";

    @TempDir
    private Path folder;

    private final ConcurrentLinkedQueue<String> stdout = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> stderr = new ConcurrentLinkedQueue<>();
    private Images images;
    private Doubles aws;
    private Instance instance;
    private DirectoryBake bake;
    private volatile @Nullable Thread worker;

    @BeforeEach
    void open() throws Exception {
        images = new Images(folder.resolve("images"));
        aws = new Doubles(folder.resolve("home"));
        instance = aws.launched("one");
        bake = new DirectoryBake(aws.plane, aws.instances);
    }

    @AfterEach
    void close() {
        aws.close();
        images.close();
    }

    @Test
    @DisplayName("reports what the bake script reports, without unpacked sizes, and says its progress layer by layer")
    void reports() throws Exception {
        int exitCode = run(request(images.image.digest()));

        assertThat(exitCode).isZero();
        assertThat(stdout).hasSize(1);
        JsonNode report = Session.json(stdout.element());
        assertThat(report.at("/images/0/reference").asText()).isEqualTo(images.reference());
        assertThat(report.at("/images/0/digest").asText()).isEqualTo(images.image.digest());
        assertThat(report.at("/images/0/layers").asInt()).isEqualTo(2);
        assertThat(report.at("/images/0").has("unpackedBytes")).isFalse();
        assertThat(report.at("/volume/volumeId").asText()).isEqualTo(Doubles.volumeOf(instance));
        assertThat(report.at("/volume/sizeBytes").asLong()).isEqualTo(10L << 30);
        assertThat(report.at("/volume/usedBytes").asLong()).isGreaterThan(images.manifest.compressedBytes());
        assertThat(report.at("/volume/fetchedBytes").asLong()).isEqualTo(images.manifest.compressedBytes());
        assertThat(report.has("base")).isFalse();
        assertThat(stderr)
                .extracting(line -> Session.json(line).path("phase").asText())
                .containsExactly("pull", "pull", "pull", "finish");
    }

    @Test
    @DisplayName("holds an image to the digest it was planned with")
    void otherDigest() throws Exception {
        String other = images.manifest.config().digest();

        int exitCode = run(request(other));

        assertThat(exitCode).isEqualTo(1);
        JsonNode error = Session.json(stdout.element()).path("error");
        assertThat(error.path("name").asText()).isEqualTo("ImagePullFailed");
        assertThat(error.path("image").asText()).isEqualTo(images.reference());
        assertThat(error.path("message").asText()).contains("404");
    }

    @Test
    @DisplayName("fetches a blob that two images share once, and lists both images")
    void shares() throws Exception {
        images.registry.add(ImageLayout.open(folder.resolve("images")));
        String second = images.reference().replace(":1", ":other");
        JsonNode request = Session.json(request(images.image.digest()));
        ((ArrayNode) request.path("images"))
                .addObject()
                .put("reference", second)
                .put("digest", images.image.digest())
                .put("compressedBytes", images.manifest.compressedBytes());

        assertThat(run(request.toString())).isZero();

        assertThat(ImageLayout.open(data()).images())
                .extracting(image -> image.reference())
                .containsExactly(images.reference(), second);
        // The configuration and the two layers, once each; asked for the second image is the configuration alone.
        assertThat(images.registry.traffic().blobs()).isLessThanOrEqualTo(4);
    }

    @Test
    @DisplayName("from a base fetches only what it lacks, drops what is no longer wanted, and is a layout as ever")
    void fromBase() throws Exception {
        assertThat(run(request(images.image.digest()))).isZero();
        Path data = data();
        Path upper = blob(images.manifest.layers().getLast().digest());
        Files.delete(upper);
        Path unwanted = upper.resolveSibling(Sha256.hex("unwanted".getBytes(UTF_8)));
        Files.writeString(unwanted, "unwanted");
        stdout.clear();

        assertThat(run(requestFrom(BASE))).isZero();

        JsonNode report = Session.json(stdout.element());
        assertThat(report.path("base")).hasToString("{\"snapshotId\":\"" + BASE + "\",\"kept\":true}");
        assertThat(report.at("/volume/fetchedBytes").asLong())
                .isEqualTo(images.manifest.layers().getLast().size());
        assertThat(upper).exists();
        assertThat(unwanted).doesNotExist();
        assertThat(ImageLayout.open(data).image(images.reference()).descriptor())
                .isEqualTo(images.image.descriptor());
    }

    @Test
    @DisplayName("from a base with a blob that isn't what its name says begins empty, and says why")
    void damagedBase() throws Exception {
        assertThat(run(request(images.image.digest()))).isZero();
        long all = Session.json(stdout.element()).at("/volume/fetchedBytes").asLong();
        Path rotten = blob(images.manifest.layers().getFirst().digest());
        Files.writeString(rotten, "rotten");
        stdout.clear();

        assertThat(run(requestFrom(BASE))).isZero();

        JsonNode report = Session.json(stdout.element());
        assertThat(report.at("/base/kept").asBoolean()).isFalse();
        assertThat(report.at("/base/discarded").asText())
                .startsWith("blob " + rotten.getFileName() + " has content whose digest is sha256:");
        assertThat(report.at("/volume/fetchedBytes").asLong()).isEqualTo(all);
        assertThat(rotten).hasSize(images.manifest.layers().getFirst().size());
    }

    @Test
    @DisplayName("from a base that is no image layout begins empty, and nothing of it stays")
    void otherBase() throws Exception {
        Files.createDirectories(data().resolve("lost+found/deep"));
        Files.writeString(data().resolve("lost+found/deep/file"), "something else");

        assertThat(run(requestFrom(BASE))).isZero();

        JsonNode report = Session.json(stdout.element());
        assertThat(report.at("/base/kept").asBoolean()).isFalse();
        assertThat(report.at("/base/discarded").asText()).contains("no image layout");
        assertThat(data().resolve("lost+found")).doesNotExist();
    }

    @Test
    @DisplayName("ends at once when its instance does, and its thread with it")
    void instanceEnds() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        hold(asked, released);
        AtomicReference<Throwable> end = new AtomicReference<>();
        Thread command = Thread.ofPlatform().start(() -> end.set(failure(request(images.image.digest()))));
        asked.await();

        aws.plane.machines().getFirst().close();
        command.join();

        assertThat(end.get())
                .isInstanceOf(LabException.class)
                .hasMessage("Instance " + instance.instanceId() + " ended during its bake.");
        assertThat(worker)
                .isNotNull()
                .satisfies(thread -> assertThat(thread.isAlive()).isFalse());
        released.countDown();
    }

    @Test
    @DisplayName("ends when its command is interrupted, and its thread with it")
    void interrupted() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        hold(asked, released);
        AtomicReference<Throwable> end = new AtomicReference<>();
        Thread command = Thread.ofPlatform().start(() -> end.set(failure(request(images.image.digest()))));
        asked.await();

        command.interrupt();
        command.join();

        assertThat(end.get()).isInstanceOf(InterruptedException.class);
        assertThat(worker)
                .isNotNull()
                .satisfies(thread -> assertThat(thread.isAlive()).isFalse());
        released.countDown();
    }

    @Test
    @DisplayName("on an instance that doesn't run is refused")
    void noInstance() {
        assertThatThrownBy(() -> bake.run("i-0x", "", Map.of(), stdout::add, stderr::add))
                .isInstanceOf(LabException.class)
                .hasMessage("Instance i-0x runs no more.");
    }

    private Path data() {
        return aws.plane.volume(Doubles.volumeOf(instance)).orElseThrow().data();
    }

    private Path blob(String digest) {
        return data().resolve("blobs").resolve(digest.replace(':', '/'));
    }

    private String requestFrom(String base) {
        ObjectNode request = (ObjectNode) Session.json(request(images.image.digest()));
        return request.put("base", base).toString();
    }

    private int run(String request) throws InterruptedException {
        return bake.run(instance.instanceId(), "", Map.of("Request", request), stdout::add, line -> {
            worker = Thread.currentThread();
            stderr.add(line);
        });
    }

    private Throwable failure(String request) {
        try {
            return new AssertionError("The bake ended with exit code " + run(request));
        } catch (InterruptedException | RuntimeException e) {
            return e;
        }
    }

    private void hold(CountDownLatch asked, CountDownLatch released) {
        images.registry.inject(request -> {
            if (!images.isLayer(request)) {
                return Optional.empty();
            }
            asked.countDown();
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Optional.of(new Failure.Dropped());
        });
    }

    private String request(String digest) {
        return """
                {"volumeId": "%s", "architecture": "%s", "images": [
                  {"reference": "%s", "digest": "%s", "compressedBytes": %d}]}
                """.formatted(
                        Doubles.volumeOf(instance),
                        Platform.current().architecture(),
                        images.reference(),
                        digest,
                        images.manifest.compressedBytes());
    }
}
