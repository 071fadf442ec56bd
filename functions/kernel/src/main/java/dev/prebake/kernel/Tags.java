package dev.prebake.kernel;

/**
 * The tags by which everything that a bake makes is found again: the builder, its volume and the snapshot carry them from
 * the call that creates them, so that nothing is ever made without them.
 */
public final class Tags {
    /**
     * The cache's name; present on everything of ours, and with whatever value on the launch templates of other people's node groups
     * that may be given snapshots.
     */
    public static final String CACHE = "prebake:cache";
    /** The name of the execution that made it. */
    public static final String EXECUTION = "prebake:execution";
    /** What determines a snapshot's content; equal fingerprints, equal content. */
    public static final String FINGERPRINT = "prebake:fingerprint";
    /** Bytes used in the snapshot's file system, a decimal number. */
    public static final String USED_BYTES = "prebake:used-bytes";
    /** Architecture of the images inside a snapshot, {@code amd64} or {@code arm64}. */
    public static final String ARCHITECTURE = "prebake:architecture";
    /**
     * ID of another snapshot: the one that a builder's volume was made from, or whose content a snapshot was baked on.
     * Absent where the bake began empty.
     */
    public static final String BASE = "prebake:base";
    /** The images inside with short digests, as far as a tag's 256 characters go; the published manifest has them whole. */
    public static final String IMAGES = "prebake:images";
    /** No tag: what the descriptions of launch template versions begin with that RollOutNodes makes. */
    public static final String ROLLED_OUT = "prebake ";
    /** What the console shows. */
    public static final String NAME = "Name";

    private Tags() {}
}
