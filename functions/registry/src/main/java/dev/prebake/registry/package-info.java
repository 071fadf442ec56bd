/** Container registries, by the pull half of the OCI distribution specification: the same rules for whoever asks them. */
@NullMarked
package dev.prebake.registry;

import org.jspecify.annotations.NullMarked;
