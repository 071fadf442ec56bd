package dev.prebake.lab.cloud;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.catalogue.FunctionEntry;
import dev.prebake.lab.states.TaskFailedException;

/** Where functions' handlers run. */
interface FunctionRunner extends AutoCloseable {
    /**
     * Has a function's handler handle an event.
     *
     * @return what it answers
     * @throws TaskFailedException when it fails: under the name that Lambda gives the failure, with the payload of Lambda's answer
     *     for a cause
     * @throws InterruptedException when the wait for it is interrupted
     */
    JsonNode run(FunctionEntry function, JsonNode event) throws TaskFailedException, InterruptedException;

    @Override
    void close();
}
