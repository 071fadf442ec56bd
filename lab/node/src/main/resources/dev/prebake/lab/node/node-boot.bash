# What a node does before containerd starts: its data volume, made a file system if it is empty, is mounted at
# containerd's root. Argument: the volume's device. Input: containerd's configuration.
set -euo pipefail
device=$1

# 2 is blkid's answer when it finds nothing, which is an empty volume here.
type=$(blkid --probe --output value --match-tag TYPE "$device") || (($? == 2))
if [[ -z $type ]]; then
    mkfs.xfs -q "$device"
elif [[ $type != xfs ]]; then
    echo "the volume holds a file system of type $type; containerd's root is xfs" >&2
    exit 1
fi
mkdir -p /var/lib/containerd /run/containerd /run/prebake/certs.d /run/prebake/pods
# Volumes of one snapshot have one file system UUID, and the lab's nodes share a kernel that mounts a UUID only once.
mount -t xfs -o nouuid "$device" /var/lib/containerd
# There from the start, so that blobs can be seen arriving.
mkdir -p /var/lib/containerd/io.containerd.content.v1.content/blobs/sha256
cat >/run/prebake/containerd.toml
