package dev.prebake.catalogue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.regex.Pattern;

/** The SSM command document of the bake, with the script inside. */
public final class BakeDocument {
    /** The line of the document that the script takes the place of. */
    private static final String SCRIPT_LINE = "@bake.sh@";

    private static final Pattern COMMENT = Pattern.compile("\\s*(?:#.*)?");

    private BakeDocument() {}

    /** The whole document, as SSM takes it. */
    public static String content() {
        // SSM takes documents of 64 KB: comments and indentation stay in the file.
        List<String> script = Resource.text("bake.sh")
                .lines()
                .filter(line -> !COMMENT.matcher(line).matches())
                .map(String::stripLeading)
                .toList();
        try {
            JsonNode document = new ObjectMapper().readTree(Resource.text("document.json"));
            ObjectNode inputs = (ObjectNode) document.at("/mainSteps/0/inputs");
            ArrayNode lines = inputs.arrayNode();
            for (JsonNode line : inputs.path("runCommand")) {
                if (line.asText().equals(SCRIPT_LINE)) {
                    script.forEach(lines::add);
                } else {
                    lines.add(line);
                }
            }
            inputs.set("runCommand", lines);
            return document.toString();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The bake's document.json can't be read.", e);
        }
    }
}
