package dev.prebake.podtime;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Objects in the shapes that a cluster gives them, from the files of this package's test resources. Their times are moved, so
 * that the pod was created in a given second.
 */
final class ClusterObjects {
    private static final Instant WRITTEN = Instant.parse("2026-11-26T12:00:00Z");

    private final Instant created;

    /** Objects of a pod that was created in this second. */
    ClusterObjects(Instant created) {
        this.created = created.truncatedTo(ChronoUnit.SECONDS);
    }

    /** A pod from a file, under a name. */
    Pod pod(String file, String name) {
        Pod pod = read(file, Pod.class);
        pod.getMetadata().setName(name);
        return pod;
    }

    Pod owned(Pod pod, String kind, HasMetadata owner, Map<String, String> labels) {
        pod.getMetadata()
                .setOwnerReferences(List.of(new OwnerReferenceBuilder()
                        .withApiVersion("v1")
                        .withKind(kind)
                        .withName(owner.getMetadata().getName())
                        .withUid(owner.getMetadata().getUid())
                        .withController(true)
                        .build()));
        pod.getMetadata().setLabels(labels);
        return pod;
    }

    /** The events of a file, about a pod that the cluster has made. */
    List<Event> events(String file, Pod pod) {
        List<Event> events = new KubernetesSerialization().unmarshal(stream(text(file)));
        for (Event event : events) {
            ObjectReference about = event.getInvolvedObject();
            about.setName(pod.getMetadata().getName());
            about.setUid(pod.getMetadata().getUid());
            Instant first = Instant.parse(event.getMetadata().getAnnotations().get("test/at"));
            event.getMetadata()
                    .setName(pod.getMetadata().getName() + "."
                            + Long.toHexString(first.getEpochSecond() * 1_000_000_000L + first.getNano()));
        }
        return events;
    }

    <T> T read(String file, Class<T> type) {
        return type.cast(new KubernetesSerialization().unmarshal(stream(text(file))));
    }

    private String text(String file) {
        try (InputStream in = ClusterObjects.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalArgumentException("There is no " + file);
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            StringBuilder moved = new StringBuilder();
            var times = Pattern.compile("2026-11-26T12:[0-9:.]+Z").matcher(text);
            while (times.find()) {
                Instant time = Instant.parse(times.group());
                times.appendReplacement(
                        moved,
                        created.plusNanos(ChronoUnit.NANOS.between(WRITTEN, time))
                                .toString());
            }
            return times.appendTail(moved).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
