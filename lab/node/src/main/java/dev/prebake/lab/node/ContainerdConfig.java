package dev.prebake.lab.node;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * containerd's settings on an EKS AL2023 node, as far as they bear on images and pod starts, for a host without systemd.
 * Sandboxes ask for a lower OOM score than even root in a container may set; containerd is told to settle for its own.
 *
 * <p>Sources: nodeadm's containerd template (overlayfs, discard_unpacked_layers, sandbox image) and containerd's
 * docs/cri/config.md (configuration version 2 for containerd 1.x, 3 for 2.x).
 */
final class ContainerdConfig {
    static final String ROOT = "/var/lib/containerd";
    static final String SOCKET = "/run/containerd/containerd.sock";
    static final String CERTS = "/run/prebake/certs.d";
    static final String FILE = "/run/prebake/containerd.toml";

    /** {@code containerd --version}: the program, its package, the version, the revision. */
    private static final Pattern VERSION = Pattern.compile("containerd\\s+\\S+\\s+v?(\\d+)\\.(\\d+)\\S*.*");

    private ContainerdConfig() {}

    /**
     * The configuration for a containerd.
     *
     * @param versionLine what {@code containerd --version} says
     */
    static String forVersion(String versionLine) {
        Matcher matcher = VERSION.matcher(versionLine.strip());
        if (!matcher.matches()) {
            throw new NodeException(
                    "`containerd --version` said \"%s\", which has no version number; Prebake knows containerd 1.6 to 2.x."
                            .formatted(versionLine.strip()));
        }
        return common(matcher.group(1).equals("1") ? 2 : 3) + (matcher.group(1).equals("1") ? VERSION_2 : VERSION_3);
    }

    private static String common(int version) {
        // The opt plugin and CNI would otherwise make folders in the host's /opt and /etc.
        return """
                version = %d
                root = "%s"
                state = "/run/containerd"

                [grpc]
                address = "%s"

                [plugins."io.containerd.internal.v1.opt"]
                path = "/run/prebake/opt"

                """.formatted(version, ROOT, SOCKET);
    }

    private static final String VERSION_2 = """
            [plugins."io.containerd.grpc.v1.cri"]
            sandbox_image = "%1$s"
            restrict_oom_score_adj = true

            [plugins."io.containerd.grpc.v1.cri".containerd]
            snapshotter = "overlayfs"
            default_runtime_name = "runc"
            discard_unpacked_layers = true

            [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
            runtime_type = "io.containerd.runc.v2"

            [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
            SystemdCgroup = false

            [plugins."io.containerd.grpc.v1.cri".cni]
            conf_dir = "/run/prebake/cni"

            [plugins."io.containerd.grpc.v1.cri".registry]
            config_path = "%2$s"
            """.formatted(PauseImage.REFERENCE, CERTS);

    private static final String VERSION_3 = """
            [plugins."io.containerd.cri.v1.images"]
            snapshotter = "overlayfs"
            discard_unpacked_layers = true

            [plugins."io.containerd.cri.v1.images".pinned_images]
            sandbox = "%1$s"

            [plugins."io.containerd.cri.v1.images".registry]
            config_path = "%2$s"

            [plugins."io.containerd.cri.v1.runtime"]
            restrict_oom_score_adj = true

            [plugins."io.containerd.cri.v1.runtime".containerd]
            default_runtime_name = "runc"

            [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
            runtime_type = "io.containerd.runc.v2"

            [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
            SystemdCgroup = false

            [plugins."io.containerd.cri.v1.runtime".cni]
            conf_dir = "/run/prebake/cni"
            """.formatted(PauseImage.REFERENCE, CERTS);
}
