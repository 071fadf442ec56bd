package dev.prebake.turn;

import java.util.List;

/**
 * An execution's place in its cache's line.
 *
 * @param ticket its number
 * @param ahead who stands before it, first in line first; those at the front that are over are left out
 * @param replan whether another execution of the cache may have been at work since the plan was made, so that the plan has to be made again
 */
public record Turn(long ticket, List<Predecessor> ahead, boolean replan) {}
