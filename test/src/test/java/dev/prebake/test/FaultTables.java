package dev.prebake.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The ends of runs by table, row and column, in Markdown. */
final class FaultTables {
    private final Map<String, Map<String, Map<String, String>>> tables = new LinkedHashMap<>();

    void put(String table, String row, String column, String end) {
        tables.computeIfAbsent(table, _ -> new LinkedHashMap<>())
                .computeIfAbsent(row, _ -> new LinkedHashMap<>())
                .put(column, end);
    }

    /** The end in a cell; empty when there is no such cell. */
    String end(String table, String row, String column) {
        return tables.getOrDefault(table, Map.of()).getOrDefault(row, Map.of()).getOrDefault(column, "");
    }

    /** Reads what {@link #toMarkdown} wrote. */
    static FaultTables read(Path file) throws IOException {
        FaultTables read = new FaultTables();
        String table = "";
        List<String> columns = List.of();
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith("## ")) {
                table = line.substring(3);
                columns = List.of();
            } else if (line.startsWith("| ")) {
                List<String> cells = Arrays.stream(
                                line.substring(2, line.length() - 2).split(" \\| ", -1))
                        .map(String::strip)
                        .toList();
                if (columns.isEmpty()) {
                    columns = cells;
                } else {
                    for (int i = 1; i < cells.size(); i++) {
                        read.put(table, cells.getFirst(), columns.get(i), cells.get(i));
                    }
                }
            }
        }
        return read;
    }

    String toMarkdown(String introduction) {
        StringBuilder text = new StringBuilder(introduction);
        tables.forEach((table, rows) -> {
            Set<String> columns = new LinkedHashSet<>();
            rows.values().forEach(row -> columns.addAll(row.keySet()));
            text.append("\n## ").append(table).append("\n\n");
            List<String> header = new ArrayList<>(List.of("what"));
            header.addAll(columns);
            line(text, header);
            text.append("|---".repeat(header.size())).append("|\n");
            rows.forEach((row, cells) -> {
                List<String> line = new ArrayList<>(List.of(row));
                columns.forEach(column -> line.add(cells.getOrDefault(column, "-")));
                line(text, line);
            });
        });
        return text.toString();
    }

    private static void line(StringBuilder text, List<String> cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }
}
