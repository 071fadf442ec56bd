package dev.prebake.infra;

import static dev.prebake.infra.PropertyChecks.or;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a deployment of an image cache decides. The first group becomes the defaults of every execution's input, under the same
 * names; an input overrides any of them. What is absent there is PlanBake's to choose.
 *
 * @param cacheName name of the cache: 1 to 63 lower-case letters, digits and {@code -}; default {@code default}
 * @param images image references to bake, at most 25; none by default, so that every input has to name some
 * @param registries settings by registry host: {@code secretArn}, {@code mirrors}, {@code caParameter}; none by default. The roles may
 *     read exactly the secrets and parameters that stand here
 * @param architecture {@code amd64} or {@code arm64}; default {@code amd64}
 * @param instanceTypes builder instance types, in the order to try; absent: PlanBake's for the architecture
 * @param volumeSizeGiB size of the data volume, in GiB, 1 to 65536; absent: worked out from the images
 * @param volumeIops gp3 IOPS of the builder's data volume, 3000 to 80000; absent: 16000
 * @param volumeThroughputMiBps gp3 throughput of the builder's data volume, in MiB/s, 125 to 2000; absent: 1000
 * @param fastRestoreZones availability zones to enable Fast Snapshot Restore in; none by default: each costs by the hour
 * @param retainSnapshots snapshots of the cache to keep, 1 to 100, the published one included; default 3
 * @param parameterName SSM parameter that the snapshot's ID is published in; default {@code /prebake/CACHE/snapshot-id}
 * @param nodeGroups EKS node groups, {@code cluster/nodegroup}, at most 10, to renew from each published snapshot; none by default. The
 *     functions may update exactly those that stand here, and from launch templates with the tag {@code prebake:cache} alone
 * @param kubernetesVersion EKS version whose optimised AMI builders use, no newer than the nodes'; default
 *     {@value #KUBERNETES_VERSION}
 * @param kmsKeyArn ARN of a symmetric KMS key, no alias, of this region, that encrypts the builders' volumes and with them the
 *     snapshots; absent: the account's default for EBS. Its key policy has to let the account's IAM policies decide, or name
 *     LaunchBuilder's role. Snapshots under another key are neither reused nor built upon
 * @param vpcId VPC of the builders, with subnetIds; absent: a VPC of their own
 * @param subnetIds subnets to launch builders in, in the order to try. They need a way to the registries and to SSM, Logs, ECR
 *     and S3: an internet gateway with public addresses, a NAT gateway, or VPC endpoints
 * @param endpoints whether to make the VPC endpoints that a builder needs, in the first of the subnets, for builders alone; default
 *     false. Without vpcId the subnets are private then and have no other way out: images have to come from ECR of this region. In a
 *     VPC of one's own, DNS has to be on and none of these endpoints there
 * @param routeTableIds route tables of the subnets, to add an S3 gateway endpoint to; only with vpcId and endpoints. None by default:
 *     the subnets have a way to S3
 * @param schedule EventBridge Scheduler expression on which to start executions with an empty input, {@code rate(1 day)} or
 *     {@code cron(0 3 * * ? *)}; absent: none
 * @param scheduleTimezone time zone of a cron schedule; default {@code UTC}
 * @param rebuildOnPush whether pushing to an ECR repository of this account and region that one of the images is from starts an
 *     execution; default false
 * @param notificationTopicArn SNS topic for failed executions; absent: a topic of the cache's own, without subscribers
 * @param logRetentionDays days to keep logs, one of CloudWatch's values; default 30
 */
public record ImageCacheProps(
        String cacheName,
        List<String> images,
        Map<String, Registry> registries,
        String architecture,
        List<String> instanceTypes,
        @Nullable Integer volumeSizeGiB,
        @Nullable Integer volumeIops,
        @Nullable Integer volumeThroughputMiBps,
        List<String> fastRestoreZones,
        int retainSnapshots,
        String parameterName,
        List<String> nodeGroups,
        String kubernetesVersion,
        @Nullable String kmsKeyArn,
        @Nullable String vpcId,
        List<String> subnetIds,
        boolean endpoints,
        List<String> routeTableIds,
        @Nullable String schedule,
        String scheduleTimezone,
        boolean rebuildOnPush,
        @Nullable String notificationTopicArn,
        int logRetentionDays) {

    /** Where they stand in the CDK's context. */
    static final String CONTEXT = "prebake";

    /**
     * What builders and clusters have unless told otherwise: in standard support on EKS, with AMIs of all families
     * (https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html, https://github.com/awslabs/amazon-eks-ami/releases).
     * It leaves that 14 months after its release, which was by June 2026; 1.34 does on 2 December 2026. A builder's containerd is as
     * new as a node's where both have the same version.
     */
    static final String KUBERNETES_VERSION = "1.36";

    static final Pattern VERSION = Pattern.compile("1\\.[0-9]{2}");

    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

    private static final Pattern CACHE_NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
    private static final Pattern PARAMETER = Pattern.compile("(?:/[a-zA-Z0-9_.-]+){1,14}");
    private static final Pattern NODE_GROUP =
            Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_-]{0,99}/[a-zA-Z0-9][a-zA-Z0-9_-]{0,62}");
    private static final Pattern KEY = Pattern.compile("arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[a-zA-Z0-9-]+");
    /** ECR's host of a repository of any account and region. */
    private static final Pattern ECR_IMAGE =
            Pattern.compile("[0-9]{12}\\.dkr\\.ecr\\.[a-z0-9-]+\\.amazonaws\\.com(?:\\.cn)?/([^:@]+).*");

    private static final Pattern SCHEDULE = Pattern.compile("(?:rate|cron|at)\\(.+\\)");
    private static final Pattern SECRET =
            Pattern.compile("arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[a-zA-Z0-9/_+=.@-]+");
    private static final List<Integer> RETENTIONS = List.of(
            1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653);

    /**
     * How a registry is reached, as in an execution's input.
     *
     * @param secretArn secret with its login
     * @param mirrors addresses to ask first
     * @param caParameter SSM parameter with its authority's certificates
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Registry(
            @Nullable String secretArn,
            @Nullable List<String> mirrors,
            @Nullable String caParameter) {}

    /**
     * Checks what can be checked without AWS; PlanBake checks the input's fields in full.
     *
     * @throws InvalidPropertiesException naming every problem
     */
    public ImageCacheProps {
        images = List.copyOf(images);
        registries = Map.copyOf(registries);
        instanceTypes = List.copyOf(instanceTypes);
        fastRestoreZones = List.copyOf(fastRestoreZones);
        nodeGroups = List.copyOf(nodeGroups);
        subnetIds = List.copyOf(subnetIds);
        routeTableIds = List.copyOf(routeTableIds);
        PropertyChecks checks = new PropertyChecks(CONTEXT);
        checks.require(
                CACHE_NAME.matcher(cacheName).matches(),
                "cacheName '" + cacheName
                        + "' is no name: 1 to 63 lower-case letters, digits or '-', not starting with '-'");
        checks.require(images.size() <= 25, "images has " + images.size() + " entries, more than 25");
        checks.require(
                architecture.equals("amd64") || architecture.equals("arm64"),
                "architecture '" + architecture + "' is neither amd64 nor arm64");
        checks.between("volumeSizeGiB", volumeSizeGiB, 1, 65_536);
        checks.between("volumeIops", volumeIops, 3_000, 80_000);
        checks.between("volumeThroughputMiBps", volumeThroughputMiBps, 125, 2_000);
        checks.between("retainSnapshots", retainSnapshots, 1, 100);
        checks.require(
                PARAMETER.matcher(parameterName).matches() && !parameterName.matches("(?i)/(aws|ssm).*"),
                "parameterName '" + parameterName + "' is no name of an SSM parameter below '/'");
        checks.require(nodeGroups.size() <= 10, "nodeGroups has " + nodeGroups.size() + " entries, more than 10");
        nodeGroups.forEach(nodeGroup -> checks.require(
                NODE_GROUP.matcher(nodeGroup).matches(),
                "nodeGroups '" + nodeGroup + "' is no node group of EKS as cluster/nodegroup"));
        checks.require(
                VERSION.matcher(kubernetesVersion).matches(),
                "kubernetesVersion '" + kubernetesVersion + "' is no version such as " + KUBERNETES_VERSION);
        checks.require(
                (vpcId == null) == subnetIds.isEmpty(),
                "vpcId and subnetIds go together: one is there without the other");
        checks.require(
                routeTableIds.isEmpty() || (endpoints && vpcId != null),
                "routeTableIds are for endpoints in the VPC of vpcId, and not both are there");
        checks.require(
                kmsKeyArn == null || KEY.matcher(kmsKeyArn).matches(),
                "kmsKeyArn '" + kmsKeyArn + "' is no ARN of a KMS key: an alias won't do");
        checks.require(
                schedule == null || SCHEDULE.matcher(schedule).matches(),
                "schedule '" + schedule + "' is neither rate(...), cron(...) nor at(...)");
        checks.require(
                schedule == null || !images.isEmpty(),
                "schedule is set, but there are no images: a scheduled execution has an empty input");
        checks.require(!rebuildOnPush || !images.isEmpty(), "rebuildOnPush is set, but there are no images");
        checks.require(
                !rebuildOnPush || images.isEmpty() || !repositories(images).isEmpty(),
                "rebuildOnPush is set, but none of the images is from a repository of Amazon ECR");
        checks.require(
                notificationTopicArn == null || notificationTopicArn.startsWith("arn:"),
                "notificationTopicArn '" + notificationTopicArn + "' is no ARN");
        checks.require(
                RETENTIONS.contains(logRetentionDays),
                "logRetentionDays " + logRetentionDays + " is none of CloudWatch's values " + RETENTIONS);
        registries.forEach((host, registry) -> checks.require(
                registry.secretArn() == null
                        || SECRET.matcher(registry.secretArn()).matches(),
                "registries." + host + ".secretArn is no ARN of a secret"));
        checks.throwIfAny();
        String defaults = json(inputOf(
                cacheName,
                images,
                registries,
                architecture,
                instanceTypes,
                volumeSizeGiB,
                volumeIops,
                volumeThroughputMiBps,
                fastRestoreZones,
                retainSnapshots,
                parameterName,
                nodeGroups));
        // They stand in a JSONata string of the definition.
        if (defaults.indexOf('\'') >= 0 || defaults.indexOf('\\') >= 0) {
            throw new InvalidPropertiesException(CONTEXT, List.of("no value may hold a quotation mark or a backslash"));
        }
    }

    /**
     * Reads the properties from the CDK's context.
     *
     * @param context the context's value; absent: all of the defaults
     * @throws InvalidPropertiesException naming every problem that can be told at once
     */
    public static ImageCacheProps of(@Nullable Object context) {
        return PropertyChecks.read(CONTEXT, context, Values.class).toProps();
    }

    /** The defaults of an execution's input, as compact JSON. */
    String defaults() {
        return json(inputOf(
                cacheName,
                images,
                registries,
                architecture,
                instanceTypes,
                volumeSizeGiB,
                volumeIops,
                volumeThroughputMiBps,
                fastRestoreZones,
                retainSnapshots,
                parameterName,
                nodeGroups));
    }

    /** The secrets that registries' logins are in. */
    List<String> secretArns() {
        return registries.values().stream()
                .map(Registry::secretArn)
                .filter(Objects::nonNull)
                .distinct()
                .sorted()
                .toList();
    }

    /** The SSM parameters that registries' authorities are in. */
    List<String> caParameters() {
        return registries.values().stream()
                .map(Registry::caParameter)
                .filter(Objects::nonNull)
                .distinct()
                .sorted()
                .toList();
    }

    /** The repositories of ECR that images are from. */
    List<String> ecrRepositories() {
        return repositories(images);
    }

    private static List<String> repositories(List<String> images) {
        return images.stream()
                .map(ECR_IMAGE::matcher)
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .distinct()
                .sorted()
                .toList();
    }

    private static Map<String, Object> inputOf(
            String cacheName,
            List<String> images,
            Map<String, Registry> registries,
            String architecture,
            List<String> instanceTypes,
            @Nullable Integer volumeSizeGiB,
            @Nullable Integer volumeIops,
            @Nullable Integer volumeThroughputMiBps,
            List<String> fastRestoreZones,
            int retainSnapshots,
            String parameterName,
            List<String> nodeGroups) {
        Map<String, Object> input = new LinkedHashMap<>();
        input.put("cacheName", cacheName);
        put(input, "images", images.isEmpty() ? null : images);
        put(input, "registries", registries.isEmpty() ? null : registries);
        input.put("architecture", architecture);
        put(input, "instanceTypes", instanceTypes.isEmpty() ? null : instanceTypes);
        put(input, "volumeSizeGiB", volumeSizeGiB);
        put(input, "volumeIops", volumeIops);
        put(input, "volumeThroughputMiBps", volumeThroughputMiBps);
        put(input, "fastRestoreZones", fastRestoreZones.isEmpty() ? null : fastRestoreZones);
        input.put("retainSnapshots", retainSnapshots);
        input.put("parameterName", parameterName);
        put(input, "nodeGroups", nodeGroups.isEmpty() ? null : nodeGroups);
        return input;
    }

    private static void put(Map<String, Object> input, String name, @Nullable Object value) {
        if (value != null) {
            input.put(name, value);
        }
    }

    private static String json(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Text and numbers can be written as JSON.", e);
        }
    }

    /** As they stand in the context; what is absent has its default here, and nowhere else. */
    private record Values(
            @Nullable String cacheName,
            @Nullable List<String> images,
            @Nullable Map<String, Registry> registries,
            @Nullable String architecture,
            @Nullable List<String> instanceTypes,
            @Nullable Integer volumeSizeGiB,
            @Nullable Integer volumeIops,
            @Nullable Integer volumeThroughputMiBps,
            @Nullable List<String> fastRestoreZones,
            @Nullable Integer retainSnapshots,
            @Nullable String parameterName,
            @Nullable List<String> nodeGroups,
            @Nullable String kubernetesVersion,
            @Nullable String kmsKeyArn,
            @Nullable String vpcId,
            @Nullable List<String> subnetIds,
            @Nullable Boolean endpoints,
            @Nullable List<String> routeTableIds,
            @Nullable String schedule,
            @Nullable String scheduleTimezone,
            @Nullable Boolean rebuildOnPush,
            @Nullable String notificationTopicArn,
            @Nullable Integer logRetentionDays) {
        ImageCacheProps toProps() {
            String name = or(cacheName, "default");
            return new ImageCacheProps(
                    name,
                    or(images, List.of()),
                    or(registries, Map.of()),
                    or(architecture, "amd64"),
                    or(instanceTypes, List.of()),
                    volumeSizeGiB,
                    volumeIops,
                    volumeThroughputMiBps,
                    or(fastRestoreZones, List.of()),
                    or(retainSnapshots, 3),
                    or(parameterName, "/prebake/" + name + "/snapshot-id"),
                    or(nodeGroups, List.of()),
                    or(kubernetesVersion, KUBERNETES_VERSION),
                    kmsKeyArn,
                    vpcId,
                    or(subnetIds, List.of()),
                    or(endpoints, false),
                    or(routeTableIds, List.of()),
                    schedule,
                    or(scheduleTimezone, "UTC"),
                    or(rebuildOnPush, false),
                    notificationTopicArn,
                    or(logRetentionDays, 30));
        }
    }
}
