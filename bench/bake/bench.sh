#!/usr/bin/env bash
# The bake against what users run today: `ctr -n k8s.io images pull`, one image after another, on a volume formatted alike, from
# the same registry on loopback, with the containerd that is first in PATH.
# Sets: the PyTorch image; four images that share a base and differ by 200 to 400 MB each; one image of 40 layers.
# RUNS (default 3): how often each is measured; medians are quoted. SETS: which (pytorch four forty).
# Wall time ends when all is on the disk; ours includes its verification, which the baseline has none of.
# The limit beside them is this machine's: decompressing and hashing each layer once on all processors, and writing what comes
# out to the same kind of volume in one stream; the larger of the two, as if they overlapped without loss.
# The bound is what is left of a bake without what makes it one: each layer once, fetched into memory by curl, decompressed, hashed,
# unpacked by tar to the same kind of volume and compared with it file by file, one layer more at once than there are processors, and
# a sync. No containerd, no images, no report.
# The least is what a bake takes for one layer of 1 MiB: formatting, containerd's start and stop, verification, report.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
# shellcheck source=bench/common.sh
source "$root/bench/common.sh"
runs=${RUNS:-3}
read -r -a sets <<<"${SETS:-pytorch four forty}"
pytorch=$("$root/bench/images/pytorch.sh")

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
    finish_layout "$made.new"
    mv "$made.new" "$made"
fi

least=$work/least
mkdir -p "$least/blobs/sha256"
layers=() diffs=()
layer "$least" 1 least
image "$least" bench/least:1
finish_layout "$least"

serve "$pytorch" "$made" "$least"

# The fastest that is installed, as the bake takes it.
gunzip=$(command -v igzip || command -v unpigz || command -v gzip)
export gunzip

# format_volume: makes the attached volume ready for use.
format_volume() {
    mkfs.xfs -q -K -m reflink=0,rmapbt=0 "$loop"
    mount -o noatime "$loop" "$work/volume"
}

