package dev.prebake.lab.host;

import org.jspecify.annotations.Nullable;

/**
 * Something that the real data plane needs and this host lacks.
 *
 * @param reason in words that fit after "because"
 * @param debianPackage the Debian package that has it; null when no package helps
 */
public record MissingPiece(String reason, @Nullable String debianPackage) {}
