package dev.prebake.lab.cloud;

import dev.prebake.lab.wire.AwsFault;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogStreamsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogStreamsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.InvalidParameterException;
import software.amazon.awssdk.services.cloudwatchlogs.model.LogStream;
import software.amazon.awssdk.services.cloudwatchlogs.model.OutputLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.ResourceNotFoundException;

/** CloudWatch Logs, as far as the output of commands goes through it: groups with streams of lines, kept for a run. */
final class LabLogs implements CloudWatchLogsClient {
    private static final int DEFAULT_LIMIT = 10_000;
    private static final String FORWARD = "f/";
    private static final String BACKWARD = "b/";

    private final InstantSource clock;
    private final Map<String, Map<String, List<OutputLogEvent>>> groups = new ConcurrentSkipListMap<>();
    private final List<Consumer<LogLine>> followers = new CopyOnWriteArrayList<>();

    LabLogs(InstantSource clock) {
        this.clock = clock;
    }

    /** Adds a line to a stream, as an agent would. */
    void put(String group, String stream, String line) {
        groups.computeIfAbsent(group, name -> new ConcurrentSkipListMap<>())
                .computeIfAbsent(stream, name -> new CopyOnWriteArrayList<>())
                .add(OutputLogEvent.builder()
                        .timestamp(clock.millis())
                        .ingestionTime(clock.millis())
                        .message(line)
                        .build());
        followers.forEach(follower -> follower.accept(new LogLine(group, stream, line)));
    }

    /** Hands every line on as it comes. */
    void follow(Consumer<LogLine> follower) {
        followers.add(follower);
    }

    @Override
    public DescribeLogStreamsResponse describeLogStreams(DescribeLogStreamsRequest request) {
        String prefix = request.logStreamNamePrefix() == null ? "" : request.logStreamNamePrefix();
        return DescribeLogStreamsResponse.builder()
                .logStreams(group(request.logGroupName(), request.logGroupIdentifier()).keySet().stream()
                        .filter(name -> name.startsWith(prefix))
                        .map(name -> LogStream.builder().logStreamName(name).build())
                        .toList())
                .build();
    }

    @Override
    public GetLogEventsResponse getLogEvents(GetLogEventsRequest request) {
        List<OutputLogEvent> events =
                group(request.logGroupName(), request.logGroupIdentifier()).get(request.logStreamName());
        if (events == null) {
            throw notFound("The specified log stream does not exist.");
        }
        List<OutputLogEvent> all = new ArrayList<>(events);
        int limit = request.limit() == null ? DEFAULT_LIMIT : request.limit();
        String token = request.nextToken();
        boolean forward = token == null ? Boolean.TRUE.equals(request.startFromHead()) : token.startsWith(FORWARD);
        int start = token == null ? (forward ? 0 : all.size()) : position(token);
        int from = forward ? Math.min(start, all.size()) : Math.max(0, start - limit);
        int to = forward ? Math.min(all.size(), from + limit) : Math.min(start, all.size());
        return GetLogEventsResponse.builder()
                .events(all.subList(Math.min(from, to), to))
                .nextForwardToken(FORWARD + to)
                .nextBackwardToken(BACKWARD + from)
                .build();
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {
        // Nothing is held.
    }

    /** The event that a page ends before or the next one begins with. */
    private static int position(String token) {
        try {
            return Integer.parseInt(token.substring(token.indexOf('/') + 1));
        } catch (NumberFormatException e) {
            throw invalid("The specified nextToken is invalid.");
        }
    }

    /** The group of a name, or of an identifier, which is a name or an ARN. */
    private Map<String, List<OutputLogEvent>> group(@Nullable String name, @Nullable String identifier) {
        String asked = name == null ? identifier : name;
        if (asked == null || (name != null && identifier != null)) {
            throw invalid("You must include either logGroupIdentifier or logGroupName, but not both.");
        }
        Map<String, List<OutputLogEvent>> group =
                groups.get(asked.replaceFirst("^arn:[^:]*:logs:[^:]*:[^:]*:log-group:", ""));
        if (group == null) {
            throw notFound("The specified log group does not exist.");
        }
        return group;
    }

    private static RuntimeException invalid(String message) {
        return AwsFault.of(
                InvalidParameterException.builder(), AwsAnswers.BAD_REQUEST, "InvalidParameterException", message);
    }

    private static RuntimeException notFound(String message) {
        return AwsFault.of(
                ResourceNotFoundException.builder(), AwsAnswers.BAD_REQUEST, "ResourceNotFoundException", message);
    }

    /**
     * A line of a log.
     *
     * @param group the log group
     * @param stream the stream in it
     * @param text the line, without its end
     */
    record LogLine(String group, String stream, String text) {}
}
