package dev.prebake.lab.registry;

/** The two families of media types that registries serve. */
public enum ManifestFormat {
    /** OCI image specification 1.1. */
    OCI(
            "application/vnd.oci.image.manifest.v1+json",
            "application/vnd.oci.image.index.v1+json",
            "application/vnd.oci.image.config.v1+json"),
    /** Docker image manifest version 2, schema 2. It knows no zstd layers. */
    DOCKER(
            "application/vnd.docker.distribution.manifest.v2+json",
            "application/vnd.docker.distribution.manifest.list.v2+json",
            "application/vnd.docker.container.image.v1+json");

    private final String manifest;
    private final String index;
    private final String config;

    ManifestFormat(String manifest, String index, String config) {
        this.manifest = manifest;
        this.index = index;
        this.config = config;
    }

    /** Returns the media type of one platform's manifest. */
    public String manifestType() {
        return manifest;
    }

    /** Returns the media type of the list over several platforms. */
    public String indexType() {
        return index;
    }

    /** Returns the media type of an image's configuration. */
    public String configType() {
        return config;
    }

    /**
     * Returns the media type of a layer.
     *
     * @throws IllegalArgumentException if this format has no such layers
     */
    public String layerType(Compression compression) {
        return switch (this) {
            case OCI ->
                "application/vnd.oci.image.layer.v1.tar"
                        + switch (compression.method()) {
                            case NONE -> "";
                            case GZIP -> "+gzip";
                            case ZSTD -> "+zstd";
                        };
            case DOCKER ->
                "application/vnd.docker.image.rootfs.diff.tar"
                        + switch (compression.method()) {
                            case NONE -> "";
                            case GZIP -> ".gzip";
                            case ZSTD ->
                                throw new IllegalArgumentException(
                                        "Docker's schema 2 has no zstd layers; compress with gzip or use the OCI format");
                        };
        };
    }

    /** Tells whether a media type is that of an index or a manifest list. */
    static boolean isIndex(String mediaType) {
        return mediaType.equals(OCI.index) || mediaType.equals(DOCKER.index);
    }
}
