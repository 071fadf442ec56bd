package dev.prebake.podtime;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventSeries;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The API's objects, of which any field can be missing, as records of what is needed. */
final class ClusterReading {
    private static final Pattern FIELD_PATH = Pattern.compile("spec\\.(?:initContainers|containers)\\{(.+)}");

    private ClusterReading() {}

    static PodVersion pod(Pod pod) {
        PodStatus status = pod.getStatus() == null ? new PodStatus() : pod.getStatus();
        Instant created = time(pod.getMetadata().getCreationTimestamp());
        return new PodVersion(
                text(pod.getMetadata().getNamespace()),
                text(pod.getMetadata().getName()),
                text(pod.getMetadata().getUid()),
                controller(pod)
                        .map(owner -> owner.getKind() + "/" + owner.getName())
                        .orElse(null),
                pod.getSpec() == null ? null : pod.getSpec().getNodeName(),
                created == null ? Instant.EPOCH : created,
                time(status.getStartTime()),
                text(status.getPhase()),
                status.getReason(),
                status.getMessage(),
                status.getConditions().stream()
                        .map(condition -> new PodVersion.Condition(
                                text(condition.getType()),
                                text(condition.getStatus()),
                                time(condition.getLastTransitionTime()),
                                condition.getReason(),
                                condition.getMessage()))
                        .toList(),
                containers(pod, status));
    }

    /** The one owner that manages a pod. */
    static Optional<OwnerReference> controller(Pod pod) {
        return pod.getMetadata().getOwnerReferences().stream()
                .filter(owner -> Boolean.TRUE.equals(owner.getController()))
                .findFirst();
    }

    static PodEvent event(Event event) {
        String path = event.getInvolvedObject() == null
                ? null
                : event.getInvolvedObject().getFieldPath();
        Matcher container = FIELD_PATH.matcher(text(path));
        EventSeries series = event.getSeries();
        Instant last = series == null ? null : time(series.getLastObservedTime());
        return new PodEvent(
                text(event.getMetadata().getName()),
                event.getInvolvedObject() == null
                        ? ""
                        : text(event.getInvolvedObject().getUid()),
                container.matches() ? container.group(1) : null,
                text(event.getReason()),
                text(event.getMessage()),
                "Warning".equals(event.getType()),
                component(event),
                time(event.getEventTime()),
                time(event.getFirstTimestamp()),
                last == null ? time(event.getLastTimestamp()) : last,
                time(event.getMetadata().getCreationTimestamp()));
    }

    private static String component(Event event) {
        String reporting = text(event.getReportingComponent());
        return reporting.isEmpty() && event.getSource() != null
                ? text(event.getSource().getComponent())
                : reporting;
    }

    private static List<PodVersion.Container> containers(Pod pod, PodStatus status) {
        List<PodVersion.Container> containers = new ArrayList<>();
        if (pod.getSpec() == null) {
            return containers;
        }
        Stream.concat(
                        pod.getSpec().getInitContainers().stream()
                                .map(container -> container(
                                        container,
                                        "Always".equals(container.getRestartPolicy())
                                                ? PodVersion.Role.SIDECAR
                                                : PodVersion.Role.INIT,
                                        status.getInitContainerStatuses())),
                        pod.getSpec().getContainers().stream()
                                .map(container ->
                                        container(container, PodVersion.Role.MAIN, status.getContainerStatuses())))
                .forEach(containers::add);
        return containers;
    }

    private static PodVersion.Container container(
            io.fabric8.kubernetes.api.model.Container container, PodVersion.Role role, List<ContainerStatus> statuses) {
        ContainerStatus status = statuses.stream()
                .filter(candidate -> text(container.getName()).equals(candidate.getName()))
                .findFirst()
                .orElseGet(ContainerStatus::new);
        ContainerState state = status.getState() == null ? new ContainerState() : status.getState();
        ContainerStateTerminated now = state.getTerminated();
        ContainerStateTerminated ended = now != null || status.getLastState() == null
                ? now
                : status.getLastState().getTerminated();
        String started = state.getRunning() != null
                ? state.getRunning().getStartedAt()
                : ended == null ? null : ended.getStartedAt();
        return new PodVersion.Container(
                text(container.getName()),
                role,
                text(container.getImage()),
                status.getRestartCount() == null ? 0 : status.getRestartCount(),
                state.getWaiting() == null ? null : state.getWaiting().getReason(),
                state.getWaiting() == null ? null : state.getWaiting().getMessage(),
                ran(started),
                ended == null ? null : ran(ended.getFinishedAt()),
                ended == null ? null : ended.getExitCode(),
                ended == null ? null : ended.getReason());
    }

    /** When a program started or ended; a runtime gives the epoch for one that could not be started. */
    private static @Nullable Instant ran(@Nullable String text) {
        Instant time = time(text);
        return Instant.EPOCH.equals(time) ? null : time;
    }

    private static @Nullable Instant time(@Nullable MicroTime time) {
        return time == null ? null : time(time.getTime());
    }

    /** An RFC 3339 time; none where there is none, or none that can be read. */
    private static @Nullable Instant time(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException _) {
            return null;
        }
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }
}
