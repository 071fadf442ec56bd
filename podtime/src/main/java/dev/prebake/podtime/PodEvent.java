package dev.prebake.podtime;

import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An event about a pod, as the API server has it.
 *
 * @param name its name
 * @param podUid which pod it is about
 * @param container which container it is about; absent for the pod as a whole
 * @param reason what happened, as one word: Pulled, say
 * @param message in words
 * @param warning whether it is no normal event
 * @param component who reports: kubelet, default-scheduler
 * @param eventTime when it happened first, to the microsecond; only new-style events have it
 * @param first when it happened first, cut to its second; only old-style events have it
 * @param last when it happened last, cut to its second, or of a series to the microsecond
 * @param written when the API server first wrote it down, by its own clock, cut to its second
 */
public record PodEvent(
        String name,
        String podUid,
        @Nullable String container,
        String reason,
        String message,
        boolean warning,
        String component,
        @Nullable Instant eventTime,
        @Nullable Instant first,
        @Nullable Instant last,
        @Nullable Instant written) {
    /** What the event recorder begins a message with that stands for several events. */
    private static final String COMBINED = "(combined from similar events): ";

    /** As in {@code Error: ErrImagePull}. */
    private static final Pattern ECHO = Pattern.compile("Error: [A-Za-z]+");

    private static final int HEX = 16;

    /**
     * When it happened first.
     *
     * <p>An event's {@code firstTimestamp} is cut to its second, but client-go names events {@code POD.HEX}, where HEX is
     * that time in nanoseconds (tools/record/event.go, makeEvent). A name counts where it falls into that very second.
     * Of an event that stands for several, no time is the first one's.
     */
    Optional<Moment> moment() {
        if (message.startsWith(COMBINED)) {
            return Optional.empty();
        }
        if (eventTime != null) {
            return Optional.of(Moment.exactly(eventTime, by(), "event " + reason));
        }
        if (first == null) {
            return Optional.empty();
        }
        Moment second = Moment.withinSecond(first, by(), "event " + reason + ", whole seconds");
        return Optional.of(named().filter(time -> !time.isBefore(second.earliest()) && !time.isAfter(second.latest()))
                .map(time -> Moment.exactly(time, by(), "event " + reason))
                .orElse(second));
    }

    /** Whether it says that pulling a container's image failed. */
    boolean failedPull(String of) {
        return reason.equals("Failed") && of.equals(container) && message.startsWith("Failed to pull image");
    }

    /** What it reports and says, in one line without a dangling colon. */
    String inWords() {
        return reason + ": " + message.replaceAll("\\s+", " ").replaceAll("[ :]+$", "");
    }

    /** One word for what it reports; the kubelet says Failed of all that fails with a container. */
    String trouble() {
        return container != null && failedPull(container) ? "ErrImagePull" : reason;
    }

    /** Whether it only repeats a container's reason to wait, behind another event that says what happened. */
    boolean echo() {
        return reason.equals("Failed") && ECHO.matcher(message).matches();
    }

    /** When it happened last, or was written, to say which of two is the newer. */
    Instant lastSeen() {
        if (last != null) {
            return last;
        }
        if (eventTime != null) {
            return eventTime;
        }
        return written == null ? Instant.EPOCH : written;
    }

    Timekeeper by() {
        return component.equals("kubelet") ? Timekeeper.NODE : Timekeeper.CONTROL_PLANE;
    }

    private Optional<Instant> named() {
        try {
            long nanos = Long.parseLong(name.substring(name.lastIndexOf('.') + 1), HEX);
            return Optional.of(Instant.EPOCH.plusNanos(nanos));
        } catch (NumberFormatException _) {
            // Another recorder's way to name events.
            return Optional.empty();
        }
    }
}
