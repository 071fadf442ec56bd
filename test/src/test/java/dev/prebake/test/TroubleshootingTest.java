package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.prebake.catalogue.Definition;
import dev.prebake.kernel.MalformedReferenceException;
import dev.prebake.kernel.PrebakeException;
import dev.prebake.registry.UnresolvedImageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The page for when an execution fails")
class TroubleshootingTest {
    private static final Path PAGE = Path.of("../docs/troubleshooting.md");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z]+\\.[A-Za-z]+)` \\| ([^|]+) \\|");

    /** These are gathered into others before a handler ends with them. */
    private static final Set<String> GATHERED =
            Set.of(UnresolvedImageException.class.getName(), MalformedReferenceException.class.getName());

    @Test
    @DisplayName("has each error that a handler can end with, and each with a state of the definition")
    void whole() throws Exception {
        Map<String, String> rows = new TreeMap<>();
        ROW.matcher(Files.readString(PAGE))
                .results()
                .forEach(row -> rows.put("dev.prebake." + row.group(1), row.group(2)));

        assertThat(rows.keySet())
                .isEqualTo(new ClassFileImporter()
                                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                                .importPackages("dev.prebake")
                                .stream()
                                .filter(type -> type.isAssignableTo(PrebakeException.class))
                                .map(JavaClass::getName)
                                .filter(name -> !name.equals(PrebakeException.class.getName()))
                                .filter(name -> !name.startsWith("dev.prebake.lab."))
                                .filter(name -> !GATHERED.contains(name))
                                .collect(Collectors.toCollection(TreeSet::new)));
        Set<String> states = new TreeSet<>(Set.of("any", "the sweeper"));
        new ObjectMapper()
                .readTree(Definition.text())
                .path("States")
                .fieldNames()
                .forEachRemaining(states::add);
        assertThat(states).containsAll(rows.values());
    }
}
