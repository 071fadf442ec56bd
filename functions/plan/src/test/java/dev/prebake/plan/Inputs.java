package dev.prebake.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.kernel.Json;
import java.time.Instant;

/** Inputs of tests. */
final class Inputs {
    static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private Inputs() {}

    static JsonNode json(String text) {
        try {
            return Json.mapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    /** A valid input in which every field is given. */
    static ObjectNode full() {
        return (ObjectNode) json("""
                {
                  "cacheName": "gpu",
                  "images": ["nvcr.io/nvidia/pytorch:24.08-py3", "busybox"],
                  "registries": {
                    "nvcr.io": {"secretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:nvcr-AbCdEf"},
                    "unused.example.com": {"caParameter": "/ca"}
                  },
                  "architecture": "amd64",
                  "instanceTypes": ["m7i.4xlarge"],
                  "volumeSizeGiB": 64,
                  "volumeIops": 4000,
                  "volumeThroughputMiBps": 500,
                  "fastRestoreZones": ["us-east-1a"],
                  "retainSnapshots": 2,
                  "parameterName": "/caches/gpu",
                  "nodeGroups": ["ml/gpu-a", "ml/gpu-b"],
                  "retentionDryRun": true,
                  "rollbackTo": null,
                  "force": true
                }
                """);
    }

    /** The full input with one field changed; {@code value} is JSON. */
    static ObjectNode with(String field, String value) {
        ObjectNode input = full();
        input.set(field, json(value));
        return input;
    }
}
