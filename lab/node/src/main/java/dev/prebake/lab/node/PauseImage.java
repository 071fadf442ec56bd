package dev.prebake.lab.node;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * The sandbox image of a node: on EKS it comes with the AMI as /etc/eks/pause.tar and can't be pulled. This one holds a
 * static program of one system call in a loop, put together here byte by byte, so that no compiler is needed.
 */
public final class PauseImage {
    /** The reference under which EKS AL2023 nodes have it. */
    public static final String REFERENCE = "localhost/kubernetes/pause:latest";

    private static final long LOADED_AT = 0x400000;
    private static final int ELF_HEADER = 64;
    private static final int PROGRAM_HEADER = 56;
    private static final int TAR_BLOCK = 512;

    private PauseImage() {}

    /**
     * The image for the architecture that this process runs on.
     *
     * @return an OCI image layout as a tar archive, for {@code ctr images import}
     * @throws NodeException on another architecture than amd64 and arm64
     */
    public static byte[] archive() {
        String architecture = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        return switch (architecture) {
            case "amd64", "x86_64" -> archive("amd64", program(62, AMD64_CODE));
            case "arm64", "aarch64" -> archive("arm64", program(183, ARM64_CODE));
            default ->
                throw new NodeException("Nodes run on amd64 and arm64; this host is " + architecture
                        + ", for which there is no pause program.");
        };
    }

    /** mov eax, 34 (pause); syscall; jmp to the first. */
    private static final byte[] AMD64_CODE = HexFormat.of().parseHex("b8220000000f05ebf7");

    /** mov x0..x3, #0; mov x8, #73 (ppoll); svc #0; b to the first. */
    private static final byte[] ARM64_CODE = ByteBuffer.allocate(28)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(0xd2800000)
            .putInt(0xd2800001)
            .putInt(0xd2800002)
            .putInt(0xd2800003)
            .putInt(0xd2800928)
            .putInt(0xd4000001)
            .putInt(0x17fffffa)
            .array();

    /** An ELF executable of one loadable segment: elf(5). */
    private static byte[] program(int machine, byte[] code) {
        int size = ELF_HEADER + PROGRAM_HEADER + code.length;
        return ByteBuffer.allocate(size)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(HexFormat.of().parseHex("7f454c46020101000000000000000000"))
                .putShort((short) 2) // an executable
                .putShort((short) machine)
                .putInt(1)
                .putLong(LOADED_AT + ELF_HEADER + PROGRAM_HEADER) // where it starts
                .putLong(ELF_HEADER) // where the program header is
                .putLong(0)
                .putInt(0)
                .putShort((short) ELF_HEADER)
                .putShort((short) PROGRAM_HEADER)
                .putShort((short) 1)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) 0)
                .putInt(1) // to be loaded
                .putInt(5) // readable and executable
                .putLong(0)
                .putLong(LOADED_AT)
                .putLong(LOADED_AT)
                .putLong(size)
                .putLong(size)
                .putLong(0x10000)
                .put(code)
                .array();
    }

    private static byte[] archive(String architecture, byte[] program) {
        var layer = new ByteArrayOutputStream();
        file(layer, "pause", 0755, program);
        layer.writeBytes(new byte[2 * TAR_BLOCK]);
        String layerDigest = sha256(layer.toByteArray());
        byte[] config = text("""
                {"architecture":"%s","os":"linux","config":{"Entrypoint":["/pause"]},\
                "rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}""".formatted(architecture, layerDigest));
        byte[] manifest = text("""
                {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",\
                "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:%s","size":%d},\
                "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"sha256:%s","size":%d}]}""".formatted(sha256(config), config.length, layerDigest, layer.size()));
        byte[] index = text("""
                {"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json",\
                "digest":"sha256:%s","size":%d,"platform":{"architecture":"%s","os":"linux"},\
                "annotations":{"io.containerd.image.name":"%s","org.opencontainers.image.ref.name":"latest"}}]}""".formatted(sha256(manifest), manifest.length, architecture, REFERENCE));
        var archive = new ByteArrayOutputStream();
        file(archive, "oci-layout", 0644, text("{\"imageLayoutVersion\":\"1.0.0\"}"));
        file(archive, "index.json", 0644, index);
        for (byte[] blob : new byte[][] {manifest, config, layer.toByteArray()}) {
            file(archive, "blobs/sha256/" + sha256(blob), 0644, blob);
        }
        archive.writeBytes(new byte[2 * TAR_BLOCK]);
        return archive.toByteArray();
    }

    /** One file in the ustar format of POSIX.1-1988. */
    private static void file(ByteArrayOutputStream archive, String name, int mode, byte[] content) {
        ByteBuffer header = ByteBuffer.allocate(TAR_BLOCK);
        header.put(0, text(name));
        header.put(100, octal(mode, 7));
        header.put(108, octal(0, 7));
        header.put(116, octal(0, 7));
        header.put(124, octal(content.length, 11));
        header.put(136, octal(0, 11));
        header.put(148, text("        ")); // the checksum counts as blanks while it is taken
        header.put(156, text("0"));
        header.put(257, text("ustar\00000"));
        int sum = 0;
        for (byte b : header.array()) {
            sum += Byte.toUnsignedInt(b);
        }
        header.put(148, text("%06o\0 ".formatted(sum)));
        archive.writeBytes(header.array());
        archive.writeBytes(content);
        archive.writeBytes(new byte[(TAR_BLOCK - content.length % TAR_BLOCK) % TAR_BLOCK]);
    }

    private static byte[] octal(int value, int digits) {
        return text(("%0" + digits + "o").formatted(value));
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
