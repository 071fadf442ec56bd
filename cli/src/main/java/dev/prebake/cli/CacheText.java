package dev.prebake.cli;

import dev.prebake.operate.CacheReport;
import dev.prebake.operate.Execution;
import dev.prebake.operate.MonthlyCost;
import dev.prebake.publish.ManifestImage;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a cache has published, in words. */
final class CacheText {
    private static final int INDENT = 4;
    private static final int SHORT_DIGEST = "sha256:".length() + 12;

    private CacheText() {}

    /**
     * The report.
     *
     * @param now to tell ages from
     * @param columns how wide lines may be
     */
    static List<String> lines(CacheReport report, Instant now, int columns) {
        List<String> lines = new ArrayList<>();
        lines.add("cache " + report.cacheName() + ", published in " + report.parameterName());
        lines.add(head(report));
        images(report, columns, lines);
        executions(report, now, lines);
        lines.add("Fast Snapshot Restore");
        if (report.fastRestores().isEmpty()) {
            lines.add("  off");
        }
        report.fastRestores().forEach(restore -> lines.add("  " + words(restore, report.snapshotId())));
        cost(report.cost(), lines);
        lines.add("Rollback");
        if (report.rollbackTargets().isEmpty()) {
            lines.add("  there is no other snapshot to publish again");
        }
        report.rollbackTargets().forEach(target -> lines.add("  " + words(target)));
        return lines;
    }

    private static String head(CacheReport report) {
        CacheReport.Snapshot snapshot = report.snapshot();
        if (snapshot == null) {
            return report.snapshotId()
                    + " is no whole snapshot of this cache any more: nodes can't start from it. Publish"
                    + " another one: ./prebake rollback, or ./prebake start";
        }
        return report.snapshotId() + "  " + snapshot.volumeSizeGiB() + " GiB"
                + (snapshot.usedBytes() == null ? "" : ", " + Quantities.bytes(snapshot.usedBytes()) + " used")
                + (report.architecture() == null ? "" : ", " + report.architecture())
                + (report.containerd() == null ? "" : ", containerd " + report.containerd())
                + (snapshot.kmsKeyArn() == null ? "" : ", encrypted with " + snapshot.kmsKeyArn());
    }

    private static void images(CacheReport report, int columns, List<String> lines) {
        List<ManifestImage> images = report.images();
        lines.add("Images");
        if (images == null) {
            lines.add("  not known: the manifest beside the parameter is of another snapshot, or there is none");
            return;
        }
        for (ManifestImage image : images) {
            lines.add("  " + image.reference() + "  " + Quantities.bytes(image.compressedBytes()) + " compressed"
                    + (image.unpackedBytes() == null
                            ? ""
                            : ", " + Quantities.bytes(image.unpackedBytes()) + " unpacked"));
            lines.add(" ".repeat(INDENT) + digest(image.digest(), columns));
        }
    }

    /** Whole where there is room for it. */
    static String digest(String digest, int columns) {
        return digest.length() + INDENT <= columns || digest.length() <= SHORT_DIGEST
                ? digest
                : digest.substring(0, SHORT_DIGEST) + "…";
    }

    private static void executions(CacheReport report, Instant now, List<String> lines) {
        CacheReport.Origin baked = report.bakedBy();
        CacheReport.Origin published = report.publishedBy();
        Instant publishedAt = report.publishedAt();
        if (baked == null || published == null || publishedAt == null) {
            return;
        }
        lines.add("Executions");
        CacheReport.Snapshot snapshot = report.snapshot();
        lines.add("  baked by " + words(baked)
                + (snapshot == null
                        ? ""
                        : ", " + at(snapshot.startedAt(), now)
                                + (snapshot.base() == null ? ", from empty" : ", on " + snapshot.base())));
        lines.add("  published by " + words(published) + ", " + at(publishedAt, now));
    }

    private static String words(CacheReport.Origin origin) {
        Execution execution = origin.execution();
        if (execution == null) {
            return origin.name() + " (which Step Functions has forgotten)";
        }
        Double seconds = execution.seconds();
        return execution.name()
                + (execution.hasSucceeded() ? "" : " (" + execution.status() + ")")
                + (seconds == null ? "" : " in " + Quantities.duration(Quantities.seconds(seconds)));
    }

    private static String at(Instant moment, Instant now) {
        return moment.truncatedTo(ChronoUnit.SECONDS) + " (" + Quantities.age(Duration.between(moment, now)) + ")";
    }

    private static String words(CacheReport.FastRestore restore, String publishedId) {
        return restore.zone() + "  " + restore.state()
                + (restore.since() == null ? "" : " since " + restore.since().truncatedTo(ChronoUnit.SECONDS))
                + (restore.snapshotId().equals(publishedId)
                        ? ""
                        : ", of " + restore.snapshotId() + ", which isn't published");
    }

    private static void cost(MonthlyCost cost, List<String> lines) {
        lines.add("Costs a month of " + cost.hours() + " hours, by the list prices of " + cost.priceList()
                + (cost.inRegion() ? "" : ", which aren't this Region's"));
        cost.items()
                .forEach(item -> lines.add(String.format(
                        Locale.ROOT,
                        "  %9s  %s of %s%s: %s %ss at $%s%s",
                        "$" + item.perMonth(),
                        item.zones() == null ? "storage" : "Fast Snapshot Restore",
                        item.snapshotId(),
                        zones(item.zones()),
                        item.quantity().stripTrailingZeros().toPlainString(),
                        item.unit(),
                        item.unitPrice(),
                        item.estimate() == null ? "" : "; " + item.estimate())));
        lines.add(String.format(Locale.ROOT, "  %9s  together", "$" + cost.perMonth()));
    }

    private static String zones(@Nullable List<String> zones) {
        return zones == null ? "" : " in " + String.join(", ", zones);
    }

    private static String words(CacheReport.RollbackTarget target) {
        return target.snapshotId() + "  of " + target.startedAt().truncatedTo(ChronoUnit.SECONDS) + " by "
                + target.bakedBy() + (target.previous() ? ", the previous one" : "") + ": "
                + target.images().stream().map(ManifestImage::reference).collect(Collectors.joining(", "));
    }
}
