package dev.prebake.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A node group's name")
class NodeGroupTest {
    @ParameterizedTest
    @DisplayName("is read and written as cluster/nodegroup")
    @ValueSource(strings = {"ml/gpu", "A_1-b/9", "prod-eu_1/GpuNodes-ABC123"})
    void roundTrip(String text) throws Exception {
        NodeGroup group = Json.mapper().readValue("\"" + text + "\"", NodeGroup.class);
        assertThat(group).hasToString(text);
        assertThat(NodeGroup.parse(text)).contains(group);
        assertThat(Json.mapper().writeValueAsString(group)).isEqualTo("\"" + text + "\"");
    }

    @Test
    @DisplayName("has room for 100 and 63 characters")
    void lengths() {
        String longest = "c".repeat(100) + "/" + "n".repeat(63);
        assertThat(NodeGroup.parse(longest)).contains(new NodeGroup("c".repeat(100), "n".repeat(63)));
        assertThat(NodeGroup.parse("c" + longest)).isEmpty();
        assertThat(NodeGroup.parse(longest + "n")).isEmpty();
    }

    @ParameterizedTest
    @DisplayName("is nothing else: not a part of it, nor an ARN, nor what a shell would expand")
    @ValueSource(
            strings = {
                "",
                "ml",
                "ml/",
                "/gpu",
                "ml/gpu/x",
                "-ml/gpu",
                "ml/_gpu",
                "ml/g pu",
                "ml/gpu\n",
                "ml/$(id)",
                "arn:aws:eks:eu-central-1:123456789012:nodegroup/ml/gpu/1"
            })
    void refuses(String text) {
        assertThat(NodeGroup.parse(text)).isEmpty();
        assertThatThrownBy(() -> Json.mapper().readValue(Json.mapper().writeValueAsString(text), NodeGroup.class))
                .isInstanceOf(JsonProcessingException.class)
                .hasMessageContaining("is no cluster/nodegroup of EKS");
    }
}
