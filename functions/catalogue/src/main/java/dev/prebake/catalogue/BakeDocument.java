package dev.prebake.catalogue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** The SSM command document of the bake, with the script inside. */
public final class BakeDocument {
    /** The line of the document that the script takes the place of. */
    private static final String SCRIPT_LINE = "@bake.sh@";

    /** Characters in a line of the packed script. */
    private static final int LINE = 120;

    private BakeDocument() {}

    /** The whole document, as SSM takes it. */
    public static String content() {
        try {
            JsonNode document = new ObjectMapper().readTree(Resource.text("document.json"));
            ObjectNode inputs = (ObjectNode) document.at("/mainSteps/0/inputs");
            ArrayNode lines = inputs.arrayNode();
            for (JsonNode line : inputs.path("runCommand")) {
                if (line.asText().equals(SCRIPT_LINE)) {
                    packed(Resource.text("bake.sh")).forEach(lines::add);
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

    /**
     * Shell lines that unpack the script and run it in the shell that reads them: as it is, the script is larger than the 64 KB
     * that SSM takes (https://docs.aws.amazon.com/general/latest/gr/ssm.html).
     */
    private static List<String> packed(String script) {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(script.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("Memory can be written.", e);
        }
        String text = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(compressed.toByteArray());
        List<String> lines = new ArrayList<>();
        lines.add("script=$(base64 -d <<'BAKE_SH' | gzip -dc");
        text.lines().forEach(lines::add);
        lines.addAll(List.of("BAKE_SH", ") && eval \"$script\""));
        return lines;
    }
}
