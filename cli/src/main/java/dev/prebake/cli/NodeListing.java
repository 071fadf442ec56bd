package dev.prebake.cli;

import dev.prebake.kernel.ImageReference;
import dev.prebake.lab.node.NodeImage;
import java.util.ArrayList;
import java.util.List;

/** What a node's CRI says that it has, against what the snapshot should have brought it. */
final class NodeListing {
    private NodeListing() {}

    /**
     * What the node lacks.
     *
     * @param baked the snapshot's images
     * @param listed what CRI's {@code ListImages} answered
     * @param tellsPins whether this containerd tells which images are pinned: 1.7 and later do
     * @return a sentence's part for each image that is not listed under its reference and its digest, or not pinned
     */
    static List<String> problems(List<LocalReport.Image> baked, List<NodeImage> listed, boolean tellsPins) {
        List<String> problems = new ArrayList<>();
        for (LocalReport.Image image : baked) {
            String byDigest = ImageReference.parse(image.reference()).name() + "@" + image.digest();
            NodeImage found = listed.stream()
                    .filter(one -> one.digests().contains(byDigest))
                    .findFirst()
                    .orElse(null);
            if (found == null) {
                problems.add(byDigest + " is not listed");
                continue;
            }
            if (!image.reference().contains("@") && !found.tags().contains(image.reference())) {
                problems.add(image.reference() + " is not listed for " + image.digest());
            }
            if (tellsPins && !found.pinned()) {
                problems.add(image.reference() + " is not pinned");
            }
        }
        return problems;
    }
}
