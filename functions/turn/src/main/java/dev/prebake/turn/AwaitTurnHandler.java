package dev.prebake.turn;

import dev.prebake.kernel.AwsClients;
import dev.prebake.kernel.AwsError;
import dev.prebake.kernel.Poll;
import dev.prebake.kernel.StateHandler;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.GetParameterHistoryRequest;
import software.amazon.awssdk.services.ssm.model.ParameterTier;
import software.amazon.awssdk.services.ssm.model.ParameterType;
import software.amazon.awssdk.services.ssm.model.PutParameterRequest;
import software.amazon.awssdk.services.ssm.model.SsmException;

/** Asks whether all executions of the cache that took a ticket earlier are over; takes the execution's own ticket at first. */
public final class AwaitTurnHandler extends StateHandler<AwaitTurnRequest, AwaitedTurn> {
    /**
     * How many versions of a parameter SSM keeps
     * (https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html).
     */
    static final int VERSIONS = 100;

    /** How many may stand before one: with half of what SSM keeps, a ticket isn't lost among those that come after it. */
    static final int MOST_AHEAD = VERSIONS / 2;

    /** The longest that an execution may take, its own wait left out. */
    static final Duration DEADLINE = Duration.ofHours(12);

    private static final int LEAST_WAIT_SECONDS = 5;
    private static final int MOST_WAIT_SECONDS = 120;

    private final SsmClient ssm;
    private final SfnClient states;

    /** Makes the handler with its SDK clients. */
    public AwaitTurnHandler() {
        this(AwsClients.of(SsmClient.builder()), AwsClients.of(SfnClient.builder()));
    }

    AwaitTurnHandler(SsmClient ssm, SfnClient states) {
        super(AwaitTurnRequest.class);
        this.ssm = ssm;
        this.states = states;
    }

    /**
     * Looks once.
     *
     * @throws LineTooLongException when more stand before the execution than SSM can tell of
     * @throws TurnTimedOutException when it isn't its turn after twelve hours
     */
    @Override
    protected AwaitedTurn handle(AwaitTurnRequest request) {
        var executions = new LineExecutions(states, request.executionArn());
        Poll poll = new Poll(request.plannedAt(), request.now());
        @Nullable Turn turn = request.turn() == null ? join(request, executions) : request.turn();
        if (turn != null) {
            turn = withoutThoseOver(turn, executions);
            if (turn.ahead().isEmpty()) {
                return new AwaitedTurn(true, null, turn);
            }
        }
        if (poll.isPast(DEADLINE)) {
            throw new TurnTimedOutException(request, poll.elapsed(), turn, executions);
        }
        return new AwaitedTurn(false, poll.waitSeconds(LEAST_WAIT_SECONDS, MOST_WAIT_SECONDS), turn);
    }

    /** Only the first one is asked for while it runs: the others' turns come after its own. */
    private static Turn withoutThoseOver(Turn turn, LineExecutions executions) {
        return new Turn(
                turn.ticket(),
                turn.ahead().stream()
                        .dropWhile(ahead -> !executions.runs(ahead))
                        .toList(),
                turn.replan());
    }

    /** Takes a ticket, or finds the one that an earlier try of this state has taken; absent when SSM doesn't show all of the line yet. */
    private @Nullable Turn join(AwaitTurnRequest request, LineExecutions executions) {
        var self = new Predecessor(request.execution(), request.redrives());
        Line line = line(request);
        Optional<Ticket> found = line.ticketOf(self);
        if (found.isEmpty()) {
            take(request, self, line, executions);
            // Others may have come between the look and the ticket.
            line = line(request);
            found = line.ticketOf(self);
            if (found.isEmpty()) {
                return null;
            }
            return turn(request, line, found.get(), executions, false);
        }
        return turn(request, line, found.get(), executions, true);
    }

    private void take(AwaitTurnRequest request, Predecessor self, Line line, LineExecutions executions) {
        List<Ticket> open = line.open().stream()
                .dropWhile(ticket -> ticket.holder() == null || !executions.runs(ticket.holder()))
                .toList();
        if (open.size() >= MOST_AHEAD) {
            throw new LineTooLongException(request, open.size(), executions.arn(first(open)));
        }
        long from = open.isEmpty() ? line.next() : open.getFirst().number();
        ssm.putParameter(PutParameterRequest.builder()
                .name(request.parameterName())
                .value(Ticket.text(self, from))
                .type(ParameterType.STRING)
                .tier(ParameterTier.STANDARD)
                .overwrite(true)
                .description("Prebake cache " + request.cacheName() + ": its executions, in the order of their turns")
                .build());
    }

    private static @Nullable Turn turn(
            AwaitTurnRequest request, Line line, Ticket ticket, LineExecutions executions, boolean foundAgain) {
        List<Ticket> ahead = line.ahead(ticket);
        if (!line.isWholeAhead(ticket)) {
            if (line.hasLostAhead(ticket)) {
                throw new LineTooLongException(
                        request, ticket.number() - ticket.from(), executions.arn(first(line.tickets())));
            }
            return null;
        }
        List<Predecessor> running = ahead.stream()
                .map(Ticket::holder)
                .filter(Objects::nonNull)
                .distinct()
                .dropWhile(holder -> !executions.runs(holder))
                .toList();
        boolean cameSince = line.tickets().stream()
                .anyMatch(other -> other.number() < ticket.number()
                        && LineExecutions.isLater(other.takenAt(), request.plannedAt()));
        return new Turn(
                ticket.number(),
                running,
                // Of whom an earlier try asked for isn't known any more.
                foundAgain || cameSince || executions.anyRanAfter(request.plannedAt()));
    }

    private static Predecessor first(List<Ticket> tickets) {
        return tickets.stream()
                .map(Ticket::holder)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(new Predecessor("unknown", 0));
    }

    private Line line(AwaitTurnRequest request) {
        var history = GetParameterHistoryRequest.builder()
                .name(request.parameterName())
                .build();
        try {
            return new Line(ssm.getParameterHistoryPaginator(history).stream()
                    .flatMap(page -> page.parameters().stream())
                    .map(version -> Ticket.parse(version.version(), version.value(), version.lastModifiedDate()))
                    .sorted(Comparator.comparingLong(Ticket::number))
                    .toList());
        } catch (SsmException e) {
            if (AwsError.of(e) == AwsError.NOT_FOUND) {
                return new Line(List.of());
            }
            throw e;
        }
    }
}
