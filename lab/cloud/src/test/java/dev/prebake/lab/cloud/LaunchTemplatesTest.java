package dev.prebake.lab.cloud;

import static dev.prebake.lab.cloud.Doubles.assertRefused;
import static dev.prebake.lab.cloud.Doubles.filter;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingKnownType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.services.ec2.model.CreateLaunchTemplateRequest;
import software.amazon.awssdk.services.ec2.model.CreateLaunchTemplateResponse;
import software.amazon.awssdk.services.ec2.model.CreateLaunchTemplateVersionRequest;
import software.amazon.awssdk.services.ec2.model.CreateTagsRequest;
import software.amazon.awssdk.services.ec2.model.DeleteLaunchTemplateRequest;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplateVersionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplatesRequest;
import software.amazon.awssdk.services.ec2.model.LaunchTemplate;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateBlockDeviceMappingRequest;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateEbsBlockDeviceRequest;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateVersion;
import software.amazon.awssdk.services.ec2.model.ModifyLaunchTemplateRequest;
import software.amazon.awssdk.services.ec2.model.RequestLaunchTemplateData;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.ResponseLaunchTemplateData;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.ValidationError;

@DisplayName("The lab's launch templates")
class LaunchTemplatesTest extends OnDoubles {
    private static final String NOBODYS = "lt-0123456789abcdef0";

    @Test
    @DisplayName("A template has a first version, which is its latest and its default, and the tags it was made with")
    void creates() {
        LaunchTemplate template = create("nodes");

        assertThat(template.launchTemplateId()).matches("lt-0[0-9a-f]{16}");
        assertThat(template.defaultVersionNumber()).isEqualTo(1);
        assertThat(template.latestVersionNumber()).isEqualTo(1);
        assertThat(template.createTime()).isEqualTo(Doubles.START);
        assertThat(template.tags())
                .containsExactly(Tag.builder().key("Name").value("nodes").build());
        assertThat(all(DescribeLaunchTemplateVersionsRequest.builder().launchTemplateName("nodes")))
                .singleElement()
                .satisfies(version -> {
                    assertThat(version.launchTemplateData().userData()).isEqualTo("Zmlyc3Q=");
                    assertThat(version.defaultVersion()).isTrue();
                });
    }

    @Test
    @DisplayName(
            "A version takes from its source what it doesn't give itself, each parameter whole, and of block devices not"
                    + " the snapshots")
    void inherits() {
        String older = aws.snapshot("older");
        create("nodes", mapping("/dev/xvda", null), mapping("/dev/xvdb", older));

        createVersion("nodes", "1", RequestLaunchTemplateData.builder().imageId("ami-1"));
        createVersion(
                "nodes",
                "$Latest",
                RequestLaunchTemplateData.builder().blockDeviceMappings(mapping("/dev/xvdb", older)));
        createVersion("nodes", null, RequestLaunchTemplateData.builder().imageId("ami-2"));

        ResponseLaunchTemplateData second = data("nodes", "2");
        assertThat(second.userData()).isEqualTo("Zmlyc3Q=");
        assertThat(second.imageId()).isEqualTo("ami-1");
        assertThat(second.blockDeviceMappings()).hasSize(2);
        assertThat(second.blockDeviceMappings().get(1).ebs().volumeSize()).isEqualTo(Doubles.VOLUME_GIB);
        assertThat(second.blockDeviceMappings().get(1).ebs().snapshotId()).isNull();
        ResponseLaunchTemplateData third = data("nodes", "3");
        assertThat(third.imageId()).isEqualTo("ami-1");
        assertThat(third.blockDeviceMappings()).singleElement().satisfies(mapping -> {
            assertThat(mapping.deviceName()).isEqualTo("/dev/xvdb");
            assertThat(mapping.ebs().snapshotId()).isEqualTo(older);
        });
        ResponseLaunchTemplateData fourth = data("nodes", "4");
        assertThat(fourth.imageId()).isEqualTo("ami-2");
        assertThat(fourth.userData()).isNull();
        assertThat(fourth.hasBlockDeviceMappings()).isFalse();
    }

