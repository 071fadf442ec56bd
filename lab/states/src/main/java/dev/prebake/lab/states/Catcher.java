package dev.prebake.lab.states;

import java.util.List;

/** Where a state's failure leads, if it bears one of the names. */
record Catcher(List<String> errorEquals, Handover handover, String next) {}
