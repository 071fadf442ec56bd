package dev.prebake.operate;

import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.GetExecutionHistoryRequest;
import software.amazon.awssdk.services.sfn.model.GetExecutionHistoryResponse;
import software.amazon.awssdk.services.sfn.model.HistoryEvent;

/** Reads an execution's history, each time only what has come since. */
final class History {
    private static final int ALL_AT_ONCE = 1000;
    private static final int NEWEST = 50;

    private final SfnClient states;
    private final String executionArn;
    private long seen;

    History(SfnClient states, String executionArn) {
        this.states = states;
        this.executionArn = executionArn;
    }

    /** The events since the last time, oldest first. */
    List<HistoryEvent> further() {
        List<HistoryEvent> further = AwsCalls.call(
                "Reading the history of " + executionArn, seen == 0 ? this::fromTheBeginning : this::backwards);
        if (!further.isEmpty()) {
            seen = further.getLast().id();
        }
        return further;
    }

    private List<HistoryEvent> fromTheBeginning() {
        var all = GetExecutionHistoryRequest.builder()
                .executionArn(executionArn)
                .maxResults(ALL_AT_ONCE)
                .includeExecutionData(true)
                .build();
        return states.getExecutionHistoryPaginator(all).stream()
                .flatMap(page -> page.events().stream())
                .toList();
    }

    /** A token of the end doesn't lead on to what comes later, so that later events are asked for from the end. */
    private List<HistoryEvent> backwards() {
        var newest = GetExecutionHistoryRequest.builder()
                .executionArn(executionArn)
                .reverseOrder(true)
                .maxResults(NEWEST)
                .includeExecutionData(true)
                .build();
        List<HistoryEvent> further = new ArrayList<>();
        for (GetExecutionHistoryResponse page : states.getExecutionHistoryPaginator(newest)) {
            for (HistoryEvent event : page.events()) {
                if (event.id() <= seen) {
                    return further.reversed();
                }
                further.add(event);
            }
        }
        return further.reversed();
    }
}
