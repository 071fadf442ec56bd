package dev.prebake.catalogue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Optional;

/**
 * The functions that there are.
 *
 * @param functions all of them: those of the states in their order, then those that run on a schedule
 */
public record FunctionCatalogue(List<FunctionEntry> functions) {
    /** Reads the catalogue. */
    public static FunctionCatalogue load() {
        try {
            return new FunctionCatalogue(new ObjectMapper()
                    .readValue(Resource.text("functions.json"), new TypeReference<List<FunctionEntry>>() {}));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The catalogue's functions.json can't be read.", e);
        }
    }

    /** The functions of the workflow's states. */
    public List<FunctionEntry> ofStates() {
        return functions.stream()
                .filter(function -> function.schedule() == null)
                .toList();
    }

    /** The function of a name. */
    public Optional<FunctionEntry> find(String name) {
        return functions.stream()
                .filter(function -> function.name().equals(name))
                .findFirst();
    }
}
