package dev.prebake.plan;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.kernel.Architecture;
import dev.prebake.kernel.BakePlan;
import dev.prebake.kernel.Excerpt;
import dev.prebake.kernel.ImageReference;
import dev.prebake.kernel.MalformedReferenceException;
import dev.prebake.kernel.NodeGroup;
import dev.prebake.kernel.RegistrySettings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads one input object field by field and goes on after a problem, so that all of them come at once. */
final class InputReader {
    private static final Set<String> FIELDS = Set.of(
            "cacheName",
            "images",
            "registries",
            "architecture",
            "instanceTypes",
            "volumeSizeGiB",
            "volumeIops",
            "volumeThroughputMiBps",
            "fastRestoreZones",
            "retainSnapshots",
            "parameterName",
            "nodeGroups",
            "retentionDryRun",
            "rollbackTo",
            "force");
    private static final Pattern CACHE_NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
    /** {@code us-east-1a}, {@code us-gov-west-1a}, {@code us-west-2-lax-1a}. */
    private static final Pattern ZONE = Pattern.compile("[a-z]{2,10}(?:-[a-z0-9]{1,10}){1,5}[a-z]");

    private static final Pattern ZONE_END = Pattern.compile(".*-[0-9]{1,2}[a-z]");
    private static final Pattern PARAMETER_LEVEL = Pattern.compile("[a-zA-Z0-9_.-]+");
    private static final Pattern RESERVED_PARAMETER = Pattern.compile("/(?:aws|ssm).*", Pattern.CASE_INSENSITIVE);

    private static final Pattern ROLLBACK = Pattern.compile(ExecutionInput.PREVIOUS + "|snap-[0-9a-f]{8,17}");

    /** AwaitTurn's. */
    private static final Pattern TURNS = Pattern.compile("/prebake/[^/]+/turns");

    private static final Pattern SECRET_ARN = Pattern.compile(
            "arn:aws[a-z-]*:secretsmanager:[a-z]{2}[a-z0-9-]{1,30}:[0-9]{12}:secret:[a-zA-Z0-9/_+=.@-]{1,519}");
    /** An address without user, query or fragment; its host is looked at by itself. */
    private static final Pattern MIRROR =
            Pattern.compile("(?<scheme>https?)://(?<host>[a-zA-Z0-9.:\\[\\]-]+)(?:/[a-zA-Z0-9._-]+)*/?");
    /** By name; those under {@code /aws} can be read too. */
    private static final Pattern READ_PARAMETER = Pattern.compile("/?[a-zA-Z0-9_.-]+(?:/[a-zA-Z0-9_.-]+)*");

    private static final Set<String> REGISTRY_FIELDS = Set.of("secretArn", "mirrors", "caParameter");

    private static final int MAX_IMAGES = 25;
    private static final int MAX_REGISTRIES = 25;
    private static final int MAX_MIRRORS = 5;
    private static final int MAX_ADDRESS = 255;
    private static final int MAX_SNAPSHOTS = 100;
    private static final int MAX_NODE_GROUPS = 10;
    private static final int LEAST_IOPS = 3_000;
    private static final int MAX_IOPS = 80_000;
    private static final int LEAST_MIBPS = 125;
    private static final int MAX_MIBPS = 2_000;
    /** What a deployment that sets none gets: quick enough for a bake, at cents an hour. */
    private static final int DEFAULT_IOPS = 16_000;

    private static final int DEFAULT_MIBPS = 1_000;
    private static final int DEFAULT_SNAPSHOTS = 3;

    /** PublishSnapshot writes a second parameter with this behind the name. */
    private static final String MANIFEST = "/manifest";
    /**
     * SSM's limits on a parameter's name
     * (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html), less the room for
     * {@link #MANIFEST}.
     */
    private static final int MAX_PARAMETER_LENGTH = 1_011 - MANIFEST.length();

    private static final int MAX_PARAMETER_LEVELS = 15 - 1;

    private final JsonNode object;
    private final List<String> problems = new ArrayList<>();

    InputReader(JsonNode object) {
        this.object = object;
    }

