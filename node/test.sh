#!/bin/bash
# Runs mount-cache.sh as a node's first boot does: real volumes on loop devices, a real containerd, in a mount namespace with an
# /etc, /var/lib and /dev/disk/by-id of its own. systemctl is a double that notes its calls: systemd is not process 1 here, so what
# it makes of the units is not tested, but for the assertions and fstab, which its own tools evaluate. Prints a line for each check and last 'N passed, N failed'; exits 1 if one failed.
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [[ ${1:-} != --inside ]]; then
    missing=()
    for tool in blkid busybox containerd ctr losetup mkfs.xfs systemd-analyze tar unshare xfs_growfs; do
        PATH=$PATH:/usr/sbin:/sbin command -v "$tool" >/dev/null || missing+=("$tool")
    done
    if ((EUID != 0 || ${#missing[@]} > 0)); then
        ((EUID == 0)) || echo "skipped: the mount needs root"
        ((${#missing[@]} == 0)) || echo "skipped: not installed: ${missing[*]}"
        echo '0 passed, 0 failed, 1 skipped'
        exit 0
    fi
    exec unshare --mount --propagation private -- "${BASH_SOURCE[0]}" --inside
fi
export PATH=$PATH:/usr/sbin:/sbin

work=$(mktemp -d "${TMPDIR:-/var/tmp}/node-test.XXXXXX")
containerd_pid=
loops=()
passed=0
failed=0
clean_up() {
    set +e
    stop_containerd
    ! mountpoint -q /var/lib/containerd || umount /var/lib/containerd
    awk -v below="$work/" 'index($5, below) == 1 { print $5 }' /proc/self/mountinfo | tac | xargs -r umount
    umount -l /etc /var/lib /run /dev/disk/by-id
    for loop in "${loops[@]}"; do losetup -d "$loop"; done
    [[ ! -L /dev/xvdb || $(readlink /dev/xvdb) != "$work"* ]] || rm /dev/xvdb
    rm -rf --one-file-system "$work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

check() {
    local what=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
        echo "ok      $what"
    else
        failed=$((failed + 1))
        echo "FAILED  $what"
        echo "        $*"
        sed 's/^/        said: /' "$work/said" 2>/dev/null | cut -c1-300 || true
    fi
}

stop_containerd() {
    [[ -n $containerd_pid ]] || return 0
    kill -TERM "$containerd_pid"
    wait "$containerd_pid" || true
    containerd_pid=
}

# start_containerd ROOT: with that root, as a node's.
start_containerd() {
    cat >"$work/containerd.toml" <<CONFIG
version = 2
root = "$1"
state = "$work/state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime",
  "io.containerd.nri.v1.nri", "io.containerd.internal.v1.opt"]
[grpc]
  address = "$work/s"
[ttrpc]
  address = "$work/t"
CONFIG
    containerd --config "$work/containerd.toml" >"$work/containerd.log" 2>&1 &
    containerd_pid=$!
    until ctr --address "$work/s" version >"$work/version" 2>&1; do
        kill -0 "$containerd_pid"
        sleep 0.1
    done
}

image_names() { ctr --address "$work/s" --namespace k8s.io images ls -q; }

# volume NAME SIZE: a device with nothing on it; its path in $loop.
volume() {
    truncate -s "$2" "$work/$1.img"
    loop=$(losetup --find --show "$work/$1.img")
    loops+=("$loop")
}

# attach LOOP: as Nitro shows an EBS volume.
attach() {
    rm -f /dev/disk/by-id/*
    ln -s "$1" /dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0
    ln -s "$1" /dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0_1
}

# fresh_node: a machine at its first boot, with what the AMI has.
fresh_node() {
    ! mountpoint -q /var/lib/containerd || umount /var/lib/containerd
    umount -l /etc /var/lib 2>/dev/null || true
    rm -rf "${work:?}/etc" "${work:?}/etc-work"
    mkdir -p "$work/etc" "$work/etc-work"
    mount -t overlay -o "lowerdir=/etc,upperdir=$work/etc,workdir=$work/etc-work" overlay /etc
    mount -t tmpfs tmpfs /var/lib
    : >/etc/fstab
    mkdir -p /var/lib/containerd
    echo "the AMI's own" >/var/lib/containerd/of-the-ami
    : >"$work/systemctl"
}

# boot: the script as cloud-init runs it; what it said is in $work/said.
boot() {
    # The wait for a volume that never comes is not what is tested.
    sed 's/^readonly ATTACH_SECONDS=.*/readonly ATTACH_SECONDS=1/' "$here/mount-cache.sh" >"$work/mount-cache.sh"
    chmod +x "$work/mount-cache.sh"
    PATH=$work/bin:$PATH "$work/mount-cache.sh" >"$work/said" 2>&1
}
says() { grep -qF "$1" "$work/said"; }
mounted() { mountpoint -q /var/lib/containerd; }
# containerd_may_start: whether the drop-in's assertions hold now, as systemd itself judges them.
containerd_may_start() {
    local assertions
    mapfile -t assertions < <(grep ^Assert /etc/systemd/system/containerd.service.d/10-prebake.conf)
    ((${#assertions[@]} > 0)) && systemd-analyze condition "${assertions[@]}" >"$work/condition" 2>&1
}
not() { ! "$@"; }

mount -t tmpfs tmpfs /run
mkdir -p /dev/disk/by-id "$work/bin"
mount -t tmpfs tmpfs /dev/disk/by-id
cat >"$work/bin/systemctl" <<DOUBLE
#!/bin/sh
echo "\$*" >>"$work/systemctl"
# containerd is not active, unless a test says so.
[ "\$1" != is-active ] || [ -e "$work/containerd-is-active" ]
DOUBLE
chmod +x "$work/bin/systemctl"
architecture=amd64
[[ $(uname -m) != aarch64 ]] || architecture=arm64

# ---- a volume as a bake leaves it ---------------------------------------------------------------------------------
volume cache 512M
cache=$loop
mkfs.xfs -q -L prebake "$cache"
mkdir -p "$work/mnt" "$work/rootfs/bin" "$work/layout/blobs/sha256"
mount "$cache" "$work/mnt"
cp "$(command -v busybox)" "$work/rootfs/bin/"
tar -C "$work/rootfs" --owner=0 --group=0 -cf "$work/layer.tar" .
put() {
    local sum
    sum=$(sha256sum <"$1")
    cp "$1" "$work/layout/blobs/sha256/${sum%% *}"
    printf 'sha256:%s' "${sum%% *}"
}
layer=$(put "$work/layer.tar")
printf '{"architecture":"%s","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["%s"]}}' "$architecture" "$layer" >"$work/c"
config=$(put "$work/c")
printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"%s","size":%s},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"%s","size":%s}]}' \
    "$config" "$(stat -c %s "$work/c")" "$layer" "$(stat -c %s "$work/layer.tar")" >"$work/m"
manifest=$(put "$work/m")
echo '{"imageLayoutVersion":"1.0.0"}' >"$work/layout/oci-layout"
for name in registry.example.com/team/app:1 localhost/kubernetes/pause:latest; do
    printf '{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"%s","size":%s,"annotations":{"io.containerd.image.name":"%s"}}]}' \
        "$manifest" "$(stat -c %s "$work/m")" "$name" >"$work/layout/index.json"
    [[ -n $containerd_pid ]] || start_containerd "$work/mnt"
    tar -C "$work/layout" -cf "$work/image.tar" .
    ctr --address "$work/s" --namespace k8s.io images import "$work/image.tar" >"$work/import" 2>&1
done
stop_containerd
printf '{\n  "format": 1,\n  "architecture": "%s",\n  "images": [{"reference": "registry.example.com/team/app:1"}]\n}\n' "$architecture" >"$work/mnt/manifest.json"
umount "$work/mnt"

# ---- the first boot -----------------------------------------------------------------------------------------------
fresh_node
attach "$cache"
check 'a node with the cache mounts it' boot
check 'it is a mount point' mounted
check 'it names the images' says 'registry.example.com/team/app:1'
check "the AMI's own content is hidden" not test -e /var/lib/containerd/of-the-ami
check 'containerd depends on the mount' grep -q '^AssertPathIsMountPoint=/var/lib/containerd$' /etc/systemd/system/containerd.service.d/10-prebake.conf
check 'systemd lets containerd start' containerd_may_start
check 'systemd is told' grep -q '^daemon-reload$' "$work/systemctl"
start_containerd /var/lib/containerd
check "containerd has the bake's images" grep -qx 'registry.example.com/team/app:1' <(image_names)
stop_containerd

# ---- again, and at the next boot ----------------------------------------------------------------------------------
check 'a second run changes nothing' boot
check 'and says so' says 'mounted already'
check 'the mount stands in fstab once' test "$(grep -c /var/lib/containerd /etc/fstab)" == 1
umount /var/lib/containerd
check "the AMI's own content is still there" test -s /var/lib/containerd/of-the-ami
check 'without the mount systemd does not let containerd start' not containerd_may_start
generator=/usr/lib/systemd/system-generators/systemd-fstab-generator
if [[ -x $generator ]]; then
    mkdir "$work/units"
    "$generator" "$work/units" "$work/units" "$work/units" >"$work/generator" 2>&1
    check 'fstab mounts it before containerd' grep -q '^Before=.*containerd.service' "$work/units/var-lib-containerd.mount"
    check 'fstab makes containerd need it' test -L "$work/units/containerd.service.requires/var-lib-containerd.mount"
fi
check 'the next boot mounts it from fstab' mount /var/lib/containerd
check 'systemd lets containerd start then' containerd_may_start
start_containerd /var/lib/containerd
check 'with the images' grep -qx 'registry.example.com/team/app:1' <(image_names)
stop_containerd

# ---- a larger volume, and one by the mapping's name ---------------------------------------------------------------
fresh_node
cp --sparse=always "$work/cache.img" "$work/larger.img"
truncate -s 1G "$work/larger.img"
larger=$(losetup --find --show "$work/larger.img")
loops+=("$larger")
rm -f /dev/disk/by-id/*
if [[ ! -e /dev/xvdb ]]; then
    ln -s "$larger" "$work/xvdb"
    ln -s "$work/xvdb" /dev/xvdb
    check 'a volume is found by its mapping name' boot
    rm /dev/xvdb
else
    attach "$larger"
    boot
fi
check 'a larger volume is used whole' test "$(df --output=size -BM /var/lib/containerd | tail -n 1 | tr -dc 0-9)" -gt 900

# ---- what must not start ------------------------------------------------------------------------------------------
refused() {
    check "$1: fails" not boot
    check "$1: says why" says "$2"
    check "$1: nothing is mounted" not mounted
    check "$1: containerd is kept down" not containerd_may_start
    check "$1: a later boot mounts nothing either" not grep -q /var/lib/containerd /etc/fstab
}
fresh_node
rm -f /dev/disk/by-id/*
refused 'no volume' 'no volume with an XFS labelled prebake'

fresh_node
volume blank 64M
attach "$loop"
refused 'an empty volume' 'no volume with an XFS labelled prebake'

fresh_node
volume other 512M
mkfs.xfs -q -L other "$loop"
attach "$loop"
refused 'a volume of another label' 'no volume with an XFS labelled prebake'

fresh_node
volume unfinished 512M
mkfs.xfs -q -L prebake "$loop"
attach "$loop"
refused 'a volume without a manifest' 'no bake was finished'

fresh_node
mount "$loop" "$work/mnt"
echo '{"architecture": "riscv64"}' >"$work/mnt/manifest.json"
umount "$work/mnt"
refused 'a volume of another architecture' 'another architecture'

fresh_node
mount "$loop" "$work/mnt"
printf '{"architecture": "%s"}\n' "$architecture" >"$work/mnt/manifest.json"
umount "$work/mnt"
attach "$loop"
check 'a cache without the sandbox image is mounted' boot
check 'with a warning' says 'no sandbox image'
check 'and systemd lets containerd start' containerd_may_start

fresh_node
attach "$cache"
ln -s "$loop" /dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0fedcba9876543210
refused 'two caches' '2 volumes carry the label'

fresh_node
attach "$cache"
: >"$work/containerd-is-active"
refused 'containerd runs already' 'containerd runs already'
rm "$work/containerd-is-active"

fresh_node
attach "$cache"
mount -t tmpfs tmpfs /var/lib/containerd
check 'another file system is mounted there: fails' not boot
check 'another file system is mounted there: says why' says 'it is not the cache'
check 'another file system is mounted there: containerd is kept down' not containerd_may_start
umount /var/lib/containerd

check 'the user data fits 16 KB' test "$(stat -c %s "$here/mount-cache.sh")" -lt 15000
echo "$passed passed, $failed failed"
((failed == 0))
