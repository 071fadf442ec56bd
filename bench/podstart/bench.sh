#!/usr/bin/env bash
# Pod start with the PyTorch image: a node that pulls against a node that boots from the baked snapshot, same machine, same
# registry on loopback, page cache dropped before each. The pod runs `import torch`.
# RUNS (default 3): how often the pair is measured; the medians are quoted.
set -euo pipefail

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
root=$(cd "$here/../.." && pwd)
runs=${RUNS:-3}
work=$(mktemp -d)
server=
stop() {
    [[ -z $server ]] || kill "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap stop EXIT

"$root/prebake" --version >&2 # builds what is to be measured
layout=$("$root/bench/images/pytorch.sh")
mkfifo "$work/open"
"$root/prebake" serve 0 "$layout" <"$work/open" >"$work/serve.log" 2>&1 &
server=$!
exec 9>"$work/open"
for _ in $(seq 100); do
    grep -q '^listening on ' "$work/serve.log" && break
    sleep 0.1
done
address=$(sed -n 's/^listening on //p' "$work/serve.log")
[[ -n $address ]] || {
    echo "The registry did not come up; it said:" >&2
    cat "$work/serve.log" >&2
    exit 1
}

for run in $(seq "$runs"); do
    echo "run $run of $runs" >&2
    PREBAKE_HOME=$work/home "$root/prebake" local --image "$address/prebake/pytorch:1.13" --json \
        -- python3 -c 'import torch; print(torch.__version__)' >"$work/run-$run.json"
done

jq -rs '
    def median: sort | .[length / 2 | floor];
    "pod start, PyTorch image, \(length) runs, seconds (median)",
    "                 uncached    cached      warm",
    (["fetch", "unpack", "start", "run"][] as $part
        | [$part, (["uncached", "cached", "warm"][] as $kind | [.[].podStart[$kind][$part]] | median)]
        | "\(.[0] + "             " | .[:13])\(.[1:] | map(. * 100 | round / 100 | tostring | "            \(.)"[-10:]) | join(""))"),
    "total        \([[.[].podStart.uncachedSeconds], [.[].podStart.cachedSeconds], [.[].podStart.warmSeconds]]
        | map(median * 100 | round / 100 | tostring | "            \(.)"[-10:]) | join(""))",
    ({name: "podstart",
      ours: ([.[].podStart.cachedSeconds] | median),
      baseline: ([.[].podStart.uncachedSeconds] | median),
      ratio: ([.[].podStart.ratio] | median * 100 | round / 100),
      unit: "s"} | tojson)' "$work"/run-*.json
