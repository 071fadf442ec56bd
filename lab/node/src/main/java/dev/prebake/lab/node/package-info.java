/** A node as EKS boots it, but for the GPU: containerd on a volume, pods started through the CRI as kubelet does. */
@NullMarked
package dev.prebake.lab.node;

import org.jspecify.annotations.NullMarked;
