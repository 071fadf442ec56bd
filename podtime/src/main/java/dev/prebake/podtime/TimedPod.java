package dev.prebake.podtime;

/**
 * A timeline of one of several runs.
 *
 * @param variant what was applied or collected
 * @param run counted from 1
 * @param timeline how the pod started
 */
public record TimedPod(String variant, int run, PodTimeline timeline) {}
