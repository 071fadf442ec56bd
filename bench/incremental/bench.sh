#!/usr/bin/env bash
# A bake that goes on from the last one, against one that starts empty: the PyTorch image with one more layer of about 50 MB
# compressed, of which a bake has that layer's last version and now gets its next. Both bake the same image from the same registry
# on loopback, with the containerd that is first in PATH.
# RUNS (default 3): how often each is measured; medians are quoted. Changed blocks: of 512 KiB, as EBS counts them, of the
# volume's image file against the base's.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
# shellcheck source=bench/common.sh
source "$root/bench/common.sh"
runs=${RUNS:-3}
pytorch=$("$root/bench/images/pytorch.sh")

made=${PREBAKE_BENCH_HOME:-$HOME/.cache/prebake-bench}/incremental-1
if [[ ! -e $made/index.json ]]; then
    echo "making the images (once)" >&2
    rm -rf "$made.new"
    mkdir -p "$made.new/blobs/sha256"
    of() { jq -r "$2" "$pytorch/blobs/sha256/${1#sha256:}"; }
    manifest=$(jq -r '.manifests[0].digest' "$pytorch/index.json")
    [[ $(of "$manifest" 'has("manifests")') == false ]] || manifest=$(of "$manifest" '.manifests[0].digest')
    mapfile -t base_layers < <(of "$manifest" '.layers[] | tojson')
    mapfile -t base_diffs < <(of "$(of "$manifest" .config.digest)" '.rootfs.diff_ids[] | tojson')
    for layer in "${base_layers[@]}"; do
        cp "$pytorch/blobs/sha256/$(jq -r '.digest | ltrimstr("sha256:")' <<<"$layer")" "$made.new/blobs/sha256/"
    done
    for version in 1 2; do
        layers=("${base_layers[@]}") diffs=("${base_diffs[@]}")
        layer "$made.new" 95 "application-$version"
        image "$made.new" "bench/application:$version"
    done
    finish_layout "$made.new"
    mv "$made.new" "$made"
fi
serve "$made"

# changed_blocks OLD NEW: how many blocks of 512 KiB differ.
changed_blocks() {
    # shellcheck disable=SC2016 # perl's variables
    perl -e '
        open($old, "<:raw", $ARGV[0]) && open($new, "<:raw", $ARGV[1]) or die "reading @ARGV: $!";
        while (read($new, $b, 524288)) { read($old, $a, 524288); $changed++ if $a ne $b }
        print $changed + 0' "$1" "$2"
}

read -r _ first_digest < <(grep 'bench/application:1 ' "$work/images")
read -r second second_digest < <(grep 'bench/application:2 ' "$work/images")
# The same name in both, as a tag that moves on.
name=${second%:*}:latest
for ((run = 1; run <= runs; run++)); do
    echo "run $run of $runs" >&2
    fresh_volume
    ours "" "$name" "$first_digest" >"$work/line"
    mv "$work/volume.img" "$work/base.img"
    cp --sparse=always "$work/base.img" "$work/volume.img"
    attach_volume
    ours snap-00000001 "$name" "$second_digest" >"$work/line"
    jq -e '.base.kept' "$work/report" >"$work/kept" || {
        cat "$work/report" >&2
        exit 1
    }
    echo "base $(<"$work/line") $(jq .volume.fetchedBytes "$work/report") $(changed_blocks "$work/base.img" "$work/volume.img")" >>"$work/results"
    fresh_volume
    ours "" "$name" "$second_digest" >"$work/line"
    echo "empty $(<"$work/line") $(jq .volume.fetchedBytes "$work/report") 0" >>"$work/results"
done
top=$(jq --arg digest "$second_digest" -n '$digest | ltrimstr("sha256:")' -r)
compressed=$(jq '.layers[-1].size' "$made/blobs/sha256/$top")
unpacked=$(zcat "$made/blobs/sha256/$(jq -r '.layers[-1].digest | ltrimstr("sha256:")' "$made/blobs/sha256/$top")" | wc -c)

jq -Rrs --arg containerd "$(containerd --version | awk '{ print $3 }')" --argjson compressed "$compressed" --argjson unpacked "$unpacked" '
    def median: sort | .[length / 2 | floor];
    def mb: . / 1e5 | round / 10;
    [split("\n")[] | select(. != "") | split(" ") | {who: .[0], n: (.[1:] | map(tonumber))}]
    | group_by(.who) | map({key: .[0].who, value: (. as $rows | [range(6)] | map(. as $i | $rows | map(.n[$i]) | median))}) | from_entries
    | (.base[5] * 524288) as $changed
    | "incremental, containerd \($containerd), medians; what changed: one layer, \($compressed | mb) MB compressed, \($unpacked | mb) MB unpacked",
      (to_entries[] | "\(.key + "      " | .[:6]) wall \(.value[0] / 1e4 | round / 100) s, CPU \(.value[1] / 1e4 | round / 100) s, written \(.value[2] | mb) MB, fetched \(.value[4] | mb) MB"),
      "blocks of 512 KiB that changed against the base: \(.base[5]), \($changed | mb) MB, \($changed / $unpacked * 100 | round / 100) times what changed",
      ({name: "incremental", ours: (.base[0] / 1e6), baseline: (.empty[0] / 1e6), ratio: (.empty[0] / .base[0] * 100 | round / 100), unit: "s",
        fetchedBytes: .base[4], changedBytes: $changed, changedRatio: ($changed / $unpacked * 100 | round / 100)} | tojson)' "$work/results"
