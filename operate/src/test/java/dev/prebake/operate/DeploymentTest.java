package dev.prebake.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A deployment")
class DeploymentTest {
    private static final String ARN = "arn:aws:states:eu-central-1:123456789012:stateMachine:ImageCache";
    private static final String KEY = "arn:aws:kms:eu-central-1:123456789012:key/1";

    @Test
    @DisplayName("has its defaults and its key in the definition")
    void ofDefinition() throws Exception {
        Deployment deployment = Deployment.of(ARN, definition("{\"cacheName\":\"llm\",\"images\":[\"a:1\"]}", KEY));

        assertThat(deployment.defaults()).isEqualTo(json("{\"cacheName\":\"llm\",\"images\":[\"a:1\"]}"));
        assertThat(deployment.kmsKeyArn()).isEqualTo(KEY);
        assertThat(deployment.region()).isEqualTo("eu-central-1");
        assertThat(Deployment.of(ARN, definition("{}", "none")).kmsKeyArn()).isNull();
    }

    @Test
    @DisplayName("has an input go over its defaults, for the cache and its parameter too")
    void input() throws Exception {
        Deployment deployment = Deployment.of(ARN, definition("{\"cacheName\":\"llm\",\"retainSnapshots\":3}", "none"));
        ObjectNode other = json("{\"cacheName\":\"other\"}");

        assertThat(deployment.cacheName(json("{}"))).isEqualTo("llm");
        assertThat(deployment.parameterName(json("{}"))).isEqualTo("/prebake/llm/snapshot-id");
        assertThat(deployment.cacheName(other)).isEqualTo("other");
        assertThat(deployment.parameterName(other)).isEqualTo("/prebake/other/snapshot-id");
        assertThat(deployment.parameterName(json("{\"parameterName\":\"/mine\"}")))
                .isEqualTo("/mine");
        assertThat(deployment.effective(other)).isEqualTo(json("{\"cacheName\":\"other\",\"retainSnapshots\":3}"));
    }

    @Test
    @DisplayName("isn't read from another state machine's definition")
    void foreign() {
        for (String definition :
                new String[] {"{}", "no JSON", "{\"States\":{\"ApplyDefaults\":{\"Output\":\"{% 1 %}\"}}}"}) {
            assertThatThrownBy(() -> Deployment.of(ARN, definition))
                    .isInstanceOf(OperateException.class)
                    .hasMessageContaining(ARN)
                    .hasMessageContaining("--state-machine");
        }
    }

    private static String definition(String defaults, String key) throws IOException {
        return Files.readString(Path.of("../statemachine/image-cache.asl.json"))
                .replace(
                        "${Defaults}",
                        new String(JsonStringEncoder.getInstance().quoteAsString(defaults)))
                .replace("${KmsKeyArn}", key);
    }

    private static ObjectNode json(String text) throws IOException {
        return (ObjectNode) new ObjectMapper().readTree(text);
    }
}