    @Test
    @DisplayName("Whatever a request can say of a launch, the answer's classes can say too, by the same names")
    void requestsAndAnswers() {
        assertCovers(RequestLaunchTemplateData.builder(), ResponseLaunchTemplateData.builder());
    }

    @Test
    @DisplayName("A snapshot that can't be launched from is a warning, and the version is made")
    void warns() {
        CreateLaunchTemplateResponse created =
                aws.ec2.createLaunchTemplate(request("nodes", mapping("/dev/xvdb", "snap-0dddddddddddddddd")));
        String pending = aws.begunSnapshot(Doubles.volumeOf(aws.launched("other")), "other");

        assertThat(created.warning().errors())
                .containsExactly(ValidationError.builder()
                        .code("InvalidSnapshot.NotFound")
                        .message("The snapshot 'snap-0dddddddddddddddd' does not exist.")
                        .build());
        assertThat(warnings(mapping("/dev/xvdb", pending))).containsExactly("IncorrectState");
        aws.backlog.work();
        assertThat(warnings(mapping("/dev/xvdb", pending))).isEmpty();
        assertThat(warnings(LaunchTemplateBlockDeviceMappingRequest.builder()
                        .deviceName("/dev/xvdb")
                        .ebs(LaunchTemplateEbsBlockDeviceRequest.builder()
                                .snapshotId(pending)
                                .volumeSize(Doubles.VOLUME_GIB - 1)
                                .build())
                        .build()))
                .containsExactly("InvalidBlockDeviceMapping");
        assertThat(versions("nodes")).hasSize(4);
    }

    @Test
    @DisplayName("A call repeated with its client token gives the same answer; with other parameters it is refused")
    void tokens() {
        CreateLaunchTemplateRequest create =
                request("nodes").toBuilder().clientToken("t-1").build();
        assertThat(aws.ec2.createLaunchTemplate(create)).isEqualTo(aws.ec2.createLaunchTemplate(create));
        CreateLaunchTemplateVersionRequest version = CreateLaunchTemplateVersionRequest.builder()
                .launchTemplateName("nodes")
                .sourceVersion("1")
                .clientToken("t-2")
                .build();

        assertThat(aws.ec2.createLaunchTemplateVersion(version))
                .isEqualTo(aws.ec2.createLaunchTemplateVersion(version));

        assertThat(versions("nodes")).hasSize(2);
        assertRefused(
                "IdempotentParameterMismatch",
                "t-2",
                () -> aws.ec2.createLaunchTemplateVersion(
                        version.toBuilder().sourceVersion("2").build()));
        aws.ec2.createLaunchTemplateVersion(
                version.toBuilder().clientToken("t-3").build());
        assertThat(versions("nodes")).hasSize(3);
    }

    @Test
    @DisplayName(
            "Versions are listed newest first, by number, $Latest, $Default and range; of all templates by the two words")
    void describesVersions() {
        create("nodes");
        createVersion("nodes", "1", RequestLaunchTemplateData.builder());
        createVersion("nodes", "1", RequestLaunchTemplateData.builder());
        aws.ec2.modifyLaunchTemplate(ModifyLaunchTemplateRequest.builder()
                .launchTemplateName("nodes")
                .defaultVersion("2")
                .build());
        create("others");

        assertThat(versions("nodes")).containsExactly(3L, 2L, 1L);
        assertThat(versions("nodes", "1", "$Latest", "$Default")).containsExactly(1L, 3L, 2L);
        assertThat(versions("nodes", "$Latest", "3")).containsExactly(3L);
        assertThat(numbers(DescribeLaunchTemplateVersionsRequest.builder()
                        .launchTemplateName("nodes")
                        .minVersion("2")
                        .maxVersion("2")))
                .containsExactly(2L);
        assertThat(numbers(DescribeLaunchTemplateVersionsRequest.builder()
                        .launchTemplateName("nodes")
                        .filters(filter("is-default-version", "true"))))
                .containsExactly(2L);
        assertThat(numbers(DescribeLaunchTemplateVersionsRequest.builder().versions("$Latest")))
                .containsExactlyInAnyOrder(3L, 1L);
        assertRefused(
                "MissingParameter",
                "$Latest or $Default",
                () -> numbers(DescribeLaunchTemplateVersionsRequest.builder().versions("1")));
        assertRefused(
                "InvalidParameterValue",
                "'x'",
                () -> numbers(DescribeLaunchTemplateVersionsRequest.builder()
                        .launchTemplateName("nodes")
                        .minVersion("x")));
    }

