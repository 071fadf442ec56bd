package dev.prebake.lab.node;

import dev.prebake.lab.node.cri.AuthConfig;
import dev.prebake.lab.node.cri.ContainerConfig;
import dev.prebake.lab.node.cri.ContainerStatus;
import dev.prebake.lab.node.cri.ContainerStatusRequest;
import dev.prebake.lab.node.cri.CreateContainerRequest;
import dev.prebake.lab.node.cri.Image;
import dev.prebake.lab.node.cri.ImageServiceGrpc;
import dev.prebake.lab.node.cri.ImageSpec;
import dev.prebake.lab.node.cri.ImageStatusRequest;
import dev.prebake.lab.node.cri.ListImagesRequest;
import dev.prebake.lab.node.cri.PodSandboxConfig;
import dev.prebake.lab.node.cri.PullImageRequest;
import dev.prebake.lab.node.cri.RemoveImageRequest;
import dev.prebake.lab.node.cri.RemovePodSandboxRequest;
import dev.prebake.lab.node.cri.RunPodSandboxRequest;
import dev.prebake.lab.node.cri.RuntimeServiceGrpc;
import dev.prebake.lab.node.cri.StartContainerRequest;
import dev.prebake.lab.node.cri.StatusRequest;
import dev.prebake.lab.node.cri.StopPodSandboxRequest;
import dev.prebake.lab.node.cri.VersionRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Speaks the Container Runtime Interface to a containerd over its Unix socket, as the kubelet does. */
public final class CriClient implements AutoCloseable {
    /** The longest of the calls that are not a pull: a sandbox on a cold disk. */
    private static final Duration CALL_LIMIT = Duration.ofMinutes(4);

    private static final int LARGEST_ANSWER = 16 << 20;

    static {
        // gRPC's own copy of Netty looks for native libraries and sun.misc.Unsafe, which the JDK warns about on every
        // run; over the JDK's Unix sockets it needs neither.
        System.setProperty("io.grpc.netty.shaded.io.netty.transport.noNative", "true");
        System.setProperty("io.grpc.netty.shaded.io.netty.noUnsafe", "true");
    }

    private final NioEventLoopGroup events = new NioEventLoopGroup(1);
    private final ManagedChannel channel;
    private final RuntimeServiceGrpc.RuntimeServiceBlockingStub runtime;
    private final ImageServiceGrpc.ImageServiceBlockingStub images;

    /**
     * A client; it connects with its first call.
     *
     * @param socket the socket's path, at most 107 bytes long
     */
    public CriClient(Path socket) {
        channel = NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .eventLoopGroup(events)
                .channelType(NioDomainSocketChannel.class, UnixDomainSocketAddress.class)
                // gRPC sets it for every socket, and a Unix socket does not have it: null takes it away again.
                .withOption(ChannelOption.SO_KEEPALIVE, null)
                .overrideAuthority("localhost")
                .maxInboundMessageSize(LARGEST_ANSWER)
                .usePlaintext()
                .build();
        runtime = RuntimeServiceGrpc.newBlockingStub(channel);
        images = ImageServiceGrpc.newBlockingStub(channel);
    }

