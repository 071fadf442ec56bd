package dev.prebake.plan;

import dev.prebake.kernel.PrebakeException;
import org.jspecify.annotations.Nullable;

/**
 * One image that its registry didn't give: what was asked and what came back, without the image's name before it.
 *
 * <p>It never leaves this module: {@link PlanBakeHandler} gathers those of all images into one error.
 */
final class UnresolvedImageException extends PrebakeException {
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
    static UnresolvedImageException lasting(String message) {
        return new UnresolvedImageException(message, Kind.LASTING, null);
    }

    /** As {@link #lasting(String)}, over the error that led to it. */
    static UnresolvedImageException lasting(String message, Throwable cause) {
        return new UnresolvedImageException(message, Kind.LASTING, cause);
    }

    /** The image is there, but only for other platforms; it stays so. */
    static UnresolvedImageException otherPlatform(String message) {
        return new UnresolvedImageException(message, Kind.OTHER_PLATFORM, null);
    }

    /** Trouble that may pass by itself: an overloaded registry, no answer in time. */
    static UnresolvedImageException passing(String message, @Nullable Throwable cause) {
        return new UnresolvedImageException(message, Kind.PASSING, cause);
    }

    /** Whether the same question may be answered later. */
    boolean mayPass() {
        return kind == Kind.PASSING;
    }

    /** Whether the image is there, but only for other platforms. */
    boolean isOtherPlatform() {
        return kind == Kind.OTHER_PLATFORM;
    }
}