    @Test
    @DisplayName("Templates are found by ID, name and tags, which may be given later")
    void describes() {
        LaunchTemplate template = create("nodes");
        create("others");
        aws.ec2.createTags(CreateTagsRequest.builder()
                .resources(template.launchTemplateId())
                .tags(Tag.builder().key("prebake:cache").value("default").build())
                .build());

        assertThat(names(DescribeLaunchTemplatesRequest.builder())).containsExactlyInAnyOrder("nodes", "others");
        assertThat(names(DescribeLaunchTemplatesRequest.builder().launchTemplateIds(template.launchTemplateId())))
                .containsExactly("nodes");
        assertThat(names(DescribeLaunchTemplatesRequest.builder().launchTemplateNames("others")))
                .containsExactly("others");
        assertThat(names(DescribeLaunchTemplatesRequest.builder().filters(filter("tag:prebake:cache", "*"))))
                .containsExactly("nodes");
        assertThat(names(DescribeLaunchTemplatesRequest.builder().filters(filter("launch-template-name", "oth*"))))
                .containsExactly("others");
        assertRefused(
                "InvalidID",
                "i-1",
                () -> aws.ec2.createTags(
                        CreateTagsRequest.builder().resources("i-1").build()));
    }

    @Test
    @DisplayName("A template that is deleted is gone with its versions, and its name is free")
    void deletes() {
        LaunchTemplate template = create("nodes");

        aws.ec2.deleteLaunchTemplate(DeleteLaunchTemplateRequest.builder()
                .launchTemplateId(template.launchTemplateId())
                .build());

        assertRefused("InvalidLaunchTemplateName.NotFoundException", "nodes", () -> versions("nodes"));
        assertThat(create("nodes").launchTemplateId()).isNotEqualTo(template.launchTemplateId());
    }

    @Test
    @DisplayName("What doesn't exist, is taken or can't be is refused under EC2's code for it")
    void refusals() {
        create("nodes");
        assertRefused("InvalidLaunchTemplateName.AlreadyExistsException", "in use", () -> create("nodes"));
        assertRefused("InvalidLaunchTemplateName.MalformedException", "3 and 128", () -> create("a b"));
        assertRefused(
                "InvalidLaunchTemplateId.NotFound",
                NOBODYS,
                () -> names(DescribeLaunchTemplatesRequest.builder().launchTemplateIds(NOBODYS)));
        assertRefused(
                "InvalidLaunchTemplateId.Malformed",
                "lt-x",
                () -> names(DescribeLaunchTemplatesRequest.builder().launchTemplateIds("lt-x")));
        assertRefused("InvalidLaunchTemplateId.VersionNotFound", "version 2", () -> versions("nodes", "2"));
        assertRefused("InvalidLaunchTemplateId.VersionNotFound", "version $Newest", () -> versions("nodes", "$Newest"));
        assertRefused(
                "InvalidLaunchTemplateId.VersionNotFound",
                "version 7",
                () -> createVersion("nodes", "7", RequestLaunchTemplateData.builder()));
        assertRefused(
                "MissingParameter",
                "either",
                () -> aws.ec2.deleteLaunchTemplate(
                        DeleteLaunchTemplateRequest.builder().build()));
        assertRefused(
                "InvalidParameterCombination",
                "not both",
                () -> aws.ec2.deleteLaunchTemplate(DeleteLaunchTemplateRequest.builder()
                        .launchTemplateId(NOBODYS)
                        .launchTemplateName("nodes")
                        .build()));
        assertRefused(
                "MissingParameter",
                "SetDefaultVersion",
                () -> aws.ec2.modifyLaunchTemplate(ModifyLaunchTemplateRequest.builder()
                        .launchTemplateName("nodes")
                        .build()));
        assertThat(versions("nodes")).hasSize(1);
    }

    private LaunchTemplate create(String name, LaunchTemplateBlockDeviceMappingRequest... mappings) {
        return aws.ec2.createLaunchTemplate(request(name, mappings)).launchTemplate();
    }