    ExecutionInput.Reading read() {
        String cacheName = cacheName();
        String rollbackTo = rollbackTo();
        List<ImageReference> images = images(rollbackTo);
        List<RegistrySettings> registries = registries();
        Architecture architecture = architecture();
        List<String> instanceTypes = instanceTypes(architecture);
        Integer volumeSizeGiB = integer("volumeSizeGiB", 1, VolumeSizing.MAX_GIB, null);
        Integer volumeIops = integer("volumeIops", LEAST_IOPS, MAX_IOPS, DEFAULT_IOPS);
        Integer volumeThroughputMiBps = integer("volumeThroughputMiBps", LEAST_MIBPS, MAX_MIBPS, DEFAULT_MIBPS);
        List<String> fastRestoreZones = fastRestoreZones();
        Integer retainSnapshots = integer("retainSnapshots", 1, MAX_SNAPSHOTS, DEFAULT_SNAPSHOTS);
        String parameterName = parameterName(cacheName);
        List<NodeGroup> nodeGroups = nodeGroups();
        boolean retentionDryRun = flag("retentionDryRun");
        boolean force = flag("force");
        if (force && rollbackTo != null) {
            problem("force", "bakes, and rollbackTo doesn't: leave one of them out");
        }
        refuseUnknownFields();
        if (!problems.isEmpty()) {
            return new ExecutionInput.Reading.Invalid(
                    List.copyOf(problems), images, registries, architecture, volumeSizeGiB);
        }
        return new ExecutionInput.Reading.Valid(new ExecutionInput(
                found(cacheName),
                images,
                registries,
                found(architecture),
                instanceTypes,
                volumeSizeGiB,
                found(volumeIops),
                found(volumeThroughputMiBps),
                fastRestoreZones,
                found(retainSnapshots),
                found(parameterName),
                nodeGroups,
                retentionDryRun,
                rollbackTo,
                force));
    }

    /** What is absent here without a problem on record is a fault of this class. */
    private static <T> T found(@Nullable T value) {
        return Objects.requireNonNull(value, "a field was read neither as valid nor as a problem");
    }

    private @Nullable String cacheName() {
        JsonNode node = field("cacheName");
        if (node == null) {
            problem("cacheName", "is missing: neither the input nor the deployment's defaults have it");
            return null;
        }
        if (!node.isTextual() || !CACHE_NAME.matcher(node.textValue()).matches()) {
            problem(
                    "cacheName",
                    shown(node) + " is no name: 1 to 63 lower-case letters, digits or '-', not starting with '-'");
            return null;
        }
        return node.textValue();
    }

    private @Nullable String rollbackTo() {
        JsonNode node = field("rollbackTo");
        if (node == null) {
            return null;
        }
        if (!node.isTextual() || !ROLLBACK.matcher(node.textValue()).matches()) {
            problem(
                    "rollbackTo",
                    shown(node) + " is neither a snapshot's ID nor '" + ExecutionInput.PREVIOUS
                            + "', for the one that was published before");
            return null;
        }
        return node.textValue();
    }

    private List<ImageReference> images(@Nullable String rollbackTo) {
        JsonNode node = field("images");
        if (rollbackTo != null && (node == null || (node.isArray() && node.isEmpty()))) {
            return List.of();
        }
        if (node == null) {
            problem("images", "is missing: neither the input nor the deployment's defaults name an image");
            return List.of();
        }
        if (!node.isArray()) {
            problem("images", shown(node) + " is no list of image references");
            return List.of();
        }
        if (node.isEmpty()) {
            problem("images", "is empty: there is nothing to bake");
            return List.of();
        }
        if (node.size() > MAX_IMAGES) {
            problem("images", "has " + node.size() + " entries, more than " + MAX_IMAGES);
        }
        List<ImageReference> images = new ArrayList<>();
        Set<ImageReference> seen = new HashSet<>();
        eachEntry("images", node, (name, entry) -> {
            if (!entry.isTextual()) {
                problem(name, shown(entry) + " is no text");
                return;
            }
            try {
                ImageReference image = ImageReference.parse(entry.textValue());
                if (seen.add(image)) {
                    images.add(image);
                } else {
                    problem(name, shown(entry) + " is given twice, both stand for " + Excerpt.bare(image.toString()));
                }
            } catch (MalformedReferenceException e) {
                problem(name, withoutStop(e.getMessage()));
            }
        });
        int characters =
                images.stream().mapToInt(image -> image.toString().length()).sum();
        if (characters > BakePlan.MAX_REFERENCE_CHARACTERS) {
            problem(
                    "images",
                    "their references have " + characters + " characters together, more than "
                            + BakePlan.MAX_REFERENCE_CHARACTERS + ", so that what is published about the snapshot would"
                            + " not fit its SSM parameter; give fewer images, or shorter names");
        }
        // A list that is too long is refused already; asking registries about all of it would only take time.
        return List.copyOf(images.subList(0, Math.min(images.size(), MAX_IMAGES)));
    }

