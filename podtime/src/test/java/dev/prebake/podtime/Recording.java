package dev.prebake.podtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.WatchEvent;
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
    /** The resource version that a recording's first change is given, which is left out of the file. */
    static final int FIRST_VERSION = 11;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final List<WatchEvent> changes = new ArrayList<>();
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
                recording.take(MAPPER.readTree(line));
            }
            return recording;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void take(JsonNode line) {
        Object object =
                new KubernetesSerialization().unmarshal(line.get("object").toString());
        if (object instanceof HasMetadata some) {
            some.getMetadata().setResourceVersion(String.valueOf(FIRST_VERSION + changes.size()));
        }
        take(new WatchEvent(object, line.get("type").textValue()));
    }

    private void take(WatchEvent change) {
        changes.add(change);
        Object object = change.getObject();
        if (object instanceof Pod pod) {
            PodVersion version = ClusterReading.pod(pod);
            versions.computeIfAbsent(version.name(), _ -> new ArrayList<>()).add(version);
            gone.put(version.name(), change.getType().equals("DELETED"));
        } else {
            PodEvent event = ClusterReading.event((Event) object);
            events.put(event.name(), event);
        }
    }

    /** What the watch of one kind sent, with resource versions that count up. */
    List<WatchEvent> changes(Class<? extends HasMetadata> kind) {
        return changes.stream()
                .filter(change -> kind.isInstance(change.getObject()))
                .toList();
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

    /** What was seen of a pod after each change from its first on. */
    List<PodHistory> growing(String pod) {
        Recording recording = new Recording();
        List<PodHistory> histories = new ArrayList<>();
        for (WatchEvent change : changes) {
            recording.take(change);
            if (recording.versions.containsKey(pod)) {
                histories.add(recording.history(pod));
            }
        }
        return histories;
    }

    /** How a pod started. */
    PodTimeline timeline(String pod) {
        return PodTimeline.of(history(pod));
    }
}
