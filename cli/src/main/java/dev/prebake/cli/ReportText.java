package dev.prebake.cli;

import dev.prebake.kernel.BakeBase;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The report in words and columns. */
final class ReportText {
    private static final String ROW = "%-26s %10s%10s%10s";
    private static final String NARROW_ROW = "%-24s%8s%8s%8s";
    private static final int ROOM_FOR_ROW = 57;

    private ReportText() {}

    /**
     * The report of a run that published a snapshot; nothing for one that failed.
     *
     * @param columns how wide lines may be
     */
    static List<String> lines(LocalReport report, int columns) {
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
            lines.add("    " + CacheText.digest(image.digest(), columns));
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
        String row = columns < ROOM_FOR_ROW ? NARROW_ROW : ROW;
        lines.add(String.format(Locale.ROOT, row, "Pod start, seconds", "uncached", "cached", "warm"));
        lines.add(row(
                row,
                "  fetch",
                start.uncached().fetch(),
                start.cached().fetch(),
                start.warm().fetch()));
        lines.add(row(
                row,
                "  unpack after the fetch",
                start.uncached().unpack(),
                start.cached().unpack(),
                start.warm().unpack()));
        lines.add(row(
                row,
                "  start",
                start.uncached().start(),
                start.cached().start(),
                start.warm().start()));
        lines.add(row(
                row,
                "  program",
                start.uncached().run(),
                start.cached().run(),
                start.warm().run()));
        lines.add(row(row, "  total", start.uncachedSeconds(), start.cachedSeconds(), start.warmSeconds()));
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
                + error.substring(error.lastIndexOf('.') + 1) + ":\n"
                + (execution.cause() == null ? "(no more was said)" : execution.cause());
    }

    private static String row(String row, String name, double uncached, double cached, double warm) {
        return String.format(Locale.ROOT, row, name, seconds(uncached), seconds(cached), seconds(warm));
    }

    private static String seconds(double seconds) {
        return String.format(Locale.ROOT, "%.2f", seconds);
    }
}
