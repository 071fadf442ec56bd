package dev.prebake.lab.registry;

/**
 * What a blob is, as manifests and indexes name it (OCI image specification, "descriptor").
 *
 * @param mediaType the blob's media type
 * @param digest {@code sha256:} and 64 hexadecimal digits
 * @param size the blob's length in bytes
 */
public record Descriptor(String mediaType, String digest, long size) {}
