#!/usr/bin/env bash
# What the functions cost. Each from its zip in a JVM under AWS's runtime interface client, with the heap and the settings that
# Lambda gives it: size of the zip, milliseconds until it asks for work, milliseconds of its first invocation (with its event in
# events/functions, by a lab that has nothing in it), peak of its memory. Then the billed time of whole bakes over folders: one with every
# function cold, and one right after it. Lambda's share of a processor, which goes with the memory, is not in it.
# RUNS (default 3): medians are quoted.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
runs=${RUNS:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$root"
./prebake synth >&2     # builds the zips
./prebake --version >&2 # builds the lab
JAVA_HOME=$(./prebake java-home)

mkdir -p "$work/tree/bench" "$work/layout/blobs/sha256"
head -c 65536 /dev/urandom >"$work/tree/bench/file"
tar -C "$work/tree" -cf "$work/layer" .
blob() { # FILE MEDIA-TYPE: keeps it among the blobs, and prints its descriptor
    local sum
    sum=$(sha256sum <"$1" | cut -d' ' -f1)
    cp "$1" "$work/layout/blobs/sha256/$sum"
    printf '{"mediaType": "%s", "digest": "sha256:%s", "size": %d' "$2" "$sum" "$(stat -c %s "$1")"
}
architecture=amd64
[[ $(uname -m) != aarch64 ]] || architecture=arm64
layer=$(blob "$work/layer" application/vnd.oci.image.layer.v1.tar)
printf '{"architecture": "%s", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": ["sha256:%s"]}}' \
    "$architecture" "$(sha256sum <"$work/layer" | cut -d' ' -f1)" >"$work/config"
printf '{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": %s}, "layers": [%s}]}' \
    "$(blob "$work/config" application/vnd.oci.image.config.v1+json)" "$layer" >"$work/manifest"
printf '{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [%s,
    "annotations": {"org.opencontainers.image.ref.name": "bench/image:1"}}]}' \
    "$(blob "$work/manifest" application/vnd.oci.image.manifest.v1+json)" >"$work/layout/index.json"
echo '{"imageLayoutVersion": "1.0.0"}' >"$work/layout/oci-layout"

classes="cli/target/prebake-cli-0.1.0-SNAPSHOT.jar:cli/target/lib/*"
"$JAVA_HOME/bin/javac" -cp "$classes" -d "$work" bench/handlers/Handlers.java
"$JAVA_HOME/bin/java" -Xlog:disable --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -cp "$work:$classes" Handlers "$root" "$work" "$work/layout" "$runs" >"$work/results"

jq -rs '
    def median: sort | .[length / 2 | floor];
    def cell($width): "                    \(.)"[-$width:];
    (map(select(.function)) | group_by(.function)
     | map({name: .[0].function, zip: .[0].zip, memory: .[0].memory, init: (map(.init) | median), first: (map(.first) | median),
            peak: (map(.peak) | median)})) as $functions
    | (map(select(.bake)) | group_by(.bake)
       | map({name: .[0].bake, functions: .[0].functions, invocations: (map(.invocations) | median), billed: (map(.billed) | median)})) as $bakes
    | "function            MB zip   ms init   ms first   MiB peak   MiB given",
      ($functions[] | "\(.name + "                    " | .[:18])\(.zip / 1e5 | round / 10 | cell(8))\(.init | cell(10))\(.first | cell(11))\(.peak | cell(11))\(.memory | cell(12))"),
      ($bakes | reverse[] | "bake, \(.name): \(.functions) functions, \(.invocations) invocations, \(.billed / 1000) s billed"),
      ({name: "handlers", ours: ($bakes | map(select(.name == "cold")) | .[0].billed / 1000), baseline: 15,
        ratio: (15000 / ($bakes | map(select(.name == "cold")) | .[0].billed) * 100 | round / 100), unit: "s"} | tojson)' "$work/results"
