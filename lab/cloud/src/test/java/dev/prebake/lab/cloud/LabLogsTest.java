package dev.prebake.lab.cloud;

import static dev.prebake.lab.cloud.Doubles.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.prebake.lab.clock.LabClock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogStreamsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.LogStream;
import software.amazon.awssdk.services.cloudwatchlogs.model.OutputLogEvent;

@DisplayName("The lab's logs")
class LabLogsTest {
    private final LabLogs logs = new LabLogs(LabClock.frozenAt(Doubles.START));

    @Test
    @DisplayName("The last lines come when nothing else is asked for")
    void tail() {
        write(5);

        assertThat(texts(get(get().limit(2)))).containsExactly("line 3", "line 4");
        assertThat(texts(get(get().limit(2).startFromHead(false)))).containsExactly("line 3", "line 4");
        assertThat(texts(get(get()))).hasSize(5);
        assertThat(get(get()).events().getFirst().timestamp()).isEqualTo(Doubles.START.toEpochMilli());
    }

    @Test
    @DisplayName("From the head a reader comes page by page to the end, and from there to what was written since")
    void forward() {
        write(5);

        GetLogEventsResponse first = get(get().limit(2).startFromHead(true));
        GetLogEventsResponse second = get(get().limit(2).startFromHead(true).nextToken(first.nextForwardToken()));
        GetLogEventsResponse third = get(get().limit(2).startFromHead(true).nextToken(second.nextForwardToken()));
        GetLogEventsResponse end = get(get().limit(2).startFromHead(true).nextToken(third.nextForwardToken()));
        assertThat(texts(first)).containsExactly("line 0", "line 1");
        assertThat(texts(second)).containsExactly("line 2", "line 3");
        assertThat(texts(third)).containsExactly("line 4");
        assertThat(texts(end)).isEmpty();
        assertThat(end.nextForwardToken()).isEqualTo(third.nextForwardToken());

        logs.put("group", "stream", "more");
        assertThat(texts(get(get().startFromHead(true).nextToken(end.nextForwardToken()))))
                .containsExactly("more");
    }

    @Test
    @DisplayName("From the tail a reader comes page by page to the head")
    void backward() {
        write(5);

        GetLogEventsResponse last = get(get().limit(2));
        GetLogEventsResponse middle = get(get().limit(2).nextToken(last.nextBackwardToken()));
        GetLogEventsResponse first = get(get().limit(2).nextToken(middle.nextBackwardToken()));
        GetLogEventsResponse head = get(get().limit(2).nextToken(first.nextBackwardToken()));
        assertThat(texts(middle)).containsExactly("line 1", "line 2");
        assertThat(texts(first)).containsExactly("line 0");
        assertThat(texts(head)).isEmpty();
        assertThat(head.nextBackwardToken()).isEqualTo(first.nextBackwardToken());
    }

    @Test
    @DisplayName("An unknown group or stream is ResourceNotFoundException")
    void unknown() {
        assertRefused("ResourceNotFoundException", "group", () -> get(get()));
        write(1);
        assertRefused("ResourceNotFoundException", "stream", () -> get(get().logStreamName("other")));
        assertRefused(
                "ResourceNotFoundException",
                "group",
                () -> logs.describeLogStreams(DescribeLogStreamsRequest.builder()
                        .logGroupName("other")
                        .build()));
    }

    @Test
    @DisplayName("A group's streams are found by the beginning of their names")
    void streams() {
        for (String stream : List.of("b/stderr", "a/stdout", "a/stderr")) {
            logs.put("group", stream, "line");
        }

        assertThat(streams("a/")).containsExactly("a/stderr", "a/stdout");
        assertThat(streams(null)).hasSize(3);
        assertThat(streams("c")).isEmpty();
    }

    @Test
    @DisplayName("A group is asked for by its name or by its identifier, by one of the two")
    void identified() {
        write(1);
        var request = DescribeLogStreamsRequest.builder();

        assertRefused("InvalidParameterException", "but not both", () -> logs.describeLogStreams(request.build()));
        assertThat(logs.describeLogStreams(
                                request.logGroupIdentifier("arn:aws:logs:us-east-1:123456789012:log-group:group")
                                        .build())
                        .logStreams())
                .hasSize(1);
        assertRefused(
                "InvalidParameterException",
                "but not both",
                () -> logs.describeLogStreams(request.logGroupName("group").build()));
    }

    @Test
    @DisplayName("A follower gets every line as it comes, with its place")
    void follows() {
        var seen = new ArrayList<LabLogs.LogLine>();
        write(1);
        logs.follow(seen::add);
        logs.put("group", "stream", "next");

        assertThat(seen).containsExactly(new LabLogs.LogLine("group", "stream", "next"));
    }

    private void write(int lines) {
        IntStream.range(0, lines).forEach(i -> logs.put("group", "stream", "line " + i));
    }

    private static GetLogEventsRequest.Builder get() {
        return GetLogEventsRequest.builder().logGroupName("group").logStreamName("stream");
    }

    private GetLogEventsResponse get(GetLogEventsRequest.Builder request) {
        return logs.getLogEvents(request.build());
    }

    private static List<String> texts(GetLogEventsResponse response) {
        return response.events().stream().map(OutputLogEvent::message).toList();
    }

    private List<String> streams(@Nullable String prefix) {
        return logs
                .describeLogStreams(DescribeLogStreamsRequest.builder()
                        .logGroupName("group")
                        .logStreamNamePrefix(prefix)
                        .build())
                .logStreams()
                .stream()
                .map(LogStream::logStreamName)
                .toList();
    }
}
