package dev.prebake.lab.cloud;

import dev.prebake.lab.clock.LabClock;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.services.ec2.model.CreateLaunchTemplateRequest;
import software.amazon.awssdk.services.ec2.model.CreateLaunchTemplateResponse;
import software.amazon.awssdk.services.ec2.model.CreateLaunchTemplateVersionRequest;
import software.amazon.awssdk.services.ec2.model.CreateLaunchTemplateVersionResponse;
import software.amazon.awssdk.services.ec2.model.DeleteLaunchTemplateRequest;
import software.amazon.awssdk.services.ec2.model.DeleteLaunchTemplateResponse;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplateVersionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplateVersionsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplatesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplatesResponse;
import software.amazon.awssdk.services.ec2.model.Ec2Request;
import software.amazon.awssdk.services.ec2.model.LaunchTemplate;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateBlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateVersion;
import software.amazon.awssdk.services.ec2.model.ModifyLaunchTemplateRequest;
import software.amazon.awssdk.services.ec2.model.ModifyLaunchTemplateResponse;
import software.amazon.awssdk.services.ec2.model.RequestLaunchTemplateData;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.ResponseLaunchTemplateData;
import software.amazon.awssdk.services.ec2.model.ShutdownBehavior;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.ValidationError;
import software.amazon.awssdk.services.ec2.model.ValidationWarning;

/**
 * EC2's launch templates, kept in memory until the lab ends. EC2 takes a template whatever it says: what can't be launched is a
 * warning in the answer, and an error where instances are launched. Of such things the lab knows the snapshots.
 */
