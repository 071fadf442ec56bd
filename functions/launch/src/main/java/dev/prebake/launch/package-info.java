/** The states LaunchBuilder and AwaitBuilder: the instance that bakes. */
@NullMarked
package dev.prebake.launch;

import org.jspecify.annotations.NullMarked;
