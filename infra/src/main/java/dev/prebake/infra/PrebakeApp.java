package dev.prebake.infra;

import dev.prebake.catalogue.Artifacts;
import java.nio.file.Path;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Stack;

/** What the CDK CLI runs: {@code cdk.json} has the command and the properties. */
public final class PrebakeApp {
    private PrebakeApp() {}

    /** Writes the stacks' templates to where the CLI says, from the directory of the repository. */
    public static void main(String[] arguments) {
        App app = new App();
        ImageCacheProps cache = ImageCacheProps.of(app.getNode().tryGetContext(ImageCacheProps.CONTEXT));
        Stack workflow = new ImageCacheStack(app, "PrebakeImageCache", cache, new Artifacts(Path.of("")));
        new GpuClusterStack(
                        app,
                        "PrebakeGpuCluster",
                        GpuClusterProps.of(app.getNode().tryGetContext(GpuClusterProps.CONTEXT)),
                        cache)
                // Its parameter has to be there.
                .addStackDependency(workflow);
        app.synth();
    }
}
