package dev.prebake.lab.host;

import java.nio.file.Path;
import java.util.List;

/**
 * What a machine is to be.
 *
 * @param id its id, as EC2 writes it: {@code i-0…}; unique under one home while the machine exists
 * @param network whether it sees the host's network; without, it has a loopback interface of its own and nothing else
 * @param volumeIds the volumes attached from the start
 * @param toolFolders folders searched for programs before the host's PATH, for example another containerd's
 * @param visibleFolders folders of the host that stay visible even if they lie under /tmp or /run, which are the
 *     machine's own; the lab's home and the tool folders always do
 */
public record MachineSpec(
        String id, boolean network, List<String> volumeIds, List<Path> toolFolders, List<Path> visibleFolders) {
    public MachineSpec {
        volumeIds = List.copyOf(volumeIds);
        toolFolders = List.copyOf(toolFolders);
        visibleFolders = List.copyOf(visibleFolders);
    }

    /**
     * A machine on the host's network with the host's programs.
     *
     * @param id its id
     * @param volumeIds the volumes attached from the start
     * @return the specification
     */
    public static MachineSpec of(String id, String... volumeIds) {
        return new MachineSpec(id, true, List.of(volumeIds), List.of(), List.of());
    }

    /**
     * The same machine, cut off from every network.
     *
     * @return a copy
     */
    public MachineSpec withoutNetwork() {
        return new MachineSpec(id, false, volumeIds, toolFolders, visibleFolders);
    }

    /**
     * The same machine with other programs in front of the host's.
     *
     * @param folders searched in this order
     * @return a copy
     */
    public MachineSpec withToolFolders(List<Path> folders) {
        return new MachineSpec(id, network, volumeIds, folders, visibleFolders);
    }

    /**
     * The same machine that also sees these folders of the host.
     *
     * @param folders absolute paths
     * @return a copy
     */
    public MachineSpec withVisibleFolders(List<Path> folders) {
        return new MachineSpec(id, network, volumeIds, toolFolders, folders);
    }
}
