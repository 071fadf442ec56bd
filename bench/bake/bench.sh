#!/usr/bin/env bash
# The bake against what users run today: `ctr -n k8s.io images pull`, one image after another, on a volume formatted alike, from
# the same registry on loopback, with the containerd that is first in PATH.
# Sets: the PyTorch image; four images that share a base and differ by 200 to 400 MB each; one image of 40 layers.
# RUNS (default 3): how often each is measured; medians are quoted. SETS: which (pytorch four forty).
# Wall time ends when all is on the disk; ours includes its verification, which the baseline has none of.
set -euo pipefail

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
root=$(cd "$here/../.." && pwd)
if [[ ${1:-} != --inside ]]; then
    ((EUID == 0)) || {
        echo "bench/run bake needs root, for loop devices and mounts" >&2
        exit 2
    }
    exec unshare --mount --propagation private -- "${BASH_SOURCE[0]}" --inside
fi
runs=${RUNS:-3}
read -r -a sets <<<"${SETS:-pytorch four forty}"
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
pytorch=$(PREBAKE_CLASSPATH="$root/cli/target/lib/*" "$root/bench/images/pytorch.sh")

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

made=${PREBAKE_BENCH_HOME:-$HOME/.cache/prebake-bench}/bake-1
if [[ ! -e $made/index.json ]]; then
    echo "making the images (once)" >&2
    rm -rf "$made.new"
    mkdir -p "$made.new/blobs/sha256"
    layers=() diffs=()
    layer "$made.new" 300 base
    base_layers=("${layers[@]}") base_diffs=("${diffs[@]}")
    for size in 200 260 330 400; do
        layers=("${base_layers[@]}") diffs=("${base_diffs[@]}")
        layer "$made.new" "$size" "top-$size"
        image "$made.new" "bench/four-$size:1"
    done
    layers=() diffs=()
    for ((n = 1; n <= 40; n++)); do layer "$made.new" "$((n % 4 == 0 ? 80 : 4))" "forty-$n"; done
    image "$made.new" bench/forty:1
    echo '{"imageLayoutVersion":"1.0.0"}' >"$made.new/oci-layout"
    jq -cs '{schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: .}' \
        "$made.new/entries" >"$made.new/index.json"
    rm "$made.new/entries"
    mv "$made.new" "$made"
fi

mkfifo "$work/open"
"$root/prebake" serve 0 "$pytorch" "$made" <"$work/open" >"$work/serve.log" 2>&1 &
registry_pid=$!
exec 9>"$work/open"
until grep -q '^listening on ' "$work/serve.log"; do
    kill -0 "$registry_pid"
    sleep 0.1
done
grep ' sha256:' "$work/serve.log" >"$work/images"

fresh_volume() {
    rm -f "$work/volume.img"
    truncate -s 16G "$work/volume.img"
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

# baseline IMAGE...: wall, CPU and written bytes.
baseline() {
    local reference containerd_pid began ended cpu_began written
    fresh_volume
    cpu_began=$(cpu) began=$(now)
    mkfs.xfs -q -K -m reflink=0,rmapbt=0 "$loop"
    mount -o noatime "$loop" "$work/volume"
    mkdir -p "$work/state"
    cat >"$work/containerd.toml" <<CONFIG
version = 2
root = "$work/volume"
state = "$work/state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime",
  "io.containerd.nri.v1.nri", "io.containerd.internal.v1.opt"]
[grpc]
  address = "$work/s"
[ttrpc]
  address = "$work/t"
[debug]
  level = "warn"
CONFIG
    containerd --config "$work/containerd.toml" >"$work/containerd.log" 2>&1 9>&- &
    containerd_pid=$!
    until ctr --address "$work/s" version >"$work/version" 2>&1; do sleep 0.05; done
    for reference in "$@"; do
        ctr --address "$work/s" --namespace k8s.io images pull --plain-http "$reference" >"$work/pull.log" 2>&1
    done
    kill "$containerd_pid"
    wait "$containerd_pid" || true
    sync --file-system "$work/volume"
    used=$(stat -f -c '%b %f %S' "$work/volume" | awk '{ printf "%.0f", ($1 - $2) * $3 }')
    umount "$work/volume"
    ended=$(now)
    written=$((($(sectors) - written_before) * 512))
    drop_volume
    echo "$((ended - began)) $(($(cpu) - cpu_began)) $written $used"
}

