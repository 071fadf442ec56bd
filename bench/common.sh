# What the benchmarks of the bake share: a mount namespace, images made once, a registry on loopback, a volume, its figures.
# To be sourced by bench/NAME/bench.sh, as root. Who needs more namespaces than that of mounts says so in $namespaces.
# shellcheck shell=bash
# shellcheck disable=SC2154 # root is the caller's

((EUID == 0)) || {
    echo "this benchmark needs root, for loop devices and mounts" >&2
    exit 2
}
if [[ ${1:-} != --inside ]]; then
    exec unshare --mount --propagation private "${namespaces[@]}" -- "$0" --inside
fi
work=$(mktemp -d /var/tmp/prebake-bench.XXXXXX)
registry_pid=
loop=
clean_up() {
    set +e
    [[ -z $registry_pid ]] || kill "$registry_pid"
    umount "$work/volume" 2>/dev/null
    [[ -z $loop ]] || losetup -d "$loop"
    rm -rf "$work"
}
trap clean_up EXIT
mount -t tmpfs tmpfs /run
mkdir -p /dev/disk/by-id "$work/volume"
mount -t tmpfs tmpfs /dev/disk/by-id
architecture=amd64
[[ $(uname -m) != aarch64 ]] || architecture=arm64

"$root/prebake" --version >&2 # builds what serves the images

# layer LAYOUT MIB SEED: a layer of compressible files, some of them small, and adds it to $layers and $diffs.
layer() {
    local folder=$work/layer i
    mkdir -p "$folder/data-$3"
    # Half of it random, half of it text: gzip makes about three quarters of it.
    { openssl enc -aes-128-ctr -pass "pass:$3" -nosalt -pbkdf2 </dev/zero 2>/dev/null || true; } | head -c "$(($2 * 524288))" |
        (cd "$folder/data-$3" && split -a 5 -b 256k - random-)
    { yes "seed $3, a line of text like those that programs are full of" || true; } | head -c "$(($2 * 524288))" |
        (cd "$folder/data-$3" && split -a 5 -b 64k - text-)
    tar -C "$folder" --sort=name --mtime=@0 --owner=0 --group=0 -cf "$work/layer.tar" .
    diffs+=("\"sha256:$(sha256sum <"$work/layer.tar" | cut -d' ' -f1)\"")
    pigz -6nc <"$work/layer.tar" >"$work/layer.gz" 2>/dev/null || gzip -6nc <"$work/layer.tar" >"$work/layer.gz"
    i=$(sha256sum <"$work/layer.gz" | cut -d' ' -f1)
    layers+=("{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",\"digest\":\"sha256:$i\",\"size\":$(stat -c %s "$work/layer.gz")}")
    mv "$work/layer.gz" "$1/blobs/sha256/$i"
    rm -rf "$folder" "$work/layer.tar"
}

# blob LAYOUT: keeps standard input among the blobs, and prints digest and size.
blob() {
    local sum
    cat >"$work/blob"
    sum=$(sha256sum <"$work/blob" | cut -d' ' -f1)
    mv "$work/blob" "$1/blobs/sha256/$sum"
    echo "sha256:$sum $(stat -c %s "$1/blobs/sha256/$sum")"
}

# image LAYOUT NAME: of $layers and $diffs.
image() {
    local config manifest
    config=$(printf '%s\n' "${diffs[@]}" | jq -cs --arg architecture "$architecture" \
        '{architecture: $architecture, os: "linux", config: {}, rootfs: {type: "layers", diff_ids: .}}' | blob "$1")
    manifest=$(printf '%s\n' "${layers[@]}" | jq -cs --arg digest "${config% *}" --argjson size "${config#* }" \
        '{schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json",
          config: {mediaType: "application/vnd.oci.image.config.v1+json", digest: $digest, size: $size}, layers: .}' | blob "$1")
    jq -cn --arg digest "${manifest% *}" --argjson size "${manifest#* }" --arg name "$2" \
        '{mediaType: "application/vnd.oci.image.manifest.v1+json", digest: $digest, size: $size,
          annotations: {"org.opencontainers.image.ref.name": $name}}' >>"$1/entries"
}

# serve LAYOUT...: puts the images of these layouts into a registry, and their names and digests into $work/images.
serve() {
    mkfifo "$work/open"
    "$root/prebake" serve 0 "$@" <"$work/open" >"$work/serve.log" 2>&1 &
    registry_pid=$!
    exec 9>"$work/open"
    until grep -q '^listening on ' "$work/serve.log"; do
        kill -0 "$registry_pid"
        sleep 0.1
    done
    grep ' sha256:' "$work/serve.log" >"$work/images"
}

# finish_layout LAYOUT: of the images that were added to it.
finish_layout() {
    echo '{"imageLayoutVersion":"1.0.0"}' >"$1/oci-layout"
    jq -cs '{schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: .}' "$1/entries" >"$1/index.json"
    rm "$1/entries"
}

# fresh_volume: an empty one, with nothing of the images in the page cache.
fresh_volume() {
    rm -f "$work/volume.img"
    truncate -s 16G "$work/volume.img"
    attach_volume
}

attach_volume() {
    loop=$(losetup --find --show "$work/volume.img")
    written_before=$(sectors)
    sync
    echo 3 >/proc/sys/vm/drop_caches
}

# What the device has been written since the machine started.
sectors() { awk '{ printf "%.0f", $7 }' "/sys/block/${loop##*/}/stat"; }

drop_volume() {
    losetup -d "$loop"
    loop=
}

now() { echo "${EPOCHREALTIME/./}"; }

# The processor time of this shell's ended children, in microseconds.
cpu() { awk '{ printf "%.0f", ($16 + $17) * 10000 }' "/proc/$$/stat"; }

# ours BASE REFERENCE DIGEST...: wall, CPU, written and used bytes of the bake script as it is, on the volume that is attached. BASE
# is the snapshot that the volume stands for, or empty.
ours() {
    local request=() base=$1 began ended cpu_began written
    shift
    ln -sf "$loop" /dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol00000001
    while (($#)); do
        request+=("{\"reference\":\"$1\",\"digest\":\"$2\"}")
        shift 2
    done
    cpu_began=$(cpu) began=$(now)
    PREBAKE_REQUEST=$(printf '%s\n' "${request[@]}" |
        jq -cs --arg architecture "$architecture" --arg base "$base" \
        '{volumeId: "vol-00000001", architecture: $architecture, images: .} + if $base == "" then {} else {base: $base} end') \
        "$root/bake/bake.sh" >"$work/report" 2>"$work/progress" 9>&- || {
        cat "$work/report" >&2
        return 1
    }
    ended=$(now)
    written=$((($(sectors) - written_before) * 512))
    drop_volume
    echo "$((ended - began)) $(($(cpu) - cpu_began)) $written $(jq .volume.usedBytes "$work/report")"
}
