package dev.prebake.cleanup;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.ScheduledEvent;
import dev.prebake.kernel.AwsClients;
import dev.prebake.kernel.FastRestores;
import dev.prebake.kernel.Tags;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesRequest;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.SnapshotState;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.Volume;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.ssm.SsmClient;

/**
 * Removes, on a schedule, what executions left that were stopped, ran out of time or were lost, so that no CleanUp followed:
 * instances, volumes, snapshots that never became whole, and Fast Snapshot Restore on whole ones that aren't published. It goes by the
 * tags that all of it carries, and touches nothing of an execution that runs, of another workflow or of anybody else.
 *
 * <p>A volume can go once its instance has ended, so it goes with the next sweep.
 */
public final class SweepHandler implements RequestHandler<ScheduledEvent, List<Map<String, String>>> {
    private final Ec2Client ec2;
    private final Published published;
    private final SfnClient states;

    /** Makes the handler with its SDK clients. */
    public SweepHandler() {
        this(
                AwsClients.of(Ec2Client.builder()),
                AwsClients.of(SsmClient.builder()),
                AwsClients.of(SfnClient.builder()));
    }

    SweepHandler(Ec2Client ec2, SsmClient ssm, SfnClient states) {
        this.ec2 = ec2;
        this.published = new Published(ssm);
        this.states = states;
    }

    /** What carries our tags. */
    private record Tagged(String execution, String cacheName) {
        static Stream<Tagged> of(List<Tag> tags) {
            Map<String, String> values = tags.stream().collect(Collectors.toMap(Tag::key, Tag::value));
            String execution = values.get(Tags.EXECUTION);
            String cacheName = values.get(Tags.CACHE);
            return execution == null || cacheName == null
                    ? Stream.empty()
                    : Stream.of(new Tagged(execution, cacheName));
        }
    }

    /**
     * Sweeps once.
     *
     * @param event the schedule's; {@link SweepOrder} says what it has to have
     * @return what was removed, and snapshots whose Fast Snapshot Restore was disabled; or what would be: each with {@code id}, {@code standing},
     *     {@code execution}, {@code cacheName} and {@code because}
     * @throws SweepIncompleteException when AWS refused to remove something; all else is gone then
     */
    @Override
    public List<Map<String, String>> handleRequest(ScheduledEvent event, @Nullable Context context) {
        SweepOrder order = SweepOrder.of(event);
        SweptExecutions executions = new SweptExecutions(states, order);
        Swept swept = new Swept();

        // What is there is looked up before who works on it: nobody can have begun to in between and be missed.
        List<Snapshot> snapshots = snapshots();
        for (Tagged tagged : unfinished(snapshots)) {
            if (executions.isOver(tagged.execution(), tagged.cacheName())) {
                Sweep sweep = new Sweep(ec2, tagged.execution(), tagged.cacheName(), order.dryRun());
                sweep.instances();
                sweep.volumes();
                sweep.unfinishedSnapshots();
                swept.add(sweep, tagged, executions.words(tagged.execution()));
            }
        }
        fastRestores(snapshots, executions, order, swept);

        List<Leftover> refused = swept.left.stream().filter(Leftover::refused).toList();
        if (!refused.isEmpty()) {
            throw new SweepIncompleteException(
                    swept.things.stream().map(thing -> thing.get("id")).toList(), refused);
        }
        return List.copyOf(swept.things);
    }

    /** What has come together. */
    private static final class Swept {
        private final List<Map<String, String>> things = new ArrayList<>();
        private final List<Leftover> left = new ArrayList<>();

        /** Adds a sweep's outcome, as Lambda's serialiser takes it, which doesn't know records. */
        void add(Sweep sweep, Tagged of, String because) {
            left.addAll(sweep.left());
            for (Sweep.Removal removal : sweep.removals()) {
                Map<String, String> thing = new LinkedHashMap<>();
                thing.put("id", removal.id());
                thing.put("standing", removal.standing());
                thing.put("execution", of.execution());
                thing.put("cacheName", of.cacheName());
                thing.put("because", because);
                things.add(thing);
            }
        }
    }

    private List<Snapshot> snapshots() {
        var describe = DescribeSnapshotsRequest.builder()
                .ownerIds("self")
                .filters(ours())
                .build();
        return ec2.describeSnapshotsPaginator(describe).stream()
                .flatMap(page -> page.snapshots().stream())
                .toList();
    }

    /** Whose things stand about that an execution that is over has none of. */
    private Set<Tagged> unfinished(List<Snapshot> snapshots) {
        var instances = DescribeInstancesRequest.builder().filters(ours()).build();
        var volumes = DescribeVolumesRequest.builder().filters(ours()).build();
        Set<Tagged> found =
                new TreeSet<>(Comparator.comparing(Tagged::execution).thenComparing(Tagged::cacheName));
        ec2.describeInstancesPaginator(instances).stream()
                .flatMap(page -> page.reservations().stream())
                .flatMap(reservation -> reservation.instances().stream())
                .filter(instance -> Disposal.of(instance.state().name()) != Disposal.LEAVE)
                .map(Instance::tags)
                .flatMap(Tagged::of)
                .forEach(found::add);
        ec2.describeVolumesPaginator(volumes).stream()
                .flatMap(page -> page.volumes().stream())
                .map(Volume::tags)
                .flatMap(Tagged::of)
                .forEach(found::add);
        snapshots.stream()
                .filter(snapshot -> Disposal.of(snapshot.state()) != Disposal.LEAVE)
                .map(Snapshot::tags)
                .flatMap(Tagged::of)
                .forEach(found::add);
        return found;
    }

    /**
     * Whole snapshots stay: the next execution reuses them. One of them may have its Fast Snapshot Restore from an execution that
     * reuses it now, which its tags don't tell, so a cache that is being worked on is left alone.
     */
    private void fastRestores(List<Snapshot> snapshots, SweptExecutions executions, SweepOrder order, Swept swept) {
        Map<String, Tagged> whole = new TreeMap<>();
        snapshots.stream()
                .filter(snapshot -> snapshot.state() == SnapshotState.COMPLETED)
                .forEach(snapshot ->
                        Tagged.of(snapshot.tags()).forEach(tagged -> whole.put(snapshot.snapshotId(), tagged)));
        Map<String, List<String>> zones = FastRestores.byZone(FastRestores.on(ec2, whole.keySet()));
        if (zones.isEmpty()) {
            return;
        }
        Set<String> inWork = executions.cachesInWork();
        zones.forEach((id, of) -> {
            Tagged tagged = whole.get(id);
            if (tagged == null
                    || inWork.contains(tagged.cacheName())
                    || !executions.isOver(tagged.execution(), tagged.cacheName())) {
                return;
            }
            String input = executions
                    .find(tagged.execution())
                    .map(DescribeExecutionResponse::input)
                    .orElse(null);
            String parameter = order.parameterOf(input);
            if (!id.equals(published.snapshotId(parameter))) {
                Sweep sweep = new Sweep(ec2, tagged.execution(), tagged.cacheName(), order.dryRun());
                sweep.disableFastRestore(id, of);
                swept.add(sweep, tagged, "it isn't what " + parameter + " has published");
            }
        });
    }

    private static Filter ours() {
        return Filter.builder().name("tag-key").values(Tags.EXECUTION).build();
    }
}
