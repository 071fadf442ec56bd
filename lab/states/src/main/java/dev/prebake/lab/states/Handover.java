package dev.prebake.lab.states;

import org.jspecify.annotations.Nullable;

/**
 * What a transition leaves behind. Both are evaluated with the variables as they were before.
 *
 * @param assign the variables it sets; null for none
 * @param output what the next state gets; null for what the state itself would hand on
 */
record Handover(Template.@Nullable Members assign, @Nullable Template output) {
    static final Handover NOTHING = new Handover(null, null);
}
