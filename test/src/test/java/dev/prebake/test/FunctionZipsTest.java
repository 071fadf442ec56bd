package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.prebake.catalogue.Artifacts;
import dev.prebake.catalogue.FunctionCatalogue;
import dev.prebake.catalogue.FunctionEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is deployed as each function's code, as the build made it. */
@DisplayName("The zip of")
class FunctionZipsTest {
    private static final Artifacts ARTIFACTS =
            new Artifacts(Path.of("").toAbsolutePath().getParent());

    private static final String DEPENDENCIES = "lib/dependencies.jar";
    private static final int MB = 1_000_000;

    /** Lambda's limit for a function and its layers, unzipped: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html. */
    private static final long UNZIPPED_LIMIT = 250L << 20;

    private static final Pattern SERVICE = Pattern.compile("software/amazon/awssdk/services/([a-z0-9]+)/.*");

    /** The services that each module calls. */
    private static final Map<String, Set<String>> SERVICES = Map.of(
            "prebake-plan", Set.of("ec2", "ecr", "secretsmanager", "ssm"),
            "prebake-launch", Set.of("ec2", "ssm"),
            "prebake-command", Set.of("ssm", "cloudwatchlogs"),
            "prebake-snapshot", Set.of("ec2"),
            "prebake-fastrestore", Set.of("ec2"),
            "prebake-publish", Set.of("ssm"),
            "prebake-rollout", Set.of("ec2", "eks"),
            "prebake-retire", Set.of("ec2"),
            "prebake-turn", Set.of("ssm", "sfn"),
            "prebake-cleanup", Set.of("ec2", "ssm", "sfn"));

    /** What any of them may hold beside its own classes and its services' clients. */
    private static final Pattern ALLOWED = Pattern.compile("""
            META-INF/(MANIFEST\\.MF|services/.*|.*(LICENSE|NOTICE).*|versions/\\d+/com/fasterxml/jackson/.*)\
            |com/amazonaws/services/lambda/runtime/.*\
            |com/fasterxml/jackson/(annotation|core|databind|datatype/jsr310)/.*\
            |dev/prebake/(kernel|registry)/.*\
            |org/(jspecify|reactivestreams|slf4j)/.*\
            |software/amazon/(awssdk|eventstream)/.*""");

    static List<FunctionEntry> functions() {
        return FunctionCatalogue.load().functions();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("functions")
    @DisplayName("a function holds its handler, its module's classes and one jar of what they need")
    void holdsOwnClasses(FunctionEntry function) throws IOException {
        String module = "dev/prebake/" + function.artifact().substring("prebake-".length()) + "/";
        try (ZipFile zip = new ZipFile(zip(function).toFile())) {
            assertThat(names(zip))
                    .contains(function.handler().replace('.', '/') + ".class", DEPENDENCIES)
                    .allSatisfy(name -> assertThat(name).matches(Pattern.quote(module) + ".*\\.class|" + DEPENDENCIES));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("functions")
    @DisplayName("a function has the clients of the services that it calls, and no library that nobody asked for")
    void holdsWhatItNeeds(FunctionEntry function) {
        Set<String> services = new TreeSet<>();
        List<String> strangers = new ArrayList<>();
        for (Entry entry : dependencies(function)) {
            var service = SERVICE.matcher(entry.name());
            if (service.matches()) {
                services.add(service.group(1));
            } else if (!ALLOWED.matcher(entry.name()).matches() && !isOfSweeper(function, entry.name())) {
                strangers.add(entry.name());
            }
        }
        assertThat(dependencies(function))
                .noneMatch(entry -> entry.name().contains("AsyncClient.class")
                        && entry.name().startsWith("software/amazon/awssdk/services/"));
        assertThat(services).isEqualTo(SERVICES.get(function.artifact()));
        assertThat(strangers).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("functions")
    @DisplayName("a function has one HTTP client, the URL-connection one")
    void holdsOneHttpClient(FunctionEntry function) {
        assertThat(dependencies(function))
                .extracting(Entry::name)
                .filteredOn(
                        name -> name.startsWith("software/amazon/awssdk/http/") && name.endsWith("HttpClient.class"))
                .allMatch(name -> name.matches(
                        "software/amazon/awssdk/http/(SdkHttpClient|ExecutableHttpClient|urlconnection/.*)\\.class"
                                + "|software/amazon/awssdk/http/async/SdkAsyncHttpClient\\.class"));
        assertThat(dependencies(function).stream()
                        .filter(entry -> entry.name().startsWith("META-INF/services/software.amazon.awssdk.http."))
                        .flatMap(entry -> entry.text().lines())
                        .filter(line -> !line.startsWith("#") && !line.isBlank()))
                .containsExactly("software.amazon.awssdk.http.urlconnection.UrlConnectionSdkHttpService");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("functions")
    @DisplayName("a function is within its bounds, zipped and unzipped, and its jar's entries need no inflating")
    void isSmall(FunctionEntry function) throws IOException {
        boolean ec2 = SERVICES.get(function.artifact()).contains("ec2");
        assertThat(Files.size(zip(function))).isLessThan((ec2 ? 30L : 8L) * MB);
        try (ZipFile zip = new ZipFile(zip(function).toFile())) {
            assertThat(zip.stream().mapToLong(ZipEntry::getSize).sum()).isLessThan(UNZIPPED_LIMIT);
        }
        assertThat(dependencies(function)).allMatch(entry -> entry.method() == ZipEntry.STORED);
    }

    /** The sweeper's event is AWS's class, which has a time of Joda's. */
    private static boolean isOfSweeper(FunctionEntry function, String name) {
        return function.artifact().equals("prebake-cleanup") && name.startsWith("org/joda/");
    }

    /** A file in the jar of dependencies; its text where it is one of the service loader's. */
    private record Entry(String name, int method, String text) {}

    private static final Map<Path, List<Entry>> READ = new ConcurrentHashMap<>();

    private static List<Entry> dependencies(FunctionEntry function) {
        return READ.computeIfAbsent(zip(function), FunctionZipsTest::dependencies);
    }

    private static List<Entry> dependencies(Path path) {
        List<Entry> entries = new ArrayList<>();
        try (ZipFile zip = new ZipFile(path.toFile());
                ZipInputStream jar = new ZipInputStream(zip.getInputStream(zip.getEntry(DEPENDENCIES)))) {
            for (ZipEntry entry = jar.getNextEntry(); entry != null; entry = jar.getNextEntry()) {
                if (!entry.isDirectory()) {
                    String text = entry.getName().startsWith("META-INF/services/")
                            ? new String(jar.readAllBytes(), StandardCharsets.UTF_8)
                            : "";
                    entries.add(new Entry(entry.getName(), entry.getMethod(), text));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(path.toString(), e);
        }
        return entries;
    }

    private static List<String> names(ZipFile zip) {
        return zip.stream()
                .filter(entry -> !entry.isDirectory())
                .<String>map(ZipEntry::getName)
                .toList();
    }

    private static Path zip(FunctionEntry function) {
        assumeTrue(ARTIFACTS.isBuilt(function), "no zip of " + function.artifact() + ": built without its assembly");
        return ARTIFACTS.zip(function);
    }
}
