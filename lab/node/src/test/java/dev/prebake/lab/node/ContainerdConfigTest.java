package dev.prebake.lab.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContainerdConfigTest {
    @ParameterizedTest
    @CsvSource({
        "containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u3, version = 2, io.containerd.grpc.v1.cri",
        "containerd github.com/containerd/containerd 1.7.24~ds1 1.7.24~ds1-6, version = 2, io.containerd.grpc.v1.cri",
        "containerd github.com/containerd/containerd/v2 2.1.9 2.1.9-1, version = 3, io.containerd.cri.v1.images",
        "containerd github.com/containerd/containerd/v2 v2.2.0 1c4457e, version = 3, io.containerd.cri.v1.runtime"
    })
    @DisplayName("containerd 1.x gets a configuration of version 2, 2.x one of version 3 with its own plugin names")
    void knowsTheVersions(String version, String configVersion, String plugin) {
        assertThat(ContainerdConfig.forVersion(version + "\n"))
                .startsWith(configVersion + "\n")
                .contains(plugin)
                .contains("\"localhost/kubernetes/pause:latest\"")
                .contains("discard_unpacked_layers = true");
    }

    @Test
    @DisplayName("A containerd that doesn't say its version is refused with what it said")
    void refusesTheUnknown() {
        assertThatThrownBy(() -> ContainerdConfig.forVersion("nonsense"))
                .isInstanceOf(NodeException.class)
                .hasMessageContaining("\"nonsense\"");
    }
}
