package dev.prebake.registry;

import dev.prebake.kernel.PrebakeException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One image that its registry didn't give: what was asked and what came back, without the image's name before it. Whoever
 * asked for several gathers those of all into one error.
 */
public final class UnresolvedImageException extends PrebakeException {
    private enum Kind {
        LASTING,
        PASSING,
        OTHER_PLATFORM
    }

    private final Kind kind;

    private UnresolvedImageException(String message, Kind kind, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** A refusal that stays one until somebody changes something. */
    public static UnresolvedImageException lasting(String message) {
        return new UnresolvedImageException(message, Kind.LASTING, null);
    }

    /** As {@link #lasting(String)}, over the error that led to it. */
    public static UnresolvedImageException lasting(String message, Throwable cause) {
        return new UnresolvedImageException(message, Kind.LASTING, cause);
    }

    /** The image is there, but only for other platforms; it stays so. */
    public static UnresolvedImageException otherPlatform(String message) {
        return new UnresolvedImageException(message, Kind.OTHER_PLATFORM, null);
    }

    /** Trouble that may pass by itself: an overloaded registry, no answer in time. */
    public static UnresolvedImageException passing(String message, @Nullable Throwable cause) {
        return new UnresolvedImageException(message, Kind.PASSING, cause);
    }

    /** The same, with what went wrong before it. */
    UnresolvedImageException after(List<String> before) {
        return before.isEmpty()
                ? this
                : new UnresolvedImageException(getMessage() + "; before, " + String.join("; ", before), kind, this);
    }

    /** Whether the same question may be answered later. */
    public boolean mayPass() {
        return kind == Kind.PASSING;
    }

    /** Whether the image is there, but only for other platforms. */
    public boolean isOtherPlatform() {
        return kind == Kind.OTHER_PLATFORM;
    }
}
