package dev.prebake.podtime;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a kubelet's Pulled event says of an image (pkg/kubelet/images/image_manager.go).
 *
 * @param alreadyPresent whether it was there and nothing was pulled
 * @param pull how long the pull took; absent where nothing was pulled, or the message is another one
 * @param withWaiting that and the wait for other images' pulls before; kubelets before 1.28 count both as one
 * @param bytes the image's size as the container runtime counts it, which containerd does compressed; kubelets before 1.30
 *     don't say
 */
record PullMessage(
        boolean alreadyPresent,
        @Nullable Duration pull,
        @Nullable Duration withWaiting,
        @Nullable Long bytes) {
    private static final Pattern PRESENT = Pattern.compile("Container image \".*\" already present on machine.*");
    private static final Pattern PULLED = Pattern.compile("Successfully pulled image \".*\" in ([0-9a-zµμ.]+)"
            + "(?: \\(([0-9a-zµμ.]+) including waiting\\))?(?:\\. Image size: ([0-9]+) bytes\\.)?");

    /** A part of a duration as Go prints it: {@code 1m2.5s}, {@code 313ms}. */
    private static final Pattern PART = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(h|ms|m|s|us|µs|μs|ns)");

    /** Reads a message; empty where it is neither of the two. */
    static Optional<PullMessage> parse(String message) {
        if (PRESENT.matcher(message).matches()) {
            return Optional.of(new PullMessage(true, null, null, null));
        }
        Matcher pulled = PULLED.matcher(message);
        if (!pulled.matches()) {
            return Optional.empty();
        }
        Duration pull = duration(pulled.group(1)).orElse(null);
        Duration withWaiting =
                pulled.group(2) == null ? pull : duration(pulled.group(2)).orElse(null);
        Long bytes = pulled.group(3) == null ? null : Long.valueOf(pulled.group(3));
        return pull == null || withWaiting == null || withWaiting.compareTo(pull) < 0
                ? Optional.empty()
                : Optional.of(new PullMessage(false, pull, withWaiting, bytes));
    }

    private static Optional<Duration> duration(String text) {
        Matcher part = PART.matcher(text);
        Duration sum = Duration.ZERO;
        int end = 0;
        while (part.find() && part.start() == end) {
            long unit = switch (part.group(2)) {
                case "h" -> Duration.ofHours(1).toNanos();
                case "m" -> Duration.ofMinutes(1).toNanos();
                case "s" -> Duration.ofSeconds(1).toNanos();
                case "ms" -> Duration.ofMillis(1).toNanos();
                case "ns" -> 1;
                default -> Duration.ofMillis(1).toNanos() / 1000;
            };
            sum = sum.plusNanos(new BigDecimal(part.group(1))
                    .multiply(BigDecimal.valueOf(unit))
                    .longValue());
            end = part.end();
        }
        return end == text.length() && end > 0 ? Optional.of(sum) : Optional.empty();
    }
}
