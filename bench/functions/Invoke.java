import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes a handler and invokes it once, as Lambda does on a cold start; prints seconds for both, and what memory the process had. */
final class Invoke {
    public static void main(String[] arguments) throws Exception {
        long began = System.nanoTime();
        RequestStreamHandler handler = (RequestStreamHandler)
                Class.forName(arguments[0]).getConstructor().newInstance();
        double made = (System.nanoTime() - began) / 1e9;
        String outcome = "answered";
        try (var input = Files.newInputStream(Path.of(arguments[1]))) {
            handler.handleRequest(input, new ByteArrayOutputStream(), null);
        } catch (RuntimeException e) {
            outcome = e.getClass().getSimpleName();
        }
        double invoked = (System.nanoTime() - began) / 1e9 - made;
        String peak = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .map(line -> line.replaceAll("\\D", ""))
                .findFirst()
                .orElseThrow();
        System.out.printf("%.2f %.2f %d %s%n", made, invoked, Long.parseLong(peak) / 1024, outcome);
        System.exit(0);
    }
}
