package dev.prebake.lab.cloud;

import dev.prebake.lab.wire.AwsFault;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.scheduler.model.ConflictException;
import software.amazon.awssdk.services.scheduler.model.ResourceNotFoundException;
import software.amazon.awssdk.services.scheduler.model.ValidationException;

/** EventBridge Scheduler's errors, with the statuses of its API reference. */
final class SchedulerFault {
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;

    private SchedulerFault() {}

    static AwsServiceException validation(String message) {
        return AwsFault.of(ValidationException.builder(), AwsAnswers.BAD_REQUEST, "ValidationException", message);
    }

    static AwsServiceException notFound(String message) {
        return AwsFault.of(ResourceNotFoundException.builder(), NOT_FOUND, "ResourceNotFoundException", message);
    }

    static AwsServiceException conflict(String message) {
        return AwsFault.of(ConflictException.builder(), CONFLICT, "ConflictException", message);
    }
}
