package dev.prebake.lab.host;

import java.nio.file.Path;

/** Another lab works in the same home folder. */
public final class HomeInUseException extends RuntimeException {
    HomeInUseException(Path home, String holder) {
        super(
                "Another Prebake lab is using %s (%s). Wait until it has ended, end it, or set PREBAKE_HOME to another folder."
                        .formatted(home, holder));
    }
}
