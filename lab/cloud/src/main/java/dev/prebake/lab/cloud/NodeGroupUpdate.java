package dev.prebake.lab.cloud;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.eks.model.ErrorDetail;
import software.amazon.awssdk.services.eks.model.LaunchTemplateSpecification;
import software.amazon.awssdk.services.eks.model.Update;
import software.amazon.awssdk.services.eks.model.UpdateNodegroupVersionRequest;
import software.amazon.awssdk.services.eks.model.UpdateParam;
import software.amazon.awssdk.services.eks.model.UpdateParamType;
import software.amazon.awssdk.services.eks.model.UpdateStatus;
import software.amazon.awssdk.services.eks.model.UpdateType;

/**
 * An update of a node group.
 *
 * @param id its ID
 * @param request what was asked for
 * @param launchTemplate the launch template's version that nodes are renewed from; absent when EKS made the template
 * @param startedAt when it was asked for
 * @param endsAt when it ends
 * @param failure what it ends with; absent when it succeeds
 */
record NodeGroupUpdate(
        String id,
        UpdateNodegroupVersionRequest request,
        @Nullable LaunchTemplateSpecification launchTemplate,
        Instant startedAt,
        Instant endsAt,
        @Nullable ErrorDetail failure) {
    UpdateStatus statusAt(Instant now) {
        if (now.isBefore(endsAt)) {
            return UpdateStatus.IN_PROGRESS;
        }
        return failure == null ? UpdateStatus.SUCCESSFUL : UpdateStatus.FAILED;
    }

    /** As EKS answers it at a moment. */
    Update answerAt(Instant now) {
        Update.Builder answer = Update.builder()
                .id(id)
                .type(UpdateType.VERSION_UPDATE)
                .status(statusAt(now))
                .createdAt(startedAt);
        if (launchTemplate != null) {
            answer.params(
                    param(UpdateParamType.LAUNCH_TEMPLATE_NAME, launchTemplate.name()),
                    param(UpdateParamType.LAUNCH_TEMPLATE_VERSION, launchTemplate.version()));
        }
        return statusAt(now) == UpdateStatus.FAILED ? answer.errors(failure).build() : answer.build();
    }

    private static UpdateParam param(UpdateParamType type, String value) {
        return UpdateParam.builder().type(type).value(value).build();
    }
}
