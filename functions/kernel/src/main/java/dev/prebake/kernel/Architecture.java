package dev.prebake.kernel;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The processor architecture of builder, images and nodes, under its OCI name. */
public enum Architecture {
    /** 64-bit x86. */
    @JsonProperty("amd64")
    AMD64("amd64", "x86_64"),
    /** 64-bit Arm. */
    @JsonProperty("arm64")
    ARM64("arm64", "arm64");

    private final String ociName;
    private final String ec2Name;

    Architecture(String ociName, String ec2Name) {
        this.ociName = ociName;
        this.ec2Name = ec2Name;
    }

    /** The name in image indexes ({@code GOARCH}): {@code amd64} or {@code arm64}. */
    public String ociName() {
        return ociName;
    }

    /** The name in EC2 and in the EKS AMI parameters: {@code x86_64} or {@code arm64}. */
    public String ec2Name() {
        return ec2Name;
    }

    @Override
    public String toString() {
        return ociName;
    }
}
