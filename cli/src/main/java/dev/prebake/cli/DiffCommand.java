package dev.prebake.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.operate.AwsCalls;
import dev.prebake.operate.Cache;
import dev.prebake.operate.CacheDiff;
import dev.prebake.operate.Deployment;
import dev.prebake.operate.ImageChange;
import dev.prebake.operate.OperateException;
import dev.prebake.operate.Publications;
import dev.prebake.plan.ImagePreview;
import dev.prebake.publish.Manifest;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.ssm.SsmClient;

/** Compares what a cache has published with what its registries have. */
@Command(
        name = "diff",
        description = {
            "Compares what a cache has published with what the next bake would find at the registries, by digest. Nothing is"
                    + " started.",
            "",
            "What the next bake would be asked for is the newest one's input, or --input and --image, over the deployment's"
                    + " defaults. Registries are asked as PlanBake asks, with the credentials of their settings, read under your"
                    + " own identity."
        },
        mixinStandardHelpOptions = true,
        exitCodeOnExecutionException = DiffCommand.TROUBLE,
        footer = {
            "",
            "Examples:",
            "  ./prebake diff",
            "  ./prebake diff --input events/pytorch.json",
            "  ./prebake diff -o json || ./prebake start --follow",
            "",
            "Exit codes: 0 nothing differs; 1 something does; 2 it can't be told, or wrong usage."
        })
final class DiffCommand implements Callable<Integer> {
    /** As diff(1) has them. */
    static final int DIFFERS = 1;

    static final int TROUBLE = 2;

    @Option(
            names = "--image",
            paramLabel = "REF",
            description = "An image that the next bake would be asked for; may be given several times.")
    private List<String> images = List.of();

    @Option(
            names = "--input",
            paramLabel = "FILE",
            description = "The next bake's input as JSON, as in events/; --image and --cache go over it.")
    private @Nullable Path input;

    @Mixin
    private final CacheOption cacheOption = new CacheOption();

    @Mixin
    private final OperateOptions options = new OperateOptions();

    @Override
    public Integer call() {
        ObjectNode given = InputFile.read(input, images);
        SfnClient states = OperateOptions.states();
        Deployment deployment = options.deployment(states);
        Cache cache =
                cacheOption.findOr(states, deployment, given.path("cacheName").textValue());
        boolean isGiven = !given.isEmpty();
        ObjectNode next = deployment.effective(isGiven ? given : cache.input());
        next.remove(List.of("force", "rollbackTo"));
        next.put("cacheName", cache.name());
        Publications.Published published = new Publications(AwsCalls.connect(SsmClient.builder())).now(cache);
        Manifest manifest = published.manifest();
        if (manifest == null) {
            throw new OperateException(
                    "Comparing " + published.snapshotId() + " with the registries failed: the manifest beside "
                            + cache.parameterName()
                            + " is of another snapshot, or there is none, so that what is in it isn't known. The next"
                            + " bake writes one: ./prebake start");
        }
        CacheDiff diff = CacheDiff.of(
                deployment,
                cache,
                published.snapshotId(),
                isGiven ? null : cache.newestBake(),
                ImageChange.between(manifest.images(), ImagePreview.of(next)));
        options.print(diff, ImageChangeText.lines(diff));
        if (diff.images().stream().anyMatch(image -> image.change() == ImageChange.Kind.UNKNOWN)) {
            return TROUBLE;
        }
        return diff.differs() ? DIFFERS : ExitCode.OK;
    }
}
