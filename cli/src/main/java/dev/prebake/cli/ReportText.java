package dev.prebake.cli;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.kernel.BakeBase;
import dev.prebake.kernel.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The report in words and columns. */
final class ReportText {
    private ReportText() {}

    /** The report of a run that published a snapshot; nothing for one that failed. */
    static List<String> lines(LocalReport report) {
        List<String> lines = new ArrayList<>();
        LocalReport.Snapshot snapshot = report.snapshot();
        LocalReport.Parameter parameter = report.parameter();
        if (snapshot == null || parameter == null) {
            return lines;
        }
        lines.add("");
        lines.add(snapshot.id() + "  " + snapshot.volumeSizeGiB() + " GiB"
                + (snapshot.usedBytes() == null ? "" : ", " + Quantities.bytes(snapshot.usedBytes()) + " used")
                + ", published in " + parameter.name());
        for (LocalReport.Image image : snapshot.images()) {
            lines.add("  " + image.reference() + "  " + Quantities.bytes(image.bytes()) + " compressed"
                    + (image.unpackedBytes() == null
                            ? ""
                            : ", " + Quantities.bytes(image.unpackedBytes()) + " unpacked"));
            lines.add("    " + image.digest());
        }
        if (report.bake() != null) {
            lines.add("  " + words(report.bake()));
        }
        lines.add("");
        LocalReport.PodStart start = report.podStart();
        if (start == null) {
            lines.add("Pod starts were not measured, because " + report.podStartNotMeasured() + ".");
            return lines;
        }
        lines.add("Pod start, seconds           uncached    cached      warm");
        row(
                lines,
                "  fetch",
                start.uncached().fetch(),
                start.cached().fetch(),
                start.warm().fetch());
        row(
                lines,
                "  unpack after the fetch",
                start.uncached().unpack(),
                start.cached().unpack(),
                start.warm().unpack());
        row(
                lines,
                "  start",
                start.uncached().start(),
                start.cached().start(),
                start.warm().start());
        row(
                lines,
                "  program",
                start.uncached().run(),
                start.cached().run(),
                start.warm().run());
        row(lines, "  total", start.uncachedSeconds(), start.cachedSeconds(), start.warmSeconds());
        lines.add("");
        lines.add(String.format(Locale.ROOT, "From the snapshot the pod starts %.1f times faster.", start.ratio()));
        return lines;
    }

    private static String words(LocalReport.Bake bake) {
        BakeBase base = bake.base();
        String start;
        if (base == null) {
            start = "baked from empty";
        } else if (base.kept()) {
            start = "baked on " + base.snapshotId();
        } else {
            start = "baked from empty, with " + base.snapshotId() + " discarded because " + base.discarded();
        }
        return bake.fetchedBytes() == null
                ? start
                : start + "; fetched " + Quantities.bytes(bake.fetchedBytes()) + " of "
                        + Quantities.bytes(bake.compressedBytes());
    }

    /** Why the workflow failed, for the last line; empty when it didn't. */
    static String failure(LocalReport report) {
        LocalReport.Execution execution = report.execution();
        if (report.snapshot() != null) {
            return "";
        }
        String error = execution.error() == null ? execution.status() : execution.error();
        return "prebake: the workflow ended " + execution.status() + " with "
                + error.substring(error.lastIndexOf('.') + 1) + ":\n" + words(execution.cause());
    }

    /** A Lambda's error is JSON with the message inside; of a CleanUp that failed too, another stands behind it. */
    private static String words(@Nullable String cause) {
        if (cause == null) {
            return "(no more was said)";
        }
        StringBuilder words = new StringBuilder();
        int from = 0;
        for (int brace = cause.indexOf('{'); brace >= 0; brace = cause.indexOf('{', from)) {
            words.append(cause, from, brace);
            from = brace + appendError(words, cause.substring(brace));
        }
        return words.append(cause, from, cause.length()).toString();
    }

    /** Appends the message of the error that a text begins with, or else its brace, and returns how much that stands for. */
    private static int appendError(StringBuilder words, String text) {
        try (JsonParser parser = Json.mapper().createParser(text)) {
            JsonNode message = parser.<JsonNode>readValueAsTree().path("errorMessage");
            if (message.isTextual()) {
                words.append(message.textValue());
                return Math.toIntExact(parser.currentLocation().getCharOffset());
            }
        } catch (IOException _) {
            // A brace of somebody's words.
        }
        words.append(text.charAt(0));
        return 1;
    }

    private static void row(List<String> lines, String name, double uncached, double cached, double warm) {
        lines.add(String.format(Locale.ROOT, "%-26s %10.2f%10.2f%10.2f", name, uncached, cached, warm));
    }
}
