package dev.prebake.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.kernel.Json;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The JSON report")
class LocalReportTest {
    @Test
    @DisplayName("has these names, on which scripts rely")
    void names() throws JsonProcessingException {
        assertThat(json(Reports.measured())).isEqualTo(Json.mapper().readTree("""
                {
                  "execution": {
                    "name": "local-1",
                    "status": "SUCCEEDED",
                    "seconds": 11.7,
                    "modelledSeconds": 45.2,
                    "states": ["ApplyDefaults", "Done"],
                    "reused": false
                  },
                  "snapshot": {
                    "id": "snap-0a",
                    "volumeSizeGiB": 10,
                    "usedBytes": 354000000,
                    "images": [
                      {
                        "reference": "127.0.0.1:5055/app:1",
                        "digest": "sha256:aa",
                        "bytes": 141000000,
                        "unpackedBytes": 353000000
                      }
                    ]
                  },
                  "bake": {
                    "base": {"snapshotId": "snap-0b", "kept": true},
                    "fetchedBytes": 12000000,
                    "compressedBytes": 141000000
                  },
                  "parameter": {"name": "/prebake/default/snapshot-id", "value": "snap-0a"},
                  "podStart": {
                    "image": "127.0.0.1:5055/app:1",
                    "uncachedSeconds": 6.05,
                    "cachedSeconds": 1.67,
                    "warmSeconds": 1.46,
                    "ratio": 3.623,
                    "uncached": {"fetch": 0.62, "unpack": 3.71, "start": 0.4, "run": 1.33},
                    "cached": {"fetch": 0.0, "unpack": 0.0, "start": 0.44, "run": 1.24},
                    "warm": {"fetch": 0.0, "unpack": 0.0, "start": 0.35, "run": 1.11}
                  }
                }
                """));
    }

    @Test
    @DisplayName("says why pod starts weren't measured, and leaves out what there is none of")
    void notMeasured() throws JsonProcessingException {
        JsonNode report = json(Reports.notMeasured());

        assertThat(report.path("podStartNotMeasured").asText()).isEqualTo("you are not root");
        assertThat(report.has("podStart")).isFalse();
        assertThat(report.has("bake")).isFalse();
        assertThat(report.path("snapshot").has("usedBytes")).isFalse();
        assertThat(report.at("/snapshot/images/0").has("unpackedBytes")).isFalse();
    }

    @Test
    @DisplayName("of a failure has the error and no snapshot")
    void failed() throws JsonProcessingException {
        assertThat(json(Reports.ended("FAILED", "a.B", "why")))
                .isEqualTo(Json.mapper().readTree("""
                {
                  "execution": {
                    "name": "local-1",
                    "status": "FAILED",
                    "seconds": 2.5,
                    "modelledSeconds": 0.0,
                    "states": ["ApplyDefaults", "PlanBake"],
                    "error": "a.B",
                    "cause": "why"
                  }
                }
                """));
    }

    private static JsonNode json(LocalReport report) throws JsonProcessingException {
        return Json.mapper().readTree(Json.mapper().writeValueAsString(report));
    }
}
