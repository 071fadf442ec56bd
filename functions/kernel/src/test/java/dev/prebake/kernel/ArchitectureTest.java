package dev.prebake.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {
    @Test
    @DisplayName("an architecture is its OCI name in JSON, both ways")
    void json() throws Exception {
        for (Architecture architecture : Architecture.values()) {
            String json = Json.mapper().writeValueAsString(architecture);
            assertThat(json).isEqualTo("\"" + architecture.ociName() + "\"");
            assertThat(Json.mapper().readValue(json, Architecture.class)).isEqualTo(architecture);
        }
    }

    @Test
    @DisplayName("images say amd64 and arm64, EC2 says x86_64 and arm64")
    void names() {
        assertThat(Architecture.AMD64)
                .hasToString("amd64")
                .extracting(Architecture::ec2Name)
                .isEqualTo("x86_64");
        assertThat(Architecture.ARM64)
                .hasToString("arm64")
                .extracting(Architecture::ec2Name)
                .isEqualTo("arm64");
    }

    @Test
    @DisplayName("another name is refused")
    void refusesOthers() {
        assertThatThrownBy(() -> Json.mapper().readValue("\"x86_64\"", Architecture.class))
                .isInstanceOf(JsonProcessingException.class)
                .hasMessageContaining("x86_64");
    }
}
