package dev.prebake.lab.host;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Which data plane this host can have.
 *
 * @param home the lab's home
 * @param missing everything that keeps the host from the real one; empty when nothing does
 */
public record Detection(Path home, List<MissingPiece> missing) {
    public Detection {
        missing = List.copyOf(missing);
    }

    /**
     * Whether the real data plane can be had.
     *
     * @return true when nothing is missing
     */
    public boolean real() {
        return missing.isEmpty();
    }

    /**
     * What would have to be installed on Debian, as root, to get nearer to the real data plane.
     *
     * @return package names; empty when packages are not what is missing
     */
    public List<String> debianPackages() {
        return missing.stream()
                .map(MissingPiece::debianPackage)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
    }

    /**
     * Everything that is missing, in plain words.
     *
     * @return clauses, joined; empty when nothing is missing
     */
    public String reasons() {
        return missing.stream().map(MissingPiece::reason).collect(Collectors.joining("; "));
    }

    /**
     * The finding in plain words, for people.
     *
     * @return one or more sentences, on one line
     */
    public String inWords() {
        if (real()) {
            return "Volumes are files on loop devices, machines are namespaces, nodes run a real containerd.";
        }
        return "Volumes are plain folders here, and pod starts are not measured, because " + reasons() + ".";
    }

    /**
     * Takes the home and opens the data plane found.
     *
     * @return the data plane; closing it gives the home back
     * @throws HomeInUseException when another lab has the home
     */
    public DataPlane open() {
        HomeLock lock = HomeLock.hold(home);
        return real() ? new LoopDataPlane(lock) : new DirectoryDataPlane(lock);
    }

    /**
     * Takes the home and opens the directory-backed data plane, whatever the host could have.
     *
     * @return the data plane; closing it gives the home back
     * @throws HomeInUseException when another lab has the home
     */
    public DataPlane openDirectories() {
        return new DirectoryDataPlane(HomeLock.hold(home));
    }
}
