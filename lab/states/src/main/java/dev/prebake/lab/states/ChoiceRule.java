package dev.prebake.lab.states;

/**
 * A rule of a Choice state.
 *
 * @param condition evaluates to a boolean
 */
record ChoiceRule(Template condition, Handover handover, String next) {}