    private List<RegistrySettings> registries() {
        JsonNode node = field("registries");
        if (node == null) {
            return List.of();
        }
        if (!node.isObject()) {
            problem("registries", shown(node) + " is no object from a registry's host to its settings");
            return List.of();
        }
        if (node.size() > MAX_REGISTRIES) {
            problem("registries", "has " + node.size() + " hosts, more than " + MAX_REGISTRIES);
            return List.of();
        }
        List<RegistrySettings> registries = new ArrayList<>();
        node.properties().forEach(entry -> {
            RegistrySettings settings = registry(entry.getKey(), entry.getValue());
            if (settings == null) {
                return;
            }
            if (registries.stream().anyMatch(other -> other.host().equals(settings.host()))) {
                problem("registries", Excerpt.of(entry.getKey()) + " is another name of a host that is there already");
            } else {
                registries.add(settings);
            }
        });
        return List.copyOf(registries);
    }

    /** The settings of one registry; absent when something in them is a problem. */
    private @Nullable RegistrySettings registry(String key, JsonNode node) {
        int before = problems.size();
        String host = canonicalHost(key);
        String name = "registries." + Excerpt.bare(key);
        if (host == null) {
            problem(
                    "registries",
                    Excerpt.of(key)
                            + " is no registry's host with an optional port, as image references name it, such as"
                            + " 'docker.io' or 'registry.example.com:5000'");
        }
        if (!node.isObject()) {
            problem(name, shown(node) + " is no object with " + listed(REGISTRY_FIELDS));
            return null;
        }
        for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
            String field = names.next();
            if (!REGISTRY_FIELDS.contains(field)) {
                problem(
                        name + "." + Excerpt.bare(field),
                        "is no setting of a registry; they are " + listed(REGISTRY_FIELDS));
            }
        }
        String secretArn = matching(
                name,
                node,
                "secretArn",
                SECRET_ARN,
                "is no ARN of a secret in Secrets Manager, such as"
                        + " 'arn:aws:secretsmanager:us-east-1:123456789012:secret:registry-AbCdEf'");
        String caParameter =
                matching(name, node, "caParameter", READ_PARAMETER, "is no name of an SSM parameter, such as '/ca'");
        List<String> mirrors = mirrors(name + ".mirrors", node.path("mirrors"));
        if (problems.size() == before && secretArn == null && caParameter == null && mirrors.isEmpty()) {
            problem(name, "says nothing: give one or more of " + listed(REGISTRY_FIELDS));
        }
        return host == null || problems.size() > before
                ? null
                : new RegistrySettings(host, secretArn, mirrors, caParameter);
    }

    /** The host as references have it, {@code index.docker.io} under its other name; absent when it can't be one. */
    private static @Nullable String canonicalHost(String text) {
        try {
            String registry = ImageReference.parse(text + "/any/image").registry();
            return registry.equals(text) || (registry.equals("docker.io") && text.equals("index.docker.io"))
                    ? registry
                    : null;
        } catch (MalformedReferenceException e) {
            return null;
        }
    }

    private @Nullable String matching(String of, JsonNode object, String field, Pattern form, String whyNot) {
        JsonNode node = object.path(field);
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        // As long a text as SSM's longest name; a pattern on a longer one could exhaust the stack.
        if (!node.isTextual()
                || node.textValue().length() > MAX_PARAMETER_LENGTH
                || !form.matcher(node.textValue()).matches()) {
            problem(of + "." + field, shown(node) + " " + whyNot);
            return null;
        }
        return node.textValue();
    }

    private List<String> mirrors(String field, JsonNode node) {
        if (node.isMissingNode() || node.isNull()) {
            return List.of();
        }
        if (!node.isArray() || node.size() > MAX_MIRRORS) {
            problem(field, shown(node) + " is no list of up to " + MAX_MIRRORS + " addresses");
            return List.of();
        }
        List<String> mirrors = new ArrayList<>();
        eachEntry(field, node, (name, entry) -> {
            String why = entry.isTextual() ? mirrorProblem(entry.textValue()) : "it is no text";
            if (why != null) {
                problem(
                        name,
                        shown(entry) + " is no mirror's address, such as 'https://mirror.example.com:5000': " + why);
                return;
            }
            String address = entry.textValue().replaceFirst("/$", "");
            if (mirrors.contains(address)) {
                problem(name, shown(entry) + " is given twice");
            } else {
                mirrors.add(address);
            }
        });
        return List.copyOf(mirrors);
    }

    private static @Nullable String mirrorProblem(String address) {
        if (address.length() > MAX_ADDRESS) {
            return "it is longer than " + MAX_ADDRESS + " characters";
        }
        Matcher parts = MIRROR.matcher(address);
        if (!parts.matches()) {
            return "it is not https://, a host with an optional port, and an optional path";
        }
        String host = parts.group("host");
        // Without a dot or port it would be taken for a part of a repository.
        String distinct = host.matches("[^.:]+") ? host + ":443" : host;
        if (!distinct.equals(canonicalHost(distinct))) {
            return Excerpt.of(host) + " is no host with an optional port";
        }
        return parts.group("scheme").equals("http") && !ImageReference.isLoopback(host)
                ? "only a mirror on this machine may do without TLS"
                : null;
    }

    private static String listed(Set<String> names) {
        return String.join(", ", names.stream().sorted().toList());
    }

    private @Nullable Architecture architecture() {
        JsonNode node = field("architecture");
        if (node == null) {
            return Architecture.AMD64;
        }
        for (Architecture architecture : Architecture.values()) {
            if (node.isTextual() && node.textValue().equals(architecture.ociName())) {
                return architecture;
            }
        }
        problem("architecture", shown(node) + " is neither 'amd64' nor 'arm64'");
        return null;
    }

    private List<String> instanceTypes(@Nullable Architecture architecture) {
        JsonNode node = field("instanceTypes");
        if (node == null) {
            return architecture == null ? List.of() : InstanceTypes.defaultsFor(architecture);
        }
        if (!node.isArray() || node.isEmpty()) {
            problem(
                    "instanceTypes",
                    shown(node) + " is no list of instance types; leave the field out to have them chosen");
            return List.of();
        }
        List<String> types = new ArrayList<>();
        eachEntry("instanceTypes", node, (name, entry) -> {
            if (!entry.isTextual() || !InstanceTypes.isName(entry.textValue())) {
                problem(name, shown(entry) + " is no instance type, such as 'm7i.4xlarge'");
                return;
            }
            String type = entry.textValue();
            Architecture its = InstanceTypes.architectureOf(type);
            if (types.contains(type)) {
                problem(name, shown(entry) + " is given twice");
            } else if (architecture != null && its != architecture) {
                problem(name, shown(entry) + " is of architecture " + its + ", the images are of " + architecture);
            } else {
                types.add(type);
            }
        });
        return List.copyOf(types);
    }

    private List<String> fastRestoreZones() {
        JsonNode node = field("fastRestoreZones");
        if (node == null) {
            return List.of();
        }
        if (!node.isArray()) {
            problem("fastRestoreZones", shown(node) + " is no list of availability zones");
            return List.of();
        }
        List<String> zones = new ArrayList<>();
        eachEntry("fastRestoreZones", node, (name, entry) -> {
            if (!entry.isTextual()
                    || !ZONE.matcher(entry.textValue()).matches()
                    || !ZONE_END.matcher(entry.textValue()).matches()) {
                problem(name, shown(entry) + " is no availability zone's name, such as 'us-east-1a'");
            } else if (zones.contains(entry.textValue())) {
                problem(name, shown(entry) + " is given twice");
            } else {
                zones.add(entry.textValue());
            }
        });
        return List.copyOf(zones);
    }

    private @Nullable String parameterName(@Nullable String cacheName) {
        JsonNode node = field("parameterName");
        if (node == null) {
            return cacheName == null ? null : "/prebake/" + cacheName + "/snapshot-id";
        }
        String why = node.isTextual() ? parameterProblem(node.textValue()) : "it is no text";
        if (why != null) {
            problem("parameterName", shown(node) + " is no name of an SSM parameter here: " + why);
            return null;
        }
        return node.textValue();
    }

    private static @Nullable String parameterProblem(String name) {
        if (!name.startsWith("/")) {
            return "it doesn't start with '/'";
        }
        if (name.length() > MAX_PARAMETER_LENGTH) {
            return "it is longer than " + MAX_PARAMETER_LENGTH + " characters, which leaves no room for " + MANIFEST;
        }
        if (RESERVED_PARAMETER.matcher(name).matches()) {
            return "AWS reserves what begins with 'aws' or 'ssm'";
        }
        if (TURNS.matcher(name).matches()) {
            return "a cache's executions stand in line there";
        }
        String[] levels = name.substring(1).split("/", -1);
        if (levels.length > MAX_PARAMETER_LEVELS) {
            return "it has more than " + MAX_PARAMETER_LEVELS + " levels, which leaves no room for " + MANIFEST;
        }
        for (String level : levels) {
            if (!PARAMETER_LEVEL.matcher(level).matches()) {
                return "between its '/' stand other characters than letters, digits, '_', '.' and '-', or none";
            }
        }
        return null;
    }

    private List<NodeGroup> nodeGroups() {
        JsonNode node = field("nodeGroups");
        if (node == null) {
            return List.of();
        }
        if (!node.isArray()) {
            problem("nodeGroups", shown(node) + " is no list of node groups");
            return List.of();
        }
        if (node.size() > MAX_NODE_GROUPS) {
            problem("nodeGroups", "has " + node.size() + " entries, more than " + MAX_NODE_GROUPS);
            return List.of();
        }
        List<NodeGroup> nodeGroups = new ArrayList<>();
        eachEntry("nodeGroups", node, (name, entry) -> {
            NodeGroup nodeGroup =
                    entry.isTextual() ? NodeGroup.parse(entry.textValue()).orElse(null) : null;
            if (nodeGroup == null) {
                problem(name, shown(entry) + " is no node group of EKS as cluster/nodegroup, such as 'ml/gpu'");
            } else if (nodeGroups.contains(nodeGroup)) {
                problem(name, shown(entry) + " is given twice");
            } else {
                nodeGroups.add(nodeGroup);
            }
        });
        return List.copyOf(nodeGroups);
    }

    /** No, when the field is absent. */
    private boolean flag(String name) {
        JsonNode node = field(name);
        if (node == null) {
            return false;
        }
        if (!node.isBoolean()) {
            problem(name, shown(node) + " is neither true nor false");
        }
        return node.booleanValue();
    }

    /** The number, {@code otherwise} when the field is absent, or null when that is the default or there is a problem. */
    private @Nullable Integer integer(String name, int least, int most, @Nullable Integer otherwise) {
        JsonNode node = field(name);
        if (node == null) {
            return otherwise;
        }
        double value = node.isNumber() ? node.doubleValue() : Double.NaN;
        if (value != Math.rint(value) || value < least || value > most) {
            problem(name, shown(node) + " is no whole number from " + least + " to " + most);
            return null;
        }
        return (int) value;
    }

    private void refuseUnknownFields() {
        for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!FIELDS.contains(name)) {
                problem(Excerpt.bare(name), "is no field of the input; its fields are " + listed(FIELDS));
            }
        }
    }

    private @Nullable JsonNode field(String name) {
        JsonNode node = object.get(name);
        return node == null || node.isNull() ? null : node;
    }

    private static void eachEntry(String field, JsonNode list, BiConsumer<String, JsonNode> read) {
        for (int i = 0; i < list.size(); i++) {
            read.accept(field + "[" + i + "]", list.get(i));
        }
    }

    private static String shown(JsonNode node) {
        return node.isTextual() ? Excerpt.of(node.textValue()) : Excerpt.bare(node.toString());
    }

    private static String withoutStop(@Nullable String sentence) {
        String text = Objects.requireNonNullElse(sentence, "");
        return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    }

    private void problem(String field, String what) {
        problems.add(field + ": " + what);
    }
}
