package dev.prebake.operate;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a cache's snapshots cost a month while nothing is baked, at list prices. It is computed, and no bill: a price list of one Region
 * and month stands in for the account's own prices, and what EBS bills a snapshot for is known in bounds alone.
 *
 * @param currency {@code USD}
 * @param priceList the Region and the month of the prices
 * @param inRegion whether that is the deployment's Region
 * @param hours hours of a month
 * @param items what it is made up of
 * @param perMonth their sum
 * @see <a href="https://aws.amazon.com/ebs/pricing/">Amazon EBS pricing</a>
 */
public record MonthlyCost(
        String currency, String priceList, boolean inRegion, int hours, List<Item> items, BigDecimal perMonth) {
    static final String REGION = "us-east-1";
    static final String PRICE_LIST = "US East (N. Virginia), November 2026";
    static final int HOURS = 730;
    /** A data services unit-hour: one snapshot for an hour in one availability zone. */
    static final BigDecimal FAST_RESTORE_HOUR = new BigDecimal("0.75");
    /** Of the standard tier. */
    static final BigDecimal STORED_GB_MONTH = new BigDecimal("0.05");

    private static final BigDecimal GB = BigDecimal.valueOf(1_000_000_000);
    private static final long GIB = 1L << 30;
    private static final int CENTS = 2;
    private static final int MEGABYTES = 3;

    /**
     * A line of it.
     *
     * @param what {@code fastSnapshotRestore} or {@code snapshotStorage}
     * @param snapshotId of which snapshot
     * @param zones in which availability zones; absent for storage
     * @param quantity how much a month
     * @param unit of what: {@code DSU-hour} or {@code GB-month}
     * @param unitPrice price of one
     * @param perMonth quantity times price, in cents
     * @param estimate why the bill may be another; absent when the quantity is exact
     */
    public record Item(
            String what,
            String snapshotId,
            @Nullable List<String> zones,
            BigDecimal quantity,
            String unit,
            BigDecimal unitPrice,
            BigDecimal perMonth,
            @Nullable String estimate) {}

    /**
     * A snapshot that is kept.
     *
     * @param snapshotId its ID
     * @param volumeSizeGiB size of its volume
     * @param usedBytes bytes used in its file system; absent when not known
     * @param isPublished whether it is the published one
     */
    record Kept(
            String snapshotId, int volumeSizeGiB, @Nullable Long usedBytes, boolean isPublished) {}

    /**
     * Computes it.
     *
     * @param kept the snapshots
     * @param fastRestoreZones zones in which Fast Snapshot Restore is on, or on its way there, by snapshot
     */
    static MonthlyCost of(String region, List<Kept> kept, Map<String, List<String>> fastRestoreZones) {
        List<Item> items = new ArrayList<>();
        fastRestoreZones.forEach((snapshotId, zones) -> items.add(item(
                "fastSnapshotRestore",
                snapshotId,
                zones,
                BigDecimal.valueOf((long) zones.size() * HOURS),
                "DSU-hour",
                FAST_RESTORE_HOUR,
                null)));
        kept.forEach(snapshot -> items.add(storage(snapshot)));
        return new MonthlyCost(
                "USD",
                PRICE_LIST,
                region.equals(REGION),
                HOURS,
                List.copyOf(items),
                items.stream().map(Item::perMonth).reduce(BigDecimal.ZERO.setScale(CENTS), BigDecimal::add));
    }

    private static Item storage(Kept snapshot) {
        long bytes = Objects.requireNonNullElse(snapshot.usedBytes(), snapshot.volumeSizeGiB() * GIB);
        String what = snapshot.usedBytes() == null ? "the volume's size" : "the bytes used in its file system";
        return item(
                "snapshotStorage",
                snapshot.snapshotId(),
                null,
                BigDecimal.valueOf(bytes).divide(GB, MEGABYTES, RoundingMode.HALF_UP),
                "GB-month",
                STORED_GB_MONTH,
                snapshot.isPublished()
                        ? "by " + what + "; EBS bills blocks written"
                        : "at most: by " + what + "; EBS bills blocks that no other snapshot has");
    }

    private static Item item(
            String what,
            String snapshotId,
            @Nullable List<String> zones,
            BigDecimal quantity,
            String unit,
            BigDecimal unitPrice,
            @Nullable String estimate) {
        return new Item(
                what,
                snapshotId,
                zones,
                quantity,
                unit,
                unitPrice,
                quantity.multiply(unitPrice).setScale(CENTS, RoundingMode.HALF_UP),
                estimate);
    }
}