    private RuntimeServiceGrpc.RuntimeServiceBlockingStub runtime() {
        return runtime.withDeadlineAfter(CALL_LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private ImageServiceGrpc.ImageServiceBlockingStub images(Duration limit) {
        return images.withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static <T> T call(String what, Supplier<T> call) {
        try {
            return call.get();
        } catch (StatusRuntimeException e) {
            String said = Objects.requireNonNullElse(e.getStatus().getDescription(), "it gave no reason");
            throw new NodeException(
                    "%s failed: %s (%s)".formatted(what, said, e.getStatus().getCode()), e);
        }
    }

    /**
     * Which runtime answers.
     *
     * @return its name and version, such as {@code containerd 1.6.20}
     * @throws NodeException when nothing answers
     */
    public String version() {
        return call("Asking containerd for its version", () -> {
            var version = runtime().version(VersionRequest.getDefaultInstance());
            return version.getRuntimeName() + " " + version.getRuntimeVersion();
        });
    }

    /**
     * Whether the runtime can run pods on the host's network.
     *
     * @return the condition that the kubelet calls RuntimeReady
     */
    public boolean runtimeReady() {
        return call(
                "Asking containerd for its status",
                () -> runtime().status(StatusRequest.getDefaultInstance()).getStatus().getConditionsList().stream()
                        .anyMatch(condition -> condition.getType().equals("RuntimeReady") && condition.getStatus()));
    }

    /**
     * The images that the node has.
     *
     * @return all
     */
    public List<NodeImage> listImages() {
        return call(
                "Listing the node's images",
                () -> images(CALL_LIMIT).listImages(ListImagesRequest.getDefaultInstance()).getImagesList().stream()
                        .map(CriClient::image)
                        .toList());
    }

    /**
     * Looks an image up.
     *
     * @param reference its reference
     * @return the image; empty when the node lacks it
     */
    public Optional<NodeImage> imageStatus(String reference) {
        return call("Looking " + reference + " up on the node", () -> {
            var answer = images(CALL_LIMIT)
                    .imageStatus(ImageStatusRequest.newBuilder()
                            .setImage(spec(reference))
                            .build());
            return answer.hasImage() ? Optional.of(image(answer.getImage())) : Optional.empty();
        });
    }

    /**
     * Pulls and unpacks an image.
     *
     * @param reference its reference
     * @param login who asks the registry; absent for anonymous pulls
     * @param server the registry's address, the only one that the login is shown to
     * @param limit how long it may take
     * @throws NodeException when it fails; the message has the reference and what containerd said
     */
    public void pullImage(String reference, PullSettings.@Nullable Login login, String server, Duration limit) {
        PullImageRequest.Builder request = PullImageRequest.newBuilder().setImage(spec(reference));
        if (login != null) {
            request.setAuth(AuthConfig.newBuilder()
                    .setUsername(login.user())
                    .setPassword(login.password())
                    .setServerAddress(server));
        }
        call("Pulling " + reference, () -> images(limit).pullImage(request.build()));
    }

    /**
     * Removes an image, if it is there.
     *
     * @param reference its reference
     */
    public void removeImage(String reference) {
        call(
                "Removing " + reference,
                () -> images(CALL_LIMIT)
                        .removeImage(RemoveImageRequest.newBuilder()
                                .setImage(spec(reference))
                                .build()));
    }

    String runPodSandbox(String image, PodSandboxConfig config) {
        return call(
                "Making the pod's sandbox for " + image,
                () -> runtime()
                        .runPodSandbox(RunPodSandboxRequest.newBuilder()
                                .setConfig(config)
                                .build())
                        .getPodSandboxId());
    }

    String createContainer(String image, String sandboxId, ContainerConfig config, PodSandboxConfig sandbox) {
        return call(
                "Creating a container of " + image,
                () -> runtime()
                        .createContainer(CreateContainerRequest.newBuilder()
                                .setPodSandboxId(sandboxId)
                                .setConfig(config)
                                .setSandboxConfig(sandbox)
                                .build())
                        .getContainerId());
    }

    void startContainer(String image, String containerId) {
        call(
                "Starting a container of " + image,
                () -> runtime()
                        .startContainer(StartContainerRequest.newBuilder()
                                .setContainerId(containerId)
                                .build()));
    }

    ContainerStatus containerStatus(String image, String containerId) {
        return call(
                "Looking at a container of " + image,
                () -> runtime()
                        .containerStatus(ContainerStatusRequest.newBuilder()
                                .setContainerId(containerId)
                                .build())
                        .getStatus());
    }

    void removePodSandbox(String image, String sandboxId) {
        call("Ending the pod of " + image, () -> {
            runtime()
                    .stopPodSandbox(StopPodSandboxRequest.newBuilder()
                            .setPodSandboxId(sandboxId)
                            .build());
            return runtime()
                    .removePodSandbox(RemovePodSandboxRequest.newBuilder()
                            .setPodSandboxId(sandboxId)
                            .build());
        });
    }

    static ImageSpec spec(String reference) {
        return ImageSpec.newBuilder().setImage(reference).build();
    }

    private static NodeImage image(Image image) {
        return new NodeImage(
                image.getId(), image.getRepoTagsList(), image.getRepoDigestsList(), image.getSize(), image.getPinned());
    }

    @Override
    public void close() {
        channel.shutdownNow();
        var _ = events.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
