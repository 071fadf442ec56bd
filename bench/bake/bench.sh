#!/usr/bin/env bash
# The bake against what users run today: `ctr -n k8s.io images pull`, one image after another, on a volume formatted alike, from
# the same registry on loopback, with the containerd that is first in PATH.
# Sets: the PyTorch image; four images that share a base and differ by 200 to 400 MB each; one image of 40 layers.
# RUNS (default 3): how often each is measured; medians are quoted. SETS: which (pytorch four forty).
# Wall time ends when all is on the disk; ours includes its verification, which the baseline has none of.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
# shellcheck source=bench/common.sh
source "$root/bench/common.sh"
runs=${RUNS:-3}
read -r -a sets <<<"${SETS:-pytorch four forty}"
pytorch=$(PREBAKE_CLASSPATH="$root/cli/target/lib/*" "$root/bench/images/pytorch.sh")

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

serve "$pytorch" "$made"

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
        fresh_volume
        ours "" "${pairs[@]}" >"$work/line"
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
