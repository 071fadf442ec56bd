#!/bin/bash
# Mounts the image cache at containerd's root before containerd starts: user data of an EKS node of the AL2023 family, which
# cloud-init runs once, between nodeadm-config and nodeadm-run. README.md beside this file has the contract.
#
# A node without its cache must not look like one that has it: containerd stays down then, so the node never becomes Ready, and
# the reason stands on the console.
set -euo pipefail
export LC_ALL=C

readonly MOUNT_POINT=/var/lib/containerd
# What a bake names its file system.
readonly LABEL=prebake
readonly ATTACH_SECONDS=60
readonly DROP_IN=/etc/systemd/system/containerd.service.d/10-prebake.conf

# warn MESSAGE: on the console too, which may not be there.
warn() {
    echo "prebake: $*" | tee /dev/console >&2 || true
}

fail() {
    warn "$*; containerd stays down, so this node does not become Ready"
    exit 1
}

# candidates: the disks that can be the cache's volume: EBS volumes on Nitro (NVMe) by their IDs, and the mapping's names elsewhere.
candidates() {
    local disk
    for disk in /dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol* /dev/xvd[b-z] /dev/sd[b-z]; do
        [[ -b $disk && $disk != *-part* ]] || continue
        readlink -f "$disk"
    done | sort -u
}

# find_cache: prints the one disk with a baked file system.
find_cache() {
    local disk found=()
    while read -r disk; do
        [[ $(blkid -p -s TYPE -s LABEL -o value "$disk" 2>/dev/null | sort | tr '\n' ' ') != "$LABEL xfs " ]] || found+=("$disk")
    done < <(candidates)
    ((${#found[@]} <= 1)) || fail "${#found[@]} volumes carry the label $LABEL (${found[*]}): attach one"
    printf '%s' "${found[0]:-}"
}

# Written at the end of a bake: what has it is a cache.
manifest=$MOUNT_POINT/manifest.json

# Before all else: whatever goes wrong from here on, containerd does not start on the root disk. At each later boot too.
mkdir -p "${DROP_IN%/*}" "$MOUNT_POINT"
cat >"$DROP_IN" <<UNIT
[Unit]
RequiresMountsFor=$MOUNT_POINT
AssertPathIsMountPoint=$MOUNT_POINT
AssertPathExists=$manifest
UNIT
systemctl daemon-reload

if mountpoint -q "$MOUNT_POINT"; then
    [[ -s $manifest ]] || fail "what is mounted at $MOUNT_POINT has no manifest.json, so it is not the cache: unmount it before this script"
    echo "prebake: $MOUNT_POINT is mounted already"
    exit 0
fi
! systemctl is-active --quiet containerd || fail "containerd runs already, on the root disk: this script has to run before nodeadm-run"

device=
for ((second = 0; second < ATTACH_SECONDS; second++)); do
    device=$(find_cache)
    [[ -z $device ]] || break
    sleep 1
done
[[ -n $device ]] || fail "no volume with an XFS labelled $LABEL was attached within $ATTACH_SECONDS s; seen: $(candidates | tr '\n' ' ')"

mount -t xfs -o noatime "$device" "$MOUNT_POINT" || fail "volume $device does not mount at $MOUNT_POINT"

if [[ ! -s $manifest ]]; then
    umount "$MOUNT_POINT"
    fail "volume $device has no manifest.json, so no bake was finished on it"
fi
case $(uname -m) in
x86_64) architecture=amd64 ;;
aarch64) architecture=arm64 ;;
*) architecture=$(uname -m) ;;
esac
if ! grep -qE "\"architecture\": *\"$architecture\"" "$manifest"; then
    umount "$MOUNT_POINT"
    fail "volume $device was baked for another architecture than $architecture"
fi
grep -qF localhost/kubernetes/pause "$MOUNT_POINT/io.containerd.metadata.v1.bolt/meta.db" ||
    warn "the cache has no sandbox image: nodeadm has to import it, or no pod starts"

# Last, so that a later boot mounts nothing that was refused above. By its UUID, so that each mounts the same. With nofail a lost
# volume still leaves a machine to look at.
uuid=$(blkid -p -s UUID -o value "$device")
options=noatime,nofail,x-systemd.device-timeout=60s,x-systemd.before=containerd.service,x-systemd.required-by=containerd.service
grep -q " $MOUNT_POINT " /etc/fstab || echo "UUID=$uuid $MOUNT_POINT xfs $options 0 0" >>/etc/fstab
systemctl daemon-reload
# The node's volume may be larger than the snapshot's.
xfs_growfs "$MOUNT_POINT" >/dev/null || warn "$MOUNT_POINT keeps the snapshot's size: xfs_growfs failed"
# Of the mount point alone: what is below has the labels that containerd gave it.
if command -v selinuxenabled >/dev/null && selinuxenabled; then restorecon "$MOUNT_POINT"; fi
echo "prebake: mounted $device at $MOUNT_POINT: $(grep -oE '"reference": *"[^"]*"' "$manifest" | cut -d'"' -f4 | tr '\n' ' ')"
