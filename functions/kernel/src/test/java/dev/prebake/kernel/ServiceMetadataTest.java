package dev.prebake.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.ServiceMetadata;
import software.amazon.awssdk.regions.internal.MetadataLoader;
import software.amazon.awssdk.regions.servicemetadata.ApiEcrServiceMetadata;
import software.amazon.awssdk.regions.servicemetadata.Ec2ServiceMetadata;
import software.amazon.awssdk.regions.servicemetadata.EksServiceMetadata;
import software.amazon.awssdk.regions.servicemetadata.LogsServiceMetadata;
import software.amazon.awssdk.regions.servicemetadata.SecretsmanagerServiceMetadata;
import software.amazon.awssdk.regions.servicemetadata.SsmServiceMetadata;
import software.amazon.awssdk.regions.servicemetadata.StatesServiceMetadata;

@DisplayName("Services that the functions call, without the SDK's metadata of them")
class ServiceMetadataTest {
    private static final Map<String, ServiceMetadata> LEFT_OUT = Map.of(
            "api.ecr", new ApiEcrServiceMetadata(),
            "ec2", new Ec2ServiceMetadata(),
            "eks", new EksServiceMetadata(),
            "logs", new LogsServiceMetadata(),
            "secretsmanager", new SecretsmanagerServiceMetadata(),
            "ssm", new SsmServiceMetadata(),
            "states", new StatesServiceMetadata());

    @Test
    @DisplayName("have the endpoint and the signing region that it says, in each region")
    void same() {
        LEFT_OUT.forEach((prefix, metadata) -> {
            assertThat(MetadataLoader.serviceMetadata(prefix)).as(prefix).isNull();
            for (Region region : Region.regions()) {
                if (!region.isGlobalRegion()) {
                    assertThat(ServiceMetadata.of(prefix).signingRegion(region))
                            .as(prefix + " in " + region)
                            .isEqualTo(metadata.signingRegion(region));
                    assertThat(ServiceMetadata.of(prefix).endpointFor(region))
                            .as(prefix + " in " + region)
                            .isEqualTo(metadata.endpointFor(region));
                }
            }
        });
    }
}
