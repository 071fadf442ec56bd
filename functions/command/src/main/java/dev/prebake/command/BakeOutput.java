package dev.prebake.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.kernel.BakeReport;
import dev.prebake.kernel.Json;
import dev.prebake.kernel.PrebakeException;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a bake has left to read when it is over.
 *
 * @param command the command
 * @param standardOutput its standard output, the first 24,000 characters: one JSON document, report or error
 * @param lastLines the last of its standard error; asked only when there is no document
 */
record BakeOutput(BakeCommand command, String standardOutput, Supplier<List<String>> lastLines) {
    private static final int LAST_WORDS = 1_000;

    /**
     * The error document of the bake script.
     *
     * @param name its kind
     * @param image reference of the image that it is about; absent when about none
     * @param message the builder's own words
     */
    record Failure(String name, @Nullable String image, String message) {}

    /**
     * The report of a bake that succeeded.
     *
     * @throws BakeReportUnreadableException when standard output is no report
     */
    BakeReport report() {
        try {
            BakeReport report = Json.mapper().readValue(standardOutput, BakeReport.class);
            if (report != null && report.images() != null && report.volume() != null) {
                return report;
            }
            throw new BakeReportUnreadableException(command, standardOutput, "it has no images or no volume", null);
        } catch (JsonProcessingException e) {
            throw new BakeReportUnreadableException(command, standardOutput, e.getOriginalMessage(), e);
        }
    }

    /** The error of a bake that failed, under the name that the script gave it. */
    PrebakeException failure() {
        Failure failure = errorDocument();
        return switch (failure.name()) {
            case "VolumeNotFound" -> new VolumeNotFoundException(command, failure.message());
            case "VolumeFull" -> new VolumeFullException(command, failure.message());
            case "ImagePullFailed" -> new ImagePullFailedException(command, imageOf(failure), failure.message());
            case "ImageIncomplete" -> new ImageIncompleteException(command, imageOf(failure), failure.message());
            default -> new BakeFailedException(command, failure.message());
        };
    }

    private Failure errorDocument() {
        try {
            JsonNode error = Json.mapper().readTree(standardOutput).path("error");
            if (error.path("name").isTextual() && error.path("message").isTextual()) {
                return Json.mapper().treeToValue(error, Failure.class);
            }
        } catch (JsonProcessingException e) {
            // No document: the script was killed, or never began. What it said last is all there is.
        }
        return new Failure("BakeFailed", null, "it left no error document; its last words were: " + lastWords());
    }

    private String lastWords() {
        String words = String.join(
                " | ",
                lastLines.get().stream()
                        .filter(line ->
                                !line.isBlank() && BakeProgress.parse(line).isEmpty())
                        .toList());
        if (words.isEmpty()) {
            return "(none)";
        }
        return words.length() <= LAST_WORDS ? words : "…" + words.substring(words.length() - LAST_WORDS);
    }

    private static String imageOf(Failure failure) {
        return Objects.requireNonNullElse(failure.image(), "(unnamed)");
    }
}