# ours REFERENCE DIGEST...: the same of the bake script as it is.
ours() {
    local request=() began ended cpu_began written
    fresh_volume
    ln -sf "$loop" /dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol00000001
    while (($#)); do
        request+=("{\"reference\":\"$1\",\"digest\":\"$2\"}")
        shift 2
    done
    cpu_began=$(cpu) began=$(now)
    PREBAKE_REQUEST=$(printf '%s\n' "${request[@]}" |
        jq -cs --arg architecture "$architecture" '{volumeId: "vol-00000001", architecture: $architecture, images: .}') \
        "$root/bake/bake.sh" >"$work/report" 2>"$work/progress" 9>&- || {
        cat "$work/report" >&2
        return 1
    }
    ended=$(now)
    written=$((($(sectors) - written_before) * 512))
    drop_volume
    echo "$((ended - began)) $(($(cpu) - cpu_began)) $written $(jq .volume.usedBytes "$work/report")"
}

for set in "${sets[@]}"; do
    mapfile -t pairs < <(case $set in
        pytorch) grep 'prebake/pytorch' "$work/images" ;;
        four) grep 'bench/four' "$work/images" ;;
        forty) grep 'bench/forty' "$work/images" ;;
    esac | tr ' ' '\n')
    references=()
    for ((i = 0; i < ${#pairs[@]}; i += 2)); do references+=("${pairs[i]}"); done
    for ((run = 1; run <= runs; run++)); do
        echo "$set, run $run of $runs" >&2
        # In this shell, whose children's processor time it reads.
        baseline "${references[@]}" >"$work/line"
        echo "$set ctr $(<"$work/line")" >>"$work/results"
        ours "${pairs[@]}" >"$work/line"
        echo "$set bake $(<"$work/line")" >>"$work/results"
    done
done

jq -Rrs --arg containerd "$(containerd --version | awk '{ print $3 }')" '
    def median: sort | .[length / 2 | floor];
    [split("\n")[] | select(. != "") | split(" ")
        | {set: .[0], who: .[1], wall: (.[2] | tonumber / 1e6), cpu: (.[3] | tonumber / 1e6), written: (.[4] | tonumber / 1e6), used: (.[5] | tonumber / 1e6)}]
    | group_by([.set, .who]) | map({set: .[0].set, who: .[0].who, runs: length,
        wall: map(.wall) | median, cpu: map(.cpu) | median, written: map(.written) | median, used: map(.used) | median})
    | . as $rows
    | "bake, containerd \($containerd), \($rows[0].runs) runs, medians",
      "set       who     wall s   CPU s   MB written   MB used",
      ($rows[] | "\(.set + "          " | .[:10])\(.who + "      " | .[:6])\([.wall, .cpu | . * 10 | round / 10 | tostring | "         \(.)"[-8:]] | join(""))\([.written, .used | round | tostring | "             \(.)"[-12:]] | join(""))"),
      ([$rows | group_by(.set)[] | {set: .[0].set, ours: (map(select(.who == "bake"))[0].wall), baseline: (map(select(.who == "ctr"))[0].wall)}]
        | {name: "bake", sets: map({key: .set, value: {ours, baseline, ratio: (.baseline / .ours * 100 | round / 100)}}) | from_entries,
           ours: (map(.ours) | add), baseline: (map(.baseline) | add), ratio: ((map(.baseline) | add) / (map(.ours) | add) * 100 | round / 100), unit: "s"}
        | tojson)' "$work/results"