final class LaunchTemplates {
    private static final String LATEST = "$Latest";
    private static final String DEFAULT = "$Default";
    /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html */
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9().\\-/_]{3,128}");

    private static final Pattern ID = Pattern.compile("lt-([0-9a-f]{8}|[0-9a-f]{17})");

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    private static final ResourceFilter<Template> FILTER = new ResourceFilter<>(
            Map.of("launch-template-name", template -> List.of(template.name())),
            template -> ResourceTags.answer(template.tags()));

    private static final ResourceFilter<LaunchTemplateVersion> VERSION_FILTER = new ResourceFilter<>(
            Map.of("is-default-version", version -> List.of(version.defaultVersion() ? "true" : "false")),
            version -> List.of());

    private final Volumes volumes;
    private final LabClock clock;
    private final Map<String, Template> templates = new ConcurrentHashMap<>();
    private final Map<String, Repeatable> byToken = new HashMap<>();

    LaunchTemplates(Volumes volumes, LabClock clock) {
        this.volumes = volumes;
        this.clock = clock;
    }

    /**
     * A launch template.
     *
     * @param id its ID
     * @param name its name
     * @param createdAt when it was created
     * @param defaultVersion number of the version that counts where none is named
     * @param versions all versions by number, never changed
     * @param tags its tags
     */
    record Template(
            String id,
            String name,
            Instant createdAt,
            long defaultVersion,
            NavigableMap<Long, Version> versions,
            Map<String, String> tags) {
        private long latestVersion() {
            return versions.lastKey();
        }

        private Template with(Version version) {
            NavigableMap<Long, Version> more = new TreeMap<>(versions);
            more.put(version.number(), version);
            return new Template(id, name, createdAt, defaultVersion, more, tags);
        }
    }

    /**
     * A version of a launch template.
     *
     * @param number its number, from 1
     * @param description as given; absent when none was
     * @param createdAt when it was created
     * @param data what it launches
     */
    record Version(long number, @Nullable String description, Instant createdAt, ResponseLaunchTemplateData data) {}

    private record Repeatable(Ec2Request request, SdkResponse response) {}

    /** Puts one in place that a stack has made. */
    synchronized void deploy(String id, String name) {
        Version only = new Version(
                1,
                null,
                clock.instant(),
                ResponseLaunchTemplateData.builder()
                        .instanceInitiatedShutdownBehavior(ShutdownBehavior.TERMINATE)
                        .build());
        templates.put(id, new Template(id, name, clock.instant(), 1, new TreeMap<>(Map.of(1L, only)), Map.of()));
    }

    synchronized CreateLaunchTemplateResponse create(CreateLaunchTemplateRequest request) {
        return once(request.clientToken(), request, CreateLaunchTemplateResponse.class, () -> {
            String name = request.launchTemplateName();
            if (name == null || !NAME.matcher(name).matches()) {
                throw AwsAnswers.ec2(
                        "InvalidLaunchTemplateName.MalformedException",
                        "A launch template name must be between 3 and 128 characters, and may contain letters, numbers,"
                                + " and the following characters: - ( ) . / _.");
            }
            if (templates.values().stream().anyMatch(template -> template.name().equals(name))) {
                throw AwsAnswers.ec2(
                        "InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.");
            }
            Version first = version(
                    1,
                    request.versionDescription(),
                    ResponseLaunchTemplateData.builder().build(),
                    request.launchTemplateData());
            Template template = new Template(
                    ResourceIds.next("lt"),
                    name,
                    clock.instant(),
                    1,
                    new TreeMap<>(Map.of(1L, first)),
                    ResourceTags.of(request.tagSpecifications(), ResourceType.LAUNCH_TEMPLATE));
            templates.put(template.id(), template);
            return CreateLaunchTemplateResponse.builder()
                    .launchTemplate(answer(template))
                    .warning(warning(first))
                    .build();
        });
    }

    synchronized CreateLaunchTemplateVersionResponse createVersion(CreateLaunchTemplateVersionRequest request) {
        return once(request.clientToken(), request, CreateLaunchTemplateVersionResponse.class, () -> {
            Template template = existing(request.launchTemplateId(), request.launchTemplateName());
            ResponseLaunchTemplateData source = request.sourceVersion() == null
                    ? ResponseLaunchTemplateData.builder().build()
                    : inheritable(version(template, request.sourceVersion()).data());
            Version version = version(
                    template.latestVersion() + 1, request.versionDescription(), source, request.launchTemplateData());
            Template changed = template.with(version);
            templates.put(changed.id(), changed);
            return CreateLaunchTemplateVersionResponse.builder()
                    .launchTemplateVersion(answer(changed, version))
                    .warning(warning(version))
                    .build();
        });
    }

    DescribeLaunchTemplatesResponse describe(DescribeLaunchTemplatesRequest request) {
        List<Template> asked = request.launchTemplateIds().isEmpty()
                        && request.launchTemplateNames().isEmpty()
                ? all()
                : Stream.concat(
                                request.launchTemplateIds().stream().map(id -> existing(id, null)),
                                request.launchTemplateNames().stream().map(name -> existing(null, name)))
                        .toList();
        Page<Template> page = AwsAnswers.ec2Page(
                FILTER.passing(asked, request.filters()), Template::id, request.maxResults(), 1, request.nextToken());
        return DescribeLaunchTemplatesResponse.builder()
                .launchTemplates(
                        page.items().stream().map(LaunchTemplates::answer).toList())
                .nextToken(page.nextToken())
                .build();
    }

    /** Of one template those asked for, or all, the newest first; of all templates, the latest or the default ones. */
    DescribeLaunchTemplateVersionsResponse describeVersions(DescribeLaunchTemplateVersionsRequest request) {
        Stream<LaunchTemplateVersion> asked;
        if (request.launchTemplateId() == null && request.launchTemplateName() == null) {
            if (request.versions().isEmpty() || !List.of(LATEST, DEFAULT).containsAll(request.versions())) {
                throw AwsAnswers.ec2(
                        "MissingParameter",
                        "Either a launch template ID or name must be given, or the versions must be " + LATEST + " or "
                                + DEFAULT + ".");
            }
            asked = all().stream().flatMap(template -> versions(template, request.versions()));
        } else {
            Template template = existing(request.launchTemplateId(), request.launchTemplateName());
            long least = number(request.minVersion(), 1);
            long most = number(request.maxVersion(), Long.MAX_VALUE);
            asked = request.versions().isEmpty()
                    ? template.versions().descendingMap().values().stream()
                            .filter(version -> version.number() >= least && version.number() <= most)
                            .map(version -> answer(template, version))
                    : versions(template, request.versions());
        }
        Page<LaunchTemplateVersion> page = AwsAnswers.ec2Page(
                VERSION_FILTER.passing(asked.toList(), request.filters()),
                version -> version.launchTemplateId() + " " + version.versionNumber(),
                request.maxResults(),
                1,
                request.nextToken());
        return DescribeLaunchTemplateVersionsResponse.builder()
                .launchTemplateVersions(page.items())
                .nextToken(page.nextToken())
                .build();
    }

    synchronized ModifyLaunchTemplateResponse modify(ModifyLaunchTemplateRequest request) {
        Template template = existing(request.launchTemplateId(), request.launchTemplateName());
        if (request.defaultVersion() == null) {
            throw AwsAnswers.ec2("MissingParameter", "The request must contain the parameter SetDefaultVersion.");
        }
        Template changed = new Template(
                template.id(),
                template.name(),
                template.createdAt(),
                version(template, request.defaultVersion()).number(),
                template.versions(),
                template.tags());
        templates.put(changed.id(), changed);
        return ModifyLaunchTemplateResponse.builder()
                .launchTemplate(answer(changed))
                .build();
    }

    synchronized DeleteLaunchTemplateResponse delete(DeleteLaunchTemplateRequest request) {
        Template template = existing(request.launchTemplateId(), request.launchTemplateName());
        templates.remove(template.id());
        return DeleteLaunchTemplateResponse.builder()
                .launchTemplate(answer(template))
                .build();
    }

    /** Gives a template more tags. */
    synchronized void tag(String id, List<Tag> tags) {
        Template template = existing(id, null);
        Map<String, String> all = new LinkedHashMap<>(template.tags());
        tags.forEach(tag -> all.put(tag.key(), tag.value()));
        templates.put(
                id,
                new Template(
                        id,
                        template.name(),
                        template.createdAt(),
                        template.defaultVersion(),
                        template.versions(),
                        all));
    }

    /**
     * The template of an ID or a name, of which one has to be there.
     *
     * @throws AwsServiceException under EC2's code for it when it is not
     */
    Template existing(@Nullable String id, @Nullable String name) {
        if ((id == null) == (name == null)) {
            throw AwsAnswers.ec2(
                    id == null ? "MissingParameter" : "InvalidParameterCombination",
                    "You must specify either the launch template ID or the launch template name, but not both.");
        }
        if (id == null) {
            return templates.values().stream()
                    .filter(template -> template.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> AwsAnswers.ec2(
                            "InvalidLaunchTemplateName.NotFoundException",
                            "The specified launch template, with template name " + name + ", does not exist."));
        }
        if (!ID.matcher(id).matches()) {
            throw AwsAnswers.ec2("InvalidLaunchTemplateId.Malformed", "Invalid launch template ID '" + id + "'.");
        }
        return Optional.ofNullable(templates.get(id))
                .orElseThrow(() -> AwsAnswers.ec2(
                        "InvalidLaunchTemplateId.NotFound",
                        "The specified launch template, with template ID " + id + ", does not exist."));
    }

    /**
     * The version of a template that a number, {@code $Latest} or {@code $Default} names.
     *
     * @throws AwsServiceException under EC2's code for it when there is none
     */
    Version version(Template template, String named) {
        Version version = switch (named) {
            case LATEST -> template.versions().lastEntry().getValue();
            case DEFAULT -> template.versions().get(template.defaultVersion());
            default -> NUMBER.matcher(named).matches() ? template.versions().get(Long.valueOf(named)) : null;
        };
        return Optional.ofNullable(version)
                .orElseThrow(() -> AwsAnswers.ec2(
                        "InvalidLaunchTemplateId.VersionNotFound",
                        "Could not find the specified version " + named + " for the launch template with ID "
                                + template.id() + "."));
    }

    /** Why EC2 would refuse to launch from a version; nothing when it would not. */
    List<ValidationError> problems(Version version) {
        return version.data().blockDeviceMappings().stream()
                .map(LaunchTemplateBlockDeviceMapping::ebs)
                .filter(Objects::nonNull)
                .filter(ebs -> ebs.snapshotId() != null)
                .flatMap(ebs -> {
                    try {
                        volumes.requireSnapshot(ebs.snapshotId(), ebs.volumeSize());
                        return Stream.empty();
                    } catch (AwsServiceException e) {
                        return Stream.of(ValidationError.builder()
                                .code(e.awsErrorDetails().errorCode())
                                .message(e.awsErrorDetails().errorMessage())
                                .build());
                    }
                })
                .toList();
    }

    private <R extends SdkResponse> R once(
            @Nullable String token, Ec2Request request, Class<R> type, Supplier<R> work) {
        Repeatable before = token == null ? null : byToken.get(token);
        if (before != null) {
            if (!before.request().equals(request)) {
                throw AwsAnswers.ec2(
                        "IdempotentParameterMismatch",
                        "The client token " + token + " was used with other parameters before.");
            }
            return type.cast(before.response());
        }
        R response = work.get();
        if (token != null) {
            byToken.put(token, new Repeatable(request, response));
        }
        return response;
    }

    /** What is given takes the place of what is inherited, each parameter as a whole. */
    private Version version(
            long number,
            @Nullable String description,
            ResponseLaunchTemplateData inherited,
            @Nullable RequestLaunchTemplateData given) {
        ResponseLaunchTemplateData.Builder data = inherited.toBuilder();
        if (given != null) {
            PojoCopy.copy(given, data);
        }
        return new Version(number, description, clock.instant(), data.build());
    }

    /** A version doesn't inherit the snapshots of its source's block devices. */
    private static ResponseLaunchTemplateData inheritable(ResponseLaunchTemplateData source) {
        return source.hasBlockDeviceMappings()
                ? source.toBuilder()
                        .blockDeviceMappings(source.blockDeviceMappings().stream()
                                .map(mapping -> mapping.ebs() == null
                                        ? mapping
                                        : mapping.toBuilder()
                                                .ebs(mapping.ebs().toBuilder()
                                                        .snapshotId(null)
                                                        .build())
                                                .build())
                                .toList())
                        .build()
                : source;
    }

    private @Nullable ValidationWarning warning(Version version) {
        List<ValidationError> problems = problems(version);
        return problems.isEmpty()
                ? null
                : ValidationWarning.builder().errors(problems).build();
    }

    private List<Template> all() {
        return templates.values().stream()
                .sorted(Comparator.comparing(Template::createdAt).thenComparing(Template::id))
                .toList();
    }

    private Stream<LaunchTemplateVersion> versions(Template template, Collection<String> named) {
        return named.stream().map(name -> version(template, name)).distinct().map(version -> answer(template, version));
    }

    private static long number(@Nullable String given, long otherwise) {
        if (given == null) {
            return otherwise;
        }
        if (!NUMBER.matcher(given).matches()) {
            throw AwsAnswers.ec2("InvalidParameterValue", "The version '" + given + "' is no number.");
        }
        return Long.parseLong(given);
    }

    private static LaunchTemplate answer(Template template) {
        return LaunchTemplate.builder()
                .launchTemplateId(template.id())
                .launchTemplateName(template.name())
                .createTime(template.createdAt())
                .createdBy("arn:aws:iam::" + Account.ID + ":root")
                .defaultVersionNumber(template.defaultVersion())
                .latestVersionNumber(template.latestVersion())
                .tags(ResourceTags.answer(template.tags()))
                .build();
    }

    private static LaunchTemplateVersion answer(Template template, Version version) {
        return LaunchTemplateVersion.builder()
                .launchTemplateId(template.id())
                .launchTemplateName(template.name())
                .versionNumber(version.number())
                .versionDescription(version.description())
                .createTime(version.createdAt())
                .createdBy("arn:aws:iam::" + Account.ID + ":root")
                .defaultVersion(version.number() == template.defaultVersion())
                .launchTemplateData(version.data())
                .build();
    }
}
