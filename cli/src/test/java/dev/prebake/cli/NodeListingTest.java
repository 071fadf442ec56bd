package dev.prebake.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prebake.lab.node.NodeImage;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A node from a snapshot")
class NodeListingTest {
    private static final String DIGEST = "sha256:" + "a".repeat(64);
    private static final LocalReport.Image BAKED = new LocalReport.Image("localhost:5000/app:1", DIGEST, 1, 1L);

    @Test
    @DisplayName("has an image that it lists by reference and digest, pinned")
    void complete() {
        assertThat(NodeListing.problems(List.of(BAKED), List.of(listed("localhost:5000/app:1", DIGEST, true)), true))
                .isEmpty();
    }

    @Test
    @DisplayName("has an image that was baked by digest alone, which has no tag")
    void byDigest() {
        var image = new LocalReport.Image("localhost:5000/app@" + DIGEST, DIGEST, 1, 1L);
        assertThat(NodeListing.problems(List.of(image), List.of(listed("other:1", DIGEST, true)), true))
                .isEmpty();
    }

    @Test
    @DisplayName("lacks what it doesn't list, lists for another digest, under another tag, or not pinned")
    void incomplete() {
        assertThat(NodeListing.problems(List.of(BAKED), List.of(), true))
                .containsExactly("localhost:5000/app@" + DIGEST + " is not listed");
        assertThat(NodeListing.problems(
                        List.of(BAKED),
                        List.of(listed("localhost:5000/app:1", "sha256:" + "b".repeat(64), true)),
                        true))
                .containsExactly("localhost:5000/app@" + DIGEST + " is not listed");
        assertThat(NodeListing.problems(List.of(BAKED), List.of(listed("localhost:5000/app:2", DIGEST, true)), true))
                .containsExactly("localhost:5000/app:1 is not listed for " + DIGEST);
        assertThat(NodeListing.problems(List.of(BAKED), List.of(listed("localhost:5000/app:1", DIGEST, false)), true))
                .containsExactly("localhost:5000/app:1 is not pinned");
    }

    @Test
    @DisplayName("of a containerd that doesn't tell pins is not asked for them")
    void withoutPins() {
        assertThat(NodeListing.problems(List.of(BAKED), List.of(listed("localhost:5000/app:1", DIGEST, false)), false))
                .isEmpty();
    }

    private static NodeImage listed(String tag, String digest, boolean pinned) {
        return new NodeImage("sha256:0", List.of(tag), List.of("localhost:5000/app@" + digest), 1, pinned);
    }
}
