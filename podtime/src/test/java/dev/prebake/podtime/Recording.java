package dev.prebake.podtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a real API server's watches of pods and events sent, in the order that it came: a file of the test resources of
 * recorded/, with a watch event a line. Left out are
 * fields that nobody reads here, and warnings of the cluster's missing DNS setting.
 */
final class Recording {
    private final Map<String, List<PodVersion>> versions = new LinkedHashMap<>();
    private final Map<String, PodEvent> events = new LinkedHashMap<>();
    private final Map<String, Boolean> gone = new LinkedHashMap<>();

    private Recording() {}

    /** Reads a recording by its name, as in {@code 1.20/pulled}. */
    static Recording of(String name) {
        Recording recording = new Recording();
        try (InputStream in = Recording.class.getResourceAsStream("recorded/" + name + ".jsonl")) {
            if (in == null) {
                throw new IllegalArgumentException("There is no recording " + name);
            }
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                recording.take(new ObjectMapper().readTree(line));
            }
            return recording;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void take(JsonNode change) {
        Object object =
                new KubernetesSerialization().unmarshal(change.get("object").toString());
        if (object instanceof Pod pod) {
            PodVersion version = ClusterReading.pod(pod);
            versions.computeIfAbsent(version.name(), _ -> new ArrayList<>()).add(version);
            gone.put(version.name(), change.get("type").textValue().equals("DELETED"));
        } else {
            PodEvent event = ClusterReading.event((Event) object);
            events.put(event.name(), event);
        }
    }

    /** What was seen of a pod. */
    PodHistory history(String pod) {
        List<PodVersion> its = versions.getOrDefault(pod, List.of());
        String uid = its.getLast().uid();
        return new PodHistory(
                its,
                events.values().stream()
                        .filter(event -> event.podUid().equals(uid))
                        .toList(),
                Boolean.TRUE.equals(gone.get(pod)));
    }

    /** How a pod started. */
    PodTimeline timeline(String pod) {
        return PodTimeline.of(history(pod));
    }
}
