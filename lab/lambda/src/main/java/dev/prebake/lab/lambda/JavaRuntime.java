package dev.prebake.lab.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.api.client.AWSLambda;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.utilslite.SdkInternalThreadLocal;

/**
 * Lambda's Java runtime: this JVM's Java with AWS's runtime interface client on its class path, which loads a function's code
 * from the folder that it starts in, below class loaders as Lambda has them.
 */
final class JavaRuntime implements AutoCloseable {
    /** Of the memory size, what Lambda's runtime gives the heap; the rest is for the JVM itself. */
    private static final double HEAP_SHARE = 0.85;

    private static final Path SETPRIV = Path.of("/usr/bin/setpriv");

    private final String classPath;
    private final Path nativeLibrary;
    // The kernel ends a child with the thread that started it, so one thread starts all of them and lives as long as
    // this.
    private final ExecutorService starter = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("function starter").daemon().factory());

    /**
     * Makes it ready.
     *
     * @param folder where it puts the client's native library: the client itself would put it into one place for all
     */
    JavaRuntime(Path folder) throws IOException {
        classPath = Stream.of(AWSLambda.class, Context.class, PojoSerializer.class, SdkInternalThreadLocal.class)
                .map(JavaRuntime::jarOf)
                .collect(Collectors.joining(File.pathSeparator));
        String name = "libaws-lambda-jni.linux-"
                + (System.getProperty("os.arch").equals("aarch64") ? "aarch_64" : "x86_64") + ".so";
        nativeLibrary = folder.resolve(name);
        try (InputStream library = AWSLambda.class.getResourceAsStream("/jni/" + name)) {
            if (library == null) {
                throw new LambdaException("The runtime interface client has no " + name + " for this machine.", null);
            }
            Files.copy(library, nativeLibrary);
        }
    }

    /**
     * Starts a function's process.
     *
     * @param taskRoot its unpacked code
     * @param builder with environment and output; folder and command are set here
     */
    Process start(FunctionConfiguration function, Path taskRoot, ProcessBuilder builder)
            throws IOException, InterruptedException {
        builder.directory(taskRoot.toFile()).command(command(function));
        try {
            return starter.submit(builder::start).get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        }
    }

    private List<String> command(FunctionConfiguration function) {
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(SETPRIV)) {
            // However this process ends, its functions end with it. Without setpriv they do once they ask for more
            // work.
            command.addAll(List.of(SETPRIV.toString(), "--pdeathsig", "KILL"));
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // https://docs.aws.amazon.com/lambda/latest/dg/java-customization.html
                "-Xmx" + (int) (function.memoryMiB() * HEAP_SHARE) + "m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dcom.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI=" + nativeLibrary,
                "-cp",
                classPath,
                AWSLambda.class.getName(),
                function.handler()));
        return command;
    }

    /** Ends what it started. */
    @Override
    public void close() {
        starter.shutdown();
    }

    private static String jarOf(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new LambdaException("The jar of " + type.getName() + " has no path.", e);
        }
    }
}
