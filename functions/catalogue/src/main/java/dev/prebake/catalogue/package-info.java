/** What a deployment consists of, as data: the functions, the workflow's definition, the bake's command document. */
@NullMarked
package dev.prebake.catalogue;

import org.jspecify.annotations.NullMarked;
