package dev.prebake.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.kernel.Architecture;
import dev.prebake.kernel.ImageReference;
import dev.prebake.kernel.NodeGroup;
import dev.prebake.kernel.RegistrySettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ExecutionInputTest {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:nvcr-AbCdEf";

    private static ExecutionInput valid(JsonNode json) {
        ExecutionInput.Reading reading = ExecutionInput.read(json);
        assertThat(reading).isInstanceOf(ExecutionInput.Reading.Valid.class);
        return ((ExecutionInput.Reading.Valid) reading).input();
    }

    private static ExecutionInput.Reading.Invalid invalid(@Nullable JsonNode json) {
        ExecutionInput.Reading reading = ExecutionInput.read(json);
        assertThat(reading).isInstanceOf(ExecutionInput.Reading.Invalid.class);
        return (ExecutionInput.Reading.Invalid) reading;
    }

    @Test
    @DisplayName("every field of a full input is taken over")
    void full() {
        assertThat(valid(Inputs.full()))
                .isEqualTo(new ExecutionInput(
                        "gpu",
                        List.of(
                                ImageReference.parse("nvcr.io/nvidia/pytorch:24.08-py3"),
                                ImageReference.parse("docker.io/library/busybox:latest")),
                        List.of(
                                new RegistrySettings("nvcr.io", SECRET, List.of(), null),
                                new RegistrySettings("unused.example.com", null, List.of(), "/ca")),
                        Architecture.AMD64,
                        List.of("m7i.4xlarge"),
                        64,
                        4000,
                        500,
                        List.of("us-east-1a"),
                        2,
                        "/caches/gpu",
                        List.of(new NodeGroup("ml", "gpu-a"), new NodeGroup("ml", "gpu-b")),
                        true,
                        null,
                        true));
    }

    @Test
    @DisplayName("only a name and images are needed; the rest has defaults")
    void defaults() {
        assertThat(valid(Inputs.json("{\"cacheName\":\"a\",\"images\":[\"busybox\"]}")))
                .isEqualTo(new ExecutionInput(
                        "a",
                        List.of(ImageReference.parse("busybox")),
                        List.of(),
                        Architecture.AMD64,
                        InstanceTypes.defaultsFor(Architecture.AMD64),
                        null,
                        16_000,
                        1_000,
                        List.of(),
                        3,
                        "/prebake/a/snapshot-id",
                        List.of(),
                        false,
                        null,
                        false));
    }

    @Test
    @DisplayName("null counts as absent, so that an input can undo a deployment's default")
    void nullIsAbsent() {
        ExecutionInput input = valid(Inputs.with("volumeSizeGiB", "null"));
        assertThat(input.volumeSizeGiB()).isNull();
        assertThat(valid(Inputs.with("parameterName", "null")).parameterName()).isEqualTo("/prebake/gpu/snapshot-id");
    }

    @Test
    @DisplayName("arm64 gets builders of its own")
    void arm64() {
        ObjectNode input = Inputs.with("architecture", "\"arm64\"");
        input.remove("instanceTypes");
        assertThat(valid(input).instanceTypes()).isEqualTo(InstanceTypes.defaultsFor(Architecture.ARM64));
    }

    static Stream<Arguments> validValues() {
        return Stream.of(
                Arguments.of("cacheName", "\"0\""),
                Arguments.of("cacheName", "\"" + "a".repeat(63) + "\""),
                Arguments.of("images", "[\"a\",\"b\",\"a:1\",\"localhost:5000/a\"]"),
                Arguments.of("images", list(25)),
                Arguments.of("images", list(12, 250)),
                Arguments.of("instanceTypes", "[\"u-6tb1.112xlarge\",\"m7i-flex.large\",\"g4dn.xlarge\"]"),
                Arguments.of("volumeSizeGiB", "1"),
                Arguments.of("volumeSizeGiB", "65536"),
                Arguments.of("volumeSizeGiB", "64.0"),
                Arguments.of("volumeIops", "3000"),
                Arguments.of("volumeIops", "80000"),
                Arguments.of("volumeIops", "1.6E4"),
                Arguments.of("volumeThroughputMiBps", "125"),
                Arguments.of("volumeThroughputMiBps", "2000"),
                Arguments.of("fastRestoreZones", "[]"),
                Arguments.of(
                        "fastRestoreZones",
                        "[\"us-east-1a\",\"us-gov-west-1b\",\"ap-southeast-2c\",\"us-west-2-lax-1a\"]"),
                Arguments.of("retainSnapshots", "1"),
                Arguments.of("retainSnapshots", "100"),
                Arguments.of("parameterName", "\"/a\""),
                Arguments.of("parameterName", "\"/A.b_c-D/9\""),
                Arguments.of("parameterName", "\"" + "/a".repeat(14) + "\""),
                Arguments.of("parameterName", "\"/" + "a".repeat(1001) + "\""),
                Arguments.of("parameterName", "\"/team/aws\""),
                Arguments.of("parameterName", "\"/prebake/turns\""),
                Arguments.of("nodeGroups", "[]"),
                Arguments.of("nodeGroups", "[\"ml/a\",\"ml/b\",\"dev/a\"]"),
                Arguments.of("registries", "{}"),
                Arguments.of("registries", "{\"localhost\":{\"mirrors\":[\"http://127.0.0.1:5000/a/b\"]}}"),
                Arguments.of("registries", "{\"[::1]:5000\":{\"mirrors\":[\"https://[::1]\",\"https://m\"]}}"),
                Arguments.of("registries", "{\"A.b\":{\"secretArn\":null,\"caParameter\":\"ca\"}}"),
                Arguments.of("registries", "{\"a.b:1\":{\"caParameter\":\"/aws/reference/secretsmanager/ca\"}}"),
                Arguments.of(
                        "registries",
                        "{\"a.b\":{\"secretArn\":\"arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:a/b_c+=.@-AbCdEf\"}}"),
                Arguments.of("retentionDryRun", "true"),
                Arguments.of("force", "false"));
    }

    @ParameterizedTest
    @DisplayName("what is just inside a field's range is valid")
    @MethodSource("validValues")
    void inRange(String field, String value) {
        valid(Inputs.with(field, value));
    }

    static Stream<Arguments> invalidValues() {
        return Stream.of(
                Arguments.of("cacheName", "\"\"", "is no name"),
                Arguments.of("cacheName", "\"-a\"", "is no name"),
                Arguments.of("cacheName", "\"GPU\"", "is no name"),
                Arguments.of("cacheName", "\"a b\"", "is no name"),
                Arguments.of("cacheName", "\"a\\n\"", "'a\\u000a' is no name"),
                Arguments.of("cacheName", "\"" + "a".repeat(64) + "\"", "is no name"),
                Arguments.of("cacheName", "7", "7 is no name"),
                Arguments.of("cacheName", "null", "is missing"),
                Arguments.of("images", "null", "is missing"),
                Arguments.of("images", "[]", "is empty"),
                Arguments.of("images", "{}", "{} is no list"),
                Arguments.of("images", "\"busybox\"", "'busybox' is no list"),
                Arguments.of("images", list(26), "has 26 entries, more than 25"),
                Arguments.of("images", list(15, 201), "have 3015 characters together, more than 3000"),
                Arguments.of("architecture", "\"x86_64\"", "'x86_64' is neither 'amd64' nor 'arm64'"),
                Arguments.of("architecture", "\"AMD64\"", "is neither"),
                Arguments.of("architecture", "[\"amd64\"]", "[\"amd64\"] is neither"),
                Arguments.of("instanceTypes", "[]", "is no list of instance types"),
                Arguments.of("instanceTypes", "\"m7i.4xlarge\"", "is no list of instance types"),
                Arguments.of("volumeSizeGiB", "0", "0 is no whole number from 1 to 65536"),
                Arguments.of("volumeSizeGiB", "65537", "is no whole number"),
                Arguments.of("volumeSizeGiB", "-1", "is no whole number"),
                Arguments.of("volumeSizeGiB", "64.5", "64.5 is no whole number"),
                Arguments.of("volumeSizeGiB", "\"64\"", "'64' is no whole number"),
                Arguments.of("volumeSizeGiB", "1e999", "is no whole number"),
                Arguments.of("volumeSizeGiB", "9".repeat(400), "is no whole number"),
                Arguments.of("volumeIops", "2999", "is no whole number from 3000 to 80000"),
                Arguments.of("volumeIops", "80001", "is no whole number"),
                Arguments.of("volumeIops", "true", "true is no whole number"),
                Arguments.of("volumeThroughputMiBps", "124", "is no whole number from 125 to 2000"),
                Arguments.of("volumeThroughputMiBps", "2001", "is no whole number"),
                Arguments.of("fastRestoreZones", "\"us-east-1a\"", "is no list"),
                Arguments.of("retainSnapshots", "0", "is no whole number from 1 to 100"),
                Arguments.of("retainSnapshots", "101", "is no whole number"),
                Arguments.of("retainSnapshots", "{}", "{} is no whole number"),
                Arguments.of("parameterName", "\"\"", "doesn't start with '/'"),
                Arguments.of("parameterName", "\"a/b\"", "doesn't start with '/'"),
                Arguments.of("parameterName", "\"/\"", "or none"),
                Arguments.of("parameterName", "\"/a/\"", "or none"),
                Arguments.of("parameterName", "\"/a//b\"", "or none"),
                Arguments.of("parameterName", "\"/a b\"", "other characters"),
                Arguments.of("parameterName", "\"/a\\u0000\"", "other characters"),
                Arguments.of("parameterName", "\"/aws/x\"", "reserves"),
                Arguments.of("parameterName", "\"/AWStest\"", "reserves"),
                Arguments.of("parameterName", "\"/Ssm-x\"", "reserves"),
                Arguments.of("parameterName", "\"/prebake/other/turns\"", "stand in line there"),
                Arguments.of("parameterName", "\"" + "/a".repeat(15) + "\"", "more than 14 levels"),
                Arguments.of("parameterName", "\"/" + "a".repeat(1002) + "\"", "longer than 1002 characters"),
                Arguments.of("parameterName", "5", "it is no text"),
                Arguments.of("registries", "[]", "[] is no object from a registry's host to its settings"),
                Arguments.of(
                        "registries", "{\"https://a.b\":{\"caParameter\":\"/c\"}}", "'https://a.b' is no registry's"),
                Arguments.of("registries", "{\"busybox\":{\"caParameter\":\"/c\"}}", "'busybox' is no registry's host"),
                Arguments.of("registries", "{\"a.b/c\":{\"caParameter\":\"/c\"}}", "'a.b/c' is no registry's host"),
                Arguments.of("registries", "{\"a.b:99999\":{\"caParameter\":\"/c\"}}", "is no registry's host"),
                Arguments.of("registries", "{\"\":{\"caParameter\":\"/c\"}}", "'' is no registry's host"),
                Arguments.of(
                        "registries",
                        "{\"docker.io\":{\"caParameter\":\"/c\"},\"index.docker.io\":{\"caParameter\":\"/c\"}}",
                        "is another name of a host that is there already"),
                Arguments.of(
                        "registries",
                        IntStream.range(0, 26)
                                .mapToObj(i -> "\"" + i + ".b\":{\"caParameter\":\"/c\"}")
                                .collect(Collectors.joining(",", "{", "}")),
                        "has 26 hosts, more than 25"),
                Arguments.of("nodeGroups", "\"ml/gpu\"", "'ml/gpu' is no list of node groups"),
                Arguments.of(
                        "nodeGroups",
                        IntStream.range(0, 11)
                                .mapToObj(i -> "\"ml/" + i + "\"")
                                .collect(Collectors.joining(",", "[", "]")),
                        "has 11 entries, more than 10"),
                Arguments.of("rollbackTo", "\"\"", "neither a snapshot's ID nor 'previous'"),
                Arguments.of("rollbackTo", "\"Previous\"", "neither a snapshot's ID nor 'previous'"),
                Arguments.of("rollbackTo", "\"snap-0\"", "neither a snapshot's ID nor 'previous'"),
                Arguments.of("rollbackTo", "\"vol-0b3d5f7a9c1e2d4f6\"", "neither a snapshot's ID nor 'previous'"),
                Arguments.of("rollbackTo", "1", "neither a snapshot's ID nor 'previous'"),
                Arguments.of("retentionDryRun", "\"yes\"", "'yes' is neither true nor false"),
                Arguments.of("force", "\"true\"", "'true' is neither true nor false"),
                Arguments.of("force", "1", "1 is neither true nor false"));
    }

    @ParameterizedTest
    @DisplayName("a wrong value is one problem that names its field, the value and what is wrong")
    @MethodSource("invalidValues")
    void outOfRange(String field, String value, String words) {
        assertThat(invalid(Inputs.with(field, value)).problems())
                .singleElement()
                .asString()
                .startsWith(field + ": ")
                .contains(words)
                .hasSizeLessThan(400);
    }

    static Stream<Arguments> invalidSettings() {
        String secret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:";
        return Stream.of(
                Arguments.of("5", "registries.a.b: 5 is no object with caParameter, mirrors, secretArn"),
                Arguments.of("{}", "registries.a.b: says nothing"),
                Arguments.of("{\"mirrors\":[]}", "registries.a.b: says nothing"),
                Arguments.of("{\"password\":\"p\"}", "registries.a.b.password: is no setting of a registry"),
                Arguments.of("{\"secretArn\":\"registry\"}", "registries.a.b.secretArn: 'registry' is no ARN"),
                Arguments.of("{\"secretArn\":\"" + secret + "\"}", "is no ARN of a secret"),
                Arguments.of("{\"secretArn\":\"" + secret + "a b\"}", "is no ARN of a secret"),
                Arguments.of("{\"secretArn\":\"" + secret.replace("secretsmanager", "ssm") + "a\"}", "is no ARN"),
                Arguments.of("{\"secretArn\":\"" + secret + "a".repeat(2_000) + "\"}", "is no ARN of a secret"),
                Arguments.of("{\"secretArn\":{\"username\":\"u\"}}", "is no ARN of a secret"),
                Arguments.of("{\"caParameter\":\"/a//b\"}", "registries.a.b.caParameter: '/a//b' is no name"),
                Arguments.of("{\"caParameter\":\"-----BEGIN CERTIFICATE-----\"}", "is no name of an SSM parameter"),
                Arguments.of("{\"mirrors\":\"https://m.b\"}", "registries.a.b.mirrors: 'https://m.b' is no list"),
                Arguments.of("{\"mirrors\":[\"m.b\"]}", "registries.a.b.mirrors[0]: 'm.b' is no mirror's address"),
                Arguments.of("{\"mirrors\":[\"http://m.b\"]}", "only a mirror on this machine may do without TLS"),
                Arguments.of("{\"mirrors\":[\"https://u:p@m.b\"]}", "is no mirror's address"),
                Arguments.of("{\"mirrors\":[\"https://m.b/?x=1\"]}", "is no mirror's address"),
                Arguments.of("{\"mirrors\":[\"https://m..b\"]}", "'m..b' is no host"),
                Arguments.of("{\"mirrors\":[\"https://m.b:0\"]}", "'m.b:0' is no host"),
                Arguments.of(
                        "{\"mirrors\":[\"https://m.b\",\"https://m.b/\"]}", "mirrors[1]: 'https://m.b/' is given"));
    }

    @ParameterizedTest
    @DisplayName("a wrong setting of a registry is one problem that names the host, the setting and what is wrong")
    @MethodSource("invalidSettings")
    void wrongSetting(String settings, String words) {
        assertThat(invalid(Inputs.with("registries", "{\"a.b\":" + settings + "}"))
                        .problems())
                .singleElement()
                .asString()
                .startsWith("registries.a.b")
                .contains(words)
                .hasSizeLessThan(400);
    }

    @Test
    @DisplayName("a mirror's last slash is dropped, and Docker Hub has one name")
    void canonicalSettings() {
        assertThat(valid(Inputs.with(
                                "registries",
                                "{\"index.docker.io\":{\"mirrors\":[\"https://m.example.com:5000/hub/\"]}}"))
                        .registries())
                .containsExactly(
                        new RegistrySettings("docker.io", null, List.of("https://m.example.com:5000/hub"), null));
    }

    @ParameterizedTest
    @DisplayName("what a shell or SSM would expand is refused in every field that takes text")
    @ValueSource(
            strings = {
                "'", "\"", "\\", "`", "$", "$(id)", ";", "&", "|", "<", ">", "(", ")", "{{", "}}", "*", "?", "!", "#",
                "~", " ", "\n"
            })
    void shellText(String text) {
        Map<String, JsonNode> fields = new LinkedHashMap<>();
        fields.put("cacheName", JSON.textNode("a" + text));
        fields.put("images", JSON.arrayNode().add("a.b/c" + text + "d:1"));
        fields.put("architecture", JSON.textNode("amd64" + text));
        fields.put("instanceTypes", JSON.arrayNode().add("m7i.4xlarge" + text));
        fields.put("fastRestoreZones", JSON.arrayNode().add("us-east-1a" + text));
        fields.put("parameterName", JSON.textNode("/a" + text));
        fields.put("nodeGroups", JSON.arrayNode().add("ml/gpu" + text));
        ObjectNode registries = JSON.objectNode();
        registries.putObject("h.b" + text).put("caParameter", "/ca");
        registries.putObject("s.b").put("secretArn", SECRET + text);
        registries.putObject("m.b").putArray("mirrors").add("https://m.b/x" + text);
        registries.putObject("c.b").put("caParameter", "/ca" + text);
        fields.put("registries", registries);
        ObjectNode input = Inputs.full();
        input.setAll(fields);
        assertThat(invalid(input).problems())
                .extracting(problem -> problem.substring(0, problem.indexOf(": ")))
                .containsExactly(
                        "cacheName",
                        "images[0]",
                        "registries",
                        "registries.s.b.secretArn",
                        "registries.m.b.mirrors[0]",
                        "registries.c.b.caParameter",
                        "architecture",
                        "instanceTypes[0]",
                        "fastRestoreZones[0]",
                        "parameterName",
                        "nodeGroups[0]");
    }

    static Stream<Arguments> invalidEntries() {
        return Stream.of(
                Arguments.of("images", "5", "5 is no text"),
                Arguments.of("images", "\"Bus\\nybox\"", "'Bus\\u000aybox' is no image reference"),
                Arguments.of("images", "\"" + "a/".repeat(100_000) + "\"", "… (200000 characters)"),
                Arguments.of("images", "\"docker.io/library/first:latest\"", "is given twice"),
                Arguments.of("instanceTypes", "5", "5 is no instance type"),
                Arguments.of("instanceTypes", "\"m7i\"", "'m7i' is no instance type"),
                Arguments.of("instanceTypes", "\"m7i.4xlarge \"", "is no instance type"),
                Arguments.of("instanceTypes", "\"M7i.4xlarge\"", "is no instance type"),
                Arguments.of("instanceTypes", "\"m7g.4xlarge\"", "is of architecture arm64, the images are of amd64"),
                Arguments.of("instanceTypes", "\"c5.large\"", "is given twice"),
                Arguments.of("fastRestoreZones", "{}", "{} is no availability zone"),
                Arguments.of("fastRestoreZones", "\"us-east-1\"", "'us-east-1' is no availability zone"),
                Arguments.of("fastRestoreZones", "\"use1-az1\"", "is no availability zone"),
                Arguments.of("fastRestoreZones", "\"eu-west-1c\"", "is given twice"),
                Arguments.of("nodeGroups", "5", "5 is no node group"),
                Arguments.of("nodeGroups", "\"gpu\"", "'gpu' is no node group of EKS as cluster/nodegroup"),
                Arguments.of("nodeGroups", "\"ml/gpu/x\"", "'ml/gpu/x' is no node group"),
                Arguments.of("nodeGroups", "\"ml/gpu\"", "is given twice"));
    }

    @ParameterizedTest
    @DisplayName("a wrong entry of a list is one problem that names its place")
    @MethodSource("invalidEntries")
    void wrongEntry(String field, String entry, String words) {
        String first = switch (field) {
            case "images" -> "\"first\"";
            case "instanceTypes" -> "\"c5.large\"";
            case "nodeGroups" -> "\"ml/gpu\"";
            default -> "\"eu-west-1c\"";
        };
        assertThat(invalid(Inputs.with(field, "[" + first + "," + entry + "]")).problems())
                .singleElement()
                .asString()
                .startsWith(field + "[1]: ")
                .contains(words)
                .hasSizeLessThan(700);
    }

    @Test
    @DisplayName("all problems come at once, in the order of the fields, unknown fields last")
    void allAtOnce() {
        ExecutionInput.Reading.Invalid reading = invalid(Inputs.json("""
                        {
                          "zzz": 1,
                          "cacheName": "Gpu",
                          "images": ["Upper", "busybox", 3, "docker.io/library/busybox"],
                          "architecture": "riscv64",
                          "instanceTypes": ["?"],
                          "volumeSizeGiB": 0,
                          "volumeIops": 1,
                          "volumeThroughputMiBps": 1,
                          "fastRestoreZones": ["here"],
                          "retainSnapshots": 0,
                          "parameterName": "x",
                          "nodeGroups": ["gpu"],
                          "retentionDryRun": "no",
                          "force": 0
                        }
                        """));
        assertThat(reading.problems())
                .extracting(problem -> problem.substring(0, problem.indexOf(": ")))
                .containsExactly(
                        "cacheName",
                        "images[0]",
                        "images[2]",
                        "images[3]",
                        "architecture",
                        "instanceTypes[0]",
                        "volumeSizeGiB",
                        "volumeIops",
                        "volumeThroughputMiBps",
                        "fastRestoreZones[0]",
                        "retainSnapshots",
                        "parameterName",
                        "nodeGroups[0]",
                        "retentionDryRun",
                        "force",
                        "zzz");
        assertThat(reading.images()).containsExactly(ImageReference.parse("busybox"));
        assertThat(reading.architecture()).isNull();
    }

    @ParameterizedTest
    @DisplayName("a rollback needs no images, and isn't forced")
    @ValueSource(strings = {"previous", "snap-0b3d5f7a9c1e2d4f6", "snap-0b3d5f7a"})
    void rollback(String to) {
        ExecutionInput input = valid(Inputs.json("{\"cacheName\":\"a\",\"images\":[],\"rollbackTo\":\"" + to + "\"}"));
        assertThat(input.rollbackTo()).isEqualTo(to);
        assertThat(input.images()).isEmpty();
        assertThat(valid(Inputs.json("{\"cacheName\":\"a\",\"rollbackTo\":\"" + to + "\"}"))
                        .images())
                .isEmpty();
        assertThat(valid(Inputs.json("{\"cacheName\":\"a\",\"images\":[\"b\"],\"rollbackTo\":\"" + to + "\"}"))
                        .images())
                .hasSize(1);
        assertThat(invalid(Inputs.with("rollbackTo", "\"" + to + "\"")).problems())
                .containsExactly("force: bakes, and rollbackTo doesn't: leave one of them out");
        assertThat(invalid(Inputs.json("{\"cacheName\":\"a\",\"images\":[]}")).problems())
                .singleElement()
                .asString()
                .startsWith("images: ");
    }

    @Test
    @DisplayName("an unknown field is refused by name, with the names that there are")
    void unknownField() {
        assertThat(invalid(Inputs.with("volumeSizeGb", "5")).problems())
                .singleElement()
                .asString()
                .startsWith(
                        "volumeSizeGb: is no field of the input; its fields are architecture, cacheName, fastRestoreZones,")
                .contains("volumeSizeGiB");
    }

    @ParameterizedTest
    @DisplayName("what is no object is refused in words")
    @ValueSource(strings = {"null", "[]", "[{}]", "\"{}\"", "5", "true"})
    void noObject(String json) {
        assertThat(invalid(Inputs.json(json)).problems())
                .containsExactly(
                        "the input must be a JSON object, such as {} for the deployment's defaults; it is " + json);
    }

    @Test
    @DisplayName("no input at all is refused in words")
    void nothing() {
        assertThat(invalid(null).problems()).singleElement().asString().endsWith("it is nothing");
        assertThat(invalid(MissingNode.getInstance()).problems())
                .singleElement()
                .asString()
                .endsWith("it is nothing");
    }

    /** Images whose references have so many characters each. */
    private static String list(int images, int characters) {
        return IntStream.range(10, 10 + images)
                .mapToObj(i -> "\"r.io/" + "a".repeat(characters - "r.io/10:1".length()) + i + ":1\"")
                .toList()
                .toString();
    }

    private static String list(int size) {
        return IntStream.range(0, size)
                .mapToObj(i -> "\"image:" + i + "\"")
                .toList()
                .toString();
    }
}
