package software.amazon.awssdk.regions;

import org.jspecify.annotations.Nullable;

/**
 * Stands in for the SDK's class of this name, which loads a class for each of AWS's 300 services when the first client is made: a
 * tenth of a function's start. Without metadata of its own a service has the SDK's {@link DefaultServiceMetadata}, which says the
 * same of the services that the functions call, in every region. {@code functions/dependencies.xml} leaves the SDK's out.
 */
public final class GeneratedServiceMetadataProvider implements ServiceMetadataProvider {
    @Override
    public @Nullable ServiceMetadata serviceMetadata(String endpointPrefix) {
        return null;
    }
}
