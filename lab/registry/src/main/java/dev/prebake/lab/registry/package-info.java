/** Images and the registry that serves them on loopback: OCI layouts on disk, a read-only registry, a real sample image. */
@NullMarked
package dev.prebake.lab.registry;

import org.jspecify.annotations.NullMarked;