    private static CreateLaunchTemplateRequest request(
            String name, LaunchTemplateBlockDeviceMappingRequest... mappings) {
        RequestLaunchTemplateData.Builder data =
                RequestLaunchTemplateData.builder().userData("Zmlyc3Q=");
        if (mappings.length > 0) {
            data.blockDeviceMappings(mappings);
        }
        return CreateLaunchTemplateRequest.builder()
                .launchTemplateName(name)
                .tagSpecifications(Doubles.tags(ResourceType.LAUNCH_TEMPLATE, name))
                .launchTemplateData(data.build())
                .build();
    }

    private static LaunchTemplateBlockDeviceMappingRequest mapping(String device, @Nullable String snapshotId) {
        return LaunchTemplateBlockDeviceMappingRequest.builder()
                .deviceName(device)
                .ebs(LaunchTemplateEbsBlockDeviceRequest.builder()
                        .volumeSize(Doubles.VOLUME_GIB)
                        .snapshotId(snapshotId)
                        .build())
                .build();
    }

    private void createVersion(String name, @Nullable String source, RequestLaunchTemplateData.Builder data) {
        aws.ec2.createLaunchTemplateVersion(CreateLaunchTemplateVersionRequest.builder()
                .launchTemplateName(name)
                .sourceVersion(source)
                .launchTemplateData(data.build())
                .build());
    }

    private List<String> warnings(LaunchTemplateBlockDeviceMappingRequest mapping) {
        var warning = aws.ec2
                .createLaunchTemplateVersion(CreateLaunchTemplateVersionRequest.builder()
                        .launchTemplateName("nodes")
                        .launchTemplateData(RequestLaunchTemplateData.builder()
                                .blockDeviceMappings(mapping)
                                .build())
                        .build())
                .warning();
        return warning == null
                ? List.of()
                : warning.errors().stream().map(ValidationError::code).toList();
    }

    private ResponseLaunchTemplateData data(String name, String version) {
        return aws.ec2
                .describeLaunchTemplateVersions(DescribeLaunchTemplateVersionsRequest.builder()
                        .launchTemplateName(name)
                        .versions(version)
                        .build())
                .launchTemplateVersions()
                .getFirst()
                .launchTemplateData();
    }

    private List<LaunchTemplateVersion> all(DescribeLaunchTemplateVersionsRequest.Builder request) {
        return aws.ec2.describeLaunchTemplateVersions(request.build()).launchTemplateVersions();
    }

    private List<Long> numbers(DescribeLaunchTemplateVersionsRequest.Builder request) {
        return all(request).stream().map(LaunchTemplateVersion::versionNumber).toList();
    }

    private List<Long> versions(String name, String... versions) {
        return numbers(DescribeLaunchTemplateVersionsRequest.builder()
                .launchTemplateName(name)
                .versions(versions));
    }

    private List<String> names(DescribeLaunchTemplatesRequest.Builder request) {
        return aws.ec2.describeLaunchTemplates(request.build()).launchTemplates().stream()
                .map(LaunchTemplate::launchTemplateName)
                .toList();
    }

    private static void assertCovers(SdkPojo request, SdkPojo answer) {
        Map<String, SdkField<?>> known =
                answer.sdkFields().stream().collect(Collectors.toMap(SdkField::memberName, Function.identity()));
        for (SdkField<?> field : request.sdkFields()) {
            assertThat(known)
                    .as("%s of %s", field.memberName(), request.getClass())
                    .containsKey(field.memberName());
            SdkField<?> same = Objects.requireNonNull(known.get(field.memberName()));
            assertThat(same.marshallingType().getKnownType())
                    .isEqualTo(field.marshallingType().getKnownType());
            if (isList(field)) {
                field = field.getRequiredTrait(ListTrait.class).memberFieldInfo();
                same = same.getRequiredTrait(ListTrait.class).memberFieldInfo();
            }
            if (field.marshallingType().getKnownType() == MarshallingKnownType.SDK_POJO) {
                assertCovers(field.constructor().get(), same.constructor().get());
            }
        }
    }

    private static boolean isList(SdkField<?> field) {
        return field.marshallingType().getKnownType() == MarshallingKnownType.LIST;
    }
}
