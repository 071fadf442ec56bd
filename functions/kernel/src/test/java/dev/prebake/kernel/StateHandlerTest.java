package dev.prebake.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.Context;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Proxy;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;

final class StateHandlerTest {
    record Greeting(String name, int times, @Nullable String note) {}

    /** A state's handler with the work that the test gives it. */
    static final class GreetingHandler extends StateHandler<Greeting, Greeting> {
        private final UnaryOperator<Greeting> work;

        GreetingHandler(UnaryOperator<Greeting> work) {
            super(Greeting.class);
            this.work = work;
        }

        @Override
        protected Greeting handle(Greeting input) {
            return work.apply(input);
        }
    }

    /** Lambda's context, of which these handlers want nothing. */
    private static final Context NO_CONTEXT = (Context) Objects.requireNonNull(Proxy.newProxyInstance(
            StateHandlerTest.class.getClassLoader(), new Class<?>[] {Context.class}, (_, method, _) -> {
                throw new AssertionError(method + " was asked of Lambda's context");
            }));

    private static String run(UnaryOperator<Greeting> work, String json) throws Exception {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        new GreetingHandler(work).handleRequest(new ByteArrayInputStream(json.getBytes(UTF_8)), output, NO_CONTEXT);
        return output.toString(UTF_8);
    }

    @Test
    @DisplayName("JSON becomes the request's record, and the result's record JSON")
    void throughRecords() throws Exception {
        assertThat(run(
                        greeting -> new Greeting(greeting.name() + "!", greeting.times() + 1, null),
                        "{\"name\":\"ü\",\"times\":1,\"unknown\":{}}"))
                .isEqualTo("{\"name\":\"ü!\",\"times\":2}");
    }

    @ParameterizedTest
    @DisplayName("a request that can't be read says so, names both sides and doesn't reach the work")
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "\"text\"",
                "{",
                "{\"name\":\"a\"}",
                "{\"name\":\"a\",\"times\":\"many\"}",
                "{\"name\":{},\"times\":1}"
            })
    void malformedRequest(String json) {
        assertThatThrownBy(() -> run(
                        _ -> {
                            throw new AssertionError("the work began");
                        },
                        json))
                .isInstanceOf(MalformedRequestException.class)
                .hasMessageStartingWith("Reading the request of GreetingHandler as Greeting failed: ")
                .hasMessageEndingWith("deploy both together.");
    }

    private static AwsServiceException answer(int status, String code) {
        return AwsServiceException.builder()
                .statusCode(status)
                .requestId("req-1")
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage("the service's words")
                        .build())
                .build();
    }

    private static void fail(RuntimeException error) throws Exception {
        run(
                _ -> {
                    throw error;
                },
                "{\"name\":\"a\",\"times\":1}");
    }

    @Test
    @DisplayName("throttling and AWS's own trouble become the error that the workflow repeats")
    void transientAnswers() {
        assertThatThrownBy(() -> fail(answer(400, "ThrottlingException")))
                .isInstanceOf(TransientAwsException.class)
                .hasMessageContaining("ThrottlingException: the service's words (HTTP 400, request ID req-1)");
        assertThatThrownBy(() -> fail(answer(503, "Unavailable"))).isInstanceOf(TransientAwsException.class);
    }

    @Test
    @DisplayName("no answer at all becomes the error that the workflow repeats")
    void noAnswer() {
        assertThatThrownBy(() -> fail(SdkClientException.create("Unable to execute HTTP request")))
                .isInstanceOf(TransientAwsException.class)
                .hasMessageContaining("got no answer from AWS: Unable to execute HTTP request");
    }

    @Test
    @DisplayName("a refusal becomes the error that the workflow doesn't repeat, with what to do")
    void refusals() {
        assertThatThrownBy(() -> fail(answer(403, "UnauthorizedOperation")))
                .isInstanceOf(AwsCallFailedException.class)
                .hasMessageContaining("UnauthorizedOperation")
                .hasMessageContaining("Allow this action in the role")
                .hasCauseInstanceOf(AwsServiceException.class);
    }

    @Test
    @DisplayName("the work's own errors stay what they are")
    void ownErrors() {
        MalformedReferenceException own = new MalformedReferenceException("x", "y");
        assertThatThrownBy(() -> fail(own)).isSameAs(own);
    }
}
