package dev.prebake.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sfn.model.StateMachineListItem;

@DisplayName("The state machine")
class StateMachinesTest {
    private final ScriptedStates states = new ScriptedStates();

    @Test
    @DisplayName("is the only one with the workflow's definition, whatever others there are")
    void only() throws IOException {
        add("a", "{\"Comment\":\"Somebody else's\"}");
        add("b", Files.readString(Path.of("../statemachine/rebuild-on-push.asl.json")));
        add("c", Files.readString(Path.of("../statemachine/image-cache.asl.json")));
        add("d", "{\"StartAt\":\"Done\"}");
        add("e", "encrypted");

        assertThat(new StateMachines(states).only()).isEqualTo("c");
    }

    @Test
    @DisplayName("has to be named where there are several, which the error lists, or none")
    void namesThem() {
        assertThatThrownBy(() -> new StateMachines(states).only())
                .isInstanceOf(OperateException.class)
                .hasMessageContainingAll("AWS_REGION", "--state-machine");

        add("arn:one", "{\"Comment\":\"" + StateMachines.COMMENT + "\"}");
        add("arn:two", "{\"Comment\":\"" + StateMachines.COMMENT + "\"}");
        assertThatThrownBy(() -> new StateMachines(states).only())
                .isInstanceOf(OperateException.class)
                .hasMessageContainingAll("--state-machine", "\n  arn:one", "\n  arn:two");
    }

    private void add(String arn, String definition) {
        states.machines.add(StateMachineListItem.builder()
                .stateMachineArn(arn)
                .name(definition)
                .build());
    }
}
