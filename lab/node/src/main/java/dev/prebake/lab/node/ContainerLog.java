package dev.prebake.lab.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Reads a container's log as a CRI runtime writes it: a time, the stream, P (part of a line) or F (its end), the text.
 *
 * <p>Source: Kubernetes' design proposal "CRI: Log management for container stdout/stderr streams".
 */
final class ContainerLog {
    private ContainerLog() {}

    static List<String> lastLines(Path log, int atMost) {
        var last = new ArrayDeque<String>();
        var begun = new StringBuilder();
        try (Stream<String> lines = Files.lines(log)) {
            for (String line : (Iterable<String>) lines::iterator) {
                String[] fields = line.split(" ", 4);
                if (fields.length < 4) {
                    continue;
                }
                begun.append(fields[3]);
                if (fields[2].startsWith("F")) {
                    last.add(begun.toString());
                    begun.setLength(0);
                    if (last.size() > atMost) {
                        last.remove();
                    }
                }
            }
        } catch (NoSuchFileException e) {
            // A program that wrote nothing may have no log.
        } catch (IOException e) {
            throw new NodeException("The container's log %s can't be read: %s".formatted(log, e.getMessage()), e);
        }
        if (!begun.isEmpty()) {
            last.add(begun.toString());
            if (last.size() > atMost) {
                last.remove();
            }
        }
        return new ArrayList<>(last);
    }
}
