package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.prebake.infra.Synthesis;
import dev.prebake.lab.registry.ImageConfig;
import dev.prebake.lab.registry.ImageDefinition;
import dev.prebake.lab.registry.ImageLayout;
import dev.prebake.lab.registry.Layer;
import dev.prebake.lab.registry.LoopbackRegistry;
import dev.prebake.lab.registry.Platform;
import dev.prebake.lab.registry.PlatformImage;
import dev.prebake.lab.registry.RegistryAccess;
import dev.prebake.test.DocExamples.Block;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("README.md, as a page of docs/ for a task,")
@SuppressWarnings("NullAway.Init")
class DocPagesTest {
    private static final Path README = Path.of("../README.md");
    private static final Path DOCS = Path.of("../docs");
    /** Of the page on private registries. */
    private static final RegistryAccess.Basic LOGIN = new RegistryAccess.Basic("robot", "s3cret");

    private static final ImageConfig PROGRAM = ImageConfig.EMPTY.withEntrypoint(List.of(Busybox.PATH, "true"));

    @TempDir
    private static Path folder;

    private static LoopbackRegistry open;
    private static LoopbackRegistry closed;
    private static Map<String, String> hosts;

    @BeforeAll
    static void serve() throws IOException {
        ImageLayout layout = ImageLayout.write(
                folder.resolve("layout"),
                image("pause:3.10", Platform.AMD64, Platform.ARM64),
                image("team/app:1", Platform.AMD64, Platform.ARM64),
                image("team/app:2", Platform.AMD64, Platform.ARM64),
                image("team/x86-only:1", Platform.AMD64),
                image("nvidia/pytorch:24.08-py3", Platform.AMD64, Platform.ARM64),
                image("nvidia/k8s-device-plugin:v0.16.2", Platform.AMD64, Platform.ARM64));
        open = LoopbackRegistry.serve(layout);
        closed = LoopbackRegistry.builder().layout(layout).access(LOGIN).start();
        hosts = new LinkedHashMap<>();
        hosts.put("registry.example.com:5000", closed.address());
        hosts.put("registry.example.com", open.address());
        hosts.put("registry.k8s.io", open.address());
        hosts.put("nvcr.io", open.address());
    }

    @AfterAll
    static void close() {
        closed.close();
        open.close();
    }

    static Stream<Path> pages() throws IOException {
        try (Stream<Path> files = Files.list(DOCS)) {
            return Stream.concat(
                    Stream.of(README),
                    files.filter(file -> file.toString().endsWith(".md"))
                            .filter(file -> !DocExamples.of(text(file)).isEmpty())
                            .sorted())
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pages")
    @DisplayName("has commands that do what it says, one after the other")
    void commands(Path page) throws Exception {
        assumeTrue(
                Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                        .anyMatch(path -> Files.isExecutable(Path.of(path, "aws"))),
                "the AWS CLI is not on PATH");
        List<Block> blocks = DocExamples.of(text(page)).stream()
                .filter(block -> block.language().equals("sh"))
                .toList();
        Path home = Files.createDirectories(folder.resolve(page.getFileName().toString()));
        try (LabProcess lab = LabProcess.serve(home.resolve("home"), open.address() + "/team/app:1")) {
            DocSession session = new DocSession(Files.createDirectory(home.resolve("checkout")), lab, hosts);
            for (DocSession.Result result : session.run(blocks)) {
                String where = page.getFileName() + ":" + result.block().line();
                assertThat(result.exitCode())
                        .as("%s: %s", where, result.printed())
                        .isZero();
                String shown = result.block().shown();
                if (shown != null) {
                    assertThat(DocExamples.isShown(session.here(shown), result.printed()))
                            .as("%s is to print%n%s%nand prints%n%s", where, session.here(shown), result.printed())
                            .isTrue();
                }
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pages")
    @DisplayName("has settings of cdk.json that the stacks take")
    void settings(Path page) throws Exception {
        for (Block block : DocExamples.of(text(page))) {
            if (block.language().equals("json")) {
                Map<String, Map<String, Object>> context =
                        new ObjectMapper().readValue("{" + block.text() + "}", new TypeReference<>() {});
                Path made = Files.createDirectories(
                        folder.resolve("stacks").resolve(page.getFileName() + "-" + block.line()));
                assertThat(Synthesis.ofContext(made, context))
                        .as("%s:%s", page.getFileName(), block.line())
                        .isNotEmpty();
            }
        }
    }

    @Test
    @DisplayName("has no commands in blocks that say nothing of themselves, so that none is left out")
    void bare() {
        assertThat(DocExamples.bare(text(README)))
                .isNotEmpty()
                .allSatisfy(block -> assertThat(block)
                        .doesNotContainPattern("(?m)^(?:\\./prebake|aws|npm|npx|eval|kubectl|source|events/)"));
    }

    @Test
    @DisplayName("is compared but for numbers, IDs and widths, and nothing else")
    void compared() {
        assertThat(DocExamples.isShown("a  snap-0 took 1.5 s\n…\nend …", "a snap-0ff took 12 s\nb\nc\nend of it\n"))
                .isTrue();
        assertThat(DocExamples.isShown("a\n…\nend", "a\nend\n")).isTrue();
        assertThat(DocExamples.isShown("a 1", "b 1")).isFalse();
        assertThat(DocExamples.isShown("a", "a\nb")).isFalse();
        assertThat(DocExamples.isShown("a\nb", "a")).isFalse();
        List<Block> blocks =
                DocExamples.of("x\n\n```sh account\none\n```\n\n```sh\ntwo\n```\n```text\n2\n```\n\n```\nno\n```\n");
        assertThat(blocks)
                .containsExactly(
                        new Block(4, "sh", List.of("account"), "one\n", null),
                        new Block(8, "sh", List.of(), "two\n", "2\n"));
    }

    private static ImageDefinition image(String reference, Platform... platforms) {
        return ImageDefinition.index(
                reference,
                Stream.of(platforms)
                        .map(platform -> new PlatformImage(
                                platform,
                                PROGRAM,
                                List.of(
                                        Busybox.layer(),
                                        Layer.builder()
                                                .file("/model", reference + platform)
                                                .build())))
                        .toList());
    }

    private static String text(Path page) {
        try {
            return Files.readString(page);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
