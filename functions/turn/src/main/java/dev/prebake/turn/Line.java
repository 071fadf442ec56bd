package dev.prebake.turn;

import java.util.List;
import java.util.Optional;

/**
 * Who stands in line for a cache, as far as SSM shows it.
 *
 * @param tickets in their order
 */
record Line(List<Ticket> tickets) {
    /** The number after the last. */
    long next() {
        return tickets.isEmpty() ? 1 : tickets.getLast().number() + 1;
    }

    /** The ticket that an execution has taken; of several, as a lost answer leads to, the first. */
    Optional<Ticket> ticketOf(Predecessor holder) {
        return tickets.stream().filter(ticket -> holder.equals(ticket.holder())).findFirst();
    }

    /** Those that may count: all but what later ones have found to be over. */
    List<Ticket> open() {
        long from = tickets.stream().mapToLong(Ticket::from).max().orElse(0);
        return tickets.stream().filter(ticket -> ticket.number() >= from).toList();
    }

    /** Those that count for a ticket, its own left out. */
    List<Ticket> ahead(Ticket ticket) {
        return tickets.stream()
                .filter(other -> other.number() >= ticket.from() && other.number() < ticket.number())
                .toList();
    }

    /** Whether all of those are here: SSM may show a version late, and drops the oldest beyond a hundred. */
    boolean isWholeAhead(Ticket ticket) {
        return ahead(ticket).size() == ticket.number() - ticket.from();
    }

    /** Whether some of those can never be seen any more. */
    boolean hasLostAhead(Ticket ticket) {
        return tickets.size() >= AwaitTurnHandler.VERSIONS && tickets.getFirst().number() > ticket.from();
    }
}
