package dev.prebake.plan;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the state PlanBake hands in.
 *
 * @param input the execution's input, merged over the deployment's defaults; any JSON at all, since refusing it in words is
 *     this state's job
 * @param kmsKeyArn the deployment's KMS key for volumes and snapshots; absent: the account's default for EBS
 * @param now when PlanBake was entered
 */
public record PlanRequest(
        @Nullable JsonNode input, @Nullable String kmsKeyArn, Instant now) {}
