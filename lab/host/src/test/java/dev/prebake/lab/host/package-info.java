/** Tests of the lab's data planes. */
@NullMarked
package dev.prebake.lab.host;

import org.jspecify.annotations.NullMarked;