# baseline IMAGE...: wall, CPU and written bytes.
baseline() {
    local reference containerd_pid began ended cpu_began written
    fresh_volume
    cpu_began=$(cpu) began=$(now)
    format_volume
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

# layers_of DIGEST...: the files of these images' layers, each once.
layers_of() {
    local digest file
    for digest in "$@"; do
        for file in {"$pytorch","$made"}/blobs/sha256/"${digest#sha256:}"; do
            [[ ! -e $file ]] || jq -r --arg folder "${file%/*}" '.layers[] | $folder + "/" + (.digest | sub("sha256:"; ""))' "$file"
        done
    done | sort -u
}

# limit DIGEST...: seconds that decompressing and hashing takes, and that writing takes.
limit() {
    local began cpu_s write_s file
    layers_of "$@" >"$work/files"
    xargs cat <"$work/files" >/dev/null
    began=$(now)
    # shellcheck disable=SC2016 # the inner shell's
    xargs -P "$(nproc)" -n 1 sh -c '"$gunzip" -dc "$0" | openssl dgst -sha256' \
        <"$work/files" >/dev/null
    cpu_s=$(($(now) - began))
    mkdir "$work/unpacked"
    mount -t tmpfs -o size=90% tmpfs "$work/unpacked"
    while read -r file; do gzip -dc "$file"; done <"$work/files" >"$work/unpacked/all"
    fresh_volume
    format_volume
    began=$(now)
    dd if="$work/unpacked/all" of="$work/volume/all" bs=4M conv=fsync status=none
    write_s=$(($(now) - began))
    umount "$work/volume" "$work/unpacked"
    rmdir "$work/unpacked"
    drop_volume
    echo "$cpu_s $write_s"
}

# bound REFERENCE DIGEST...: seconds that fetching, decompressing, hashing and unpacking each layer takes.
bound() {
    local began layer
    local -A seen=()
    : >"$work/urls"
    while (($#)); do
        while read -r layer; do
            [[ -n ${seen[$layer]:-} ]] || echo "http://${1%%/*}/v2/$(cut -d/ -f2- <<<"${1%:*}")/blobs/sha256:$layer $layer" >>"$work/urls"
            seen[$layer]=1
        done < <(layers_of "$2" | sed 's#.*/##')
        shift 2
    done
    fresh_volume
    mkdir "$work/spool"
    began=$(now)
    format_volume
    mount -t tmpfs -o size=90% tmpfs "$work/spool"
    # shellcheck disable=SC2016 # the inner shell's
    spool=$work/spool target=$work/volume xargs -P "$(($(nproc) + 1))" -n 2 bash -euc '
        file=$spool/$1 target=$target/$1
        mkdir "$target"
        curl --silent --show-error --fail --output "$file" "$0"
        "$gunzip" -dc <"$file" >"$file.tar"
        tar --extract --file=- --blocking-factor=1024 --numeric-owner --same-owner --preserve-permissions --delay-directory-restore \
            --xattrs --xattrs-include="*" --warning=no-timestamp --directory="$target" <"$file.tar" &
        openssl dgst -sha256 "$file.tar" >/dev/null
        wait "$!"
        tar --compare --file="$file.tar" --blocking-factor=1024 --directory="$target"
        rm "$file" "$file.tar"' <"$work/urls"
    sync --file-system "$work/volume"
    umount "$work/volume"
    echo "$(($(now) - began))"
    umount "$work/spool"
    rmdir "$work/spool"
    drop_volume
}

for set in "${sets[@]}"; do
    mapfile -t pairs < <(case $set in
        pytorch) grep 'prebake/pytorch' "$work/images" ;;
        four) grep 'bench/four' "$work/images" ;;
        forty) grep 'bench/forty' "$work/images" ;;
    esac | tr ' ' '\n')
    references=() digests=()
    for ((i = 0; i < ${#pairs[@]}; i += 2)); do references+=("${pairs[i]}") digests+=("${pairs[i + 1]}"); done
    for ((run = 1; run <= runs; run++)); do
        echo "$set, run $run of $runs" >&2
        # In this shell, whose children's processor time it reads.
        baseline "${references[@]}" >"$work/line"
        echo "$set ctr $(<"$work/line")" >>"$work/results"
        fresh_volume
        ours "" "${pairs[@]}" >"$work/line"
        echo "$set bake $(<"$work/line")" >>"$work/results"
        fresh_volume
        # shellcheck disable=SC2046 # a name and a digest
        ours "" $(grep bench/least "$work/images") >"$work/line"
        echo "$set $(limit "${digests[@]}") $(bound "${pairs[@]}") $(cut -d' ' -f1 "$work/line")" >>"$work/limits"
    done
done

jq -Rrs --arg containerd "$(containerd --version | awk '{ print $3 }')" --rawfile limits "$work/limits" '
    def median: sort | .[length / 2 | floor];
    def lines: split("\n")[] | select(. != "") | split(" ");
    def rounded($digits): . * pow(10; $digits) | round / pow(10; $digits);
    def column($width): "             \(.)"[-$width:];
    ([$limits | lines | {set: .[0], decompress: (.[1] | tonumber / 1e6), write: (.[2] | tonumber / 1e6), bound: (.[3] | tonumber / 1e6), least: (.[4] | tonumber / 1e6)}]
        | group_by(.set) | map({key: .[0].set, value: {decompress: map(.decompress) | median, write: map(.write) | median,
            bound: map(.bound) | median, least: map(.least) | median}})
        | from_entries) as $limits
    | [lines | {set: .[0], who: .[1], wall: (.[2] | tonumber / 1e6), cpu: (.[3] | tonumber / 1e6), written: (.[4] | tonumber / 1e6), used: (.[5] | tonumber / 1e6)}]
    | group_by([.set, .who]) | map({set: .[0].set, who: .[0].who, runs: length,
        wall: map(.wall) | median, cpu: map(.cpu) | median, written: map(.written) | median, used: map(.used) | median})
    | . as $rows
    | "bake, containerd \($containerd), \($rows[0].runs) runs, medians",
      "set       who     wall s   CPU s   MB written   MB used",
      ($rows[] | "\(.set + "          " | .[:10])\(.who + "      " | .[:6])\([.wall, .cpu | rounded(1) | column(8)] | join(""))\([.written, .used | round | column(12)] | join(""))"),
      "set       decompress s   write s   ours / limit   ctr / limit   bound s   ours / bound   least s",
      ([$rows | group_by(.set)[] | $limits[.[0].set] as $limit | ([$limit.decompress, $limit.write] | max) as $larger
            | (map(select(.who == "bake"))[0].wall) as $ours | (map(select(.who == "ctr"))[0].wall) as $baseline
            | {set: .[0].set, ours: $ours, baseline: $baseline, decompress: $limit.decompress, write: $limit.write, limit: $larger, bound: $limit.bound, least: $limit.least}] as $sets
        | ($sets[] | "\(.set + "          " | .[:10])\([.decompress | rounded(1) | column(12)] | join(""))\(.write | rounded(1) | column(10))\(.ours / .limit | rounded(2) | column(15))\(.baseline / .limit | rounded(2) | column(14))\(.bound | rounded(1) | column(10))\(.ours / .bound | rounded(2) | column(15))\(.least | rounded(2) | column(10))"),
          ({name: "bake",
            sets: ($sets | map({key: .set, value: {ours, baseline, limit, bound, least, ratio: (.baseline / .ours | rounded(2))}}) | from_entries),
            ours: ($sets | map(.ours) | add), baseline: ($sets | map(.baseline) | add),
            ratio: (($sets | map(.baseline) | add) / ($sets | map(.ours) | add) | rounded(2)), unit: "s"} | tojson))' "$work/results"
