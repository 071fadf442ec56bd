/** Tests of layouts, the registry and the sample image. */
@NullMarked
package dev.prebake.lab.registry;

import org.jspecify.annotations.NullMarked;
