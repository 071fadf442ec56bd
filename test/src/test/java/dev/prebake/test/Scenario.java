package dev.prebake.test;

import java.util.Locale;

/** What a run with faults finds and does. */
enum Scenario {
    /** The cache is new. */
    BAKE("a bake from empty", "one", 3),
    /** The wanted content is in a snapshot that another one has superseded. */
    REUSE("a reuse", "one", 3),
    /** The cache has a published snapshot, the base of the new one. */
    BASE("a bake from a base", "two", 3),
    /** The wanted content is published already, and the cache has a snapshot that is too old to stay. */
    RETIREMENT("a retirement", "one", 1),
    /** The wanted content is published already, and a node group has yet to get it. */
    ROLL_OUT("a roll-out", "one", 3);

    final String title;
    final String image;
    final int retained;

    Scenario(String title, String image, int retained) {
        this.title = title;
        this.image = image;
        this.retained = retained;
    }

    String cache() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    String parameter() {
        return "/prebake/" + cache() + "/snapshot-id";
    }

    /** Whether a run that succeeds publishes what wasn't. */
    boolean publishes() {
        return this != RETIREMENT && this != ROLL_OUT;
    }

    /** Whether it is this scenario that tries a function's faults; the others' would be the same again. */
    boolean tries(String function) {
        return switch (this) {
            case BAKE, REUSE, BASE -> true;
            case RETIREMENT -> function.equals("RetireSnapshots");
            case ROLL_OUT -> function.equals("RollOutNodes") || function.equals("AwaitRollOut");
        };
    }
}
