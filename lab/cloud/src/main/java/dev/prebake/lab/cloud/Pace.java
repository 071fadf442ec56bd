package dev.prebake.lab.cloud;

import java.time.Duration;

/**
 * Lab time that things take on top of the real time of their work, so that whoever polls finds them unfinished as often in each
 * run.
 *
 * @param start from an instance's launch to its running
 * @param bake from a command's sending to its beginning
 * @param copy from a snapshot's copy to its completion
 */
public record Pace(Duration start, Duration bake, Duration copy) {
    /** Nothing takes longer than its work. */
    public static final Pace REAL = new Pace(Duration.ZERO, Duration.ZERO, Duration.ZERO);
}
