package dev.prebake.infra;

import java.nio.file.Path;
import software.amazon.awscdk.App;

/** What the CDK CLI runs: {@code cdk.json} has the command and the properties. */
public final class PrebakeApp {
    private PrebakeApp() {}

    /** Writes the stacks' templates to where the CLI says, from the directory of the repository. */
    public static void main(String[] arguments) {
        App app = new App();
        new ImageCacheStack(
                app,
                "PrebakeImageCache",
                ImageCacheProps.of(app.getNode().tryGetContext("prebake")),
                new Artifacts(Path.of("")));
        app.synth();
    }
}
