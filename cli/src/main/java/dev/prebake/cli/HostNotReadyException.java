package dev.prebake.cli;

import dev.prebake.lab.host.Detection;
import dev.prebake.lab.host.MissingPiece;
import java.util.stream.Collectors;

/** This machine lacks what a real bake needs; the message names all of it. */
final class HostNotReadyException extends RuntimeException {
    HostNotReadyException(Detection detection) {
        super("The local run bakes on real volumes with a real containerd, and this machine can't: "
                + detection.missing().stream().map(MissingPiece::reason).collect(Collectors.joining("; "))
                + ". Run it as root on Linux"
                + (detection.debianPackages().isEmpty()
                        ? "."
                        : ", after: apt-get install " + String.join(" ", detection.debianPackages())));
    }
}
