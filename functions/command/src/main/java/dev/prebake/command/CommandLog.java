package dev.prebake.command;

import dev.prebake.kernel.AwsError;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.cloudwatchlogs.model.CloudWatchLogsException;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogStreamsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.LogStream;
import software.amazon.awssdk.services.cloudwatchlogs.model.OutputLogEvent;

/**
 * A command's standard error as CloudWatch Logs has it. SSM itself shows none before the command's end; the agent sends it
 * to the log every few seconds
 * (https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-rc-setting-up-cwlogs.html).
 */
final class CommandLog {
    /** Progress comes once a second: more than enough to hold a whole line of it, and the end of a failure's words. */
    private static final int LINES = 20;

    private final CloudWatchLogsClient logs;

    CommandLog(CloudWatchLogsClient logs) {
        this.logs = logs;
    }

    /**
     * The last lines, oldest first; none while there is no stream, and none when CloudWatch has trouble: the bake goes on
     * without an audience.
     */
    List<String> lastLines(BakeCommand command) {
        try {
            return stream(command)
                    .map(stream -> read(command.logGroupName(), stream))
                    .orElse(List.of());
        } catch (CloudWatchLogsException e) {
            AwsError error = AwsError.of(e);
            if (error == AwsError.NOT_FOUND || error.isTransient()) {
                return List.of();
            }
            throw e;
        } catch (SdkClientException e) {
            return List.of();
        }
    }

    /** The stream's name has the step's name between these two, whose form the agent's versions differ in. */
    private Optional<String> stream(BakeCommand command) {
        var describe = DescribeLogStreamsRequest.builder()
                .logGroupName(command.logGroupName())
                .logStreamNamePrefix(command.commandId() + "/" + command.instanceId() + "/")
                .build();
        return logs.describeLogStreams(describe).logStreams().stream()
                .map(LogStream::logStreamName)
                .filter(name -> name.endsWith("/stderr"))
                .findFirst();
    }

    private List<String> read(String group, String stream) {
        var get = GetLogEventsRequest.builder()
                .logGroupName(group)
                .logStreamName(stream)
                .startFromHead(false)
                .limit(LINES)
                .build();
        return logs.getLogEvents(get).events().stream()
                .map(OutputLogEvent::message)
                .flatMap(String::lines)
                .toList();
    }
}
