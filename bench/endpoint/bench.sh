#!/usr/bin/env bash
# Whole executions at once through the lab's endpoint, over folders, in lab time: N of them (default 200), each of a cache of its own,
# started and looked for by the SDK. The baseline is the same executions in one JVM, started and looked for by method calls; their
# functions' calls of AWS go through an endpoint there too. Then what the interpreter takes for a state: a loop of Pass and Choice
# states with JSONata, without tasks. RUNS (default 3): medians are quoted; each run is a fresh JVM with the launcher's settings.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
runs=${RUNS:-3}
executions=${N:-200}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$root"
./prebake --version >&2 # builds the lab
JAVA_HOME=$(./prebake java-home)
export JAVA_HOME

classes="cli/target/prebake-cli-0.1.0-SNAPSHOT.jar:cli/target/lib/*"
"$JAVA_HOME/bin/javac" -cp "$classes" -d "$work" bench/endpoint/Endpoint.java
bench() { # ARGUMENT...
    "$JAVA_HOME/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xlog:disable -Xmx224m --enable-native-access=ALL-UNNAMED \
        --sun-misc-unsafe-memory-access=allow -cp "$work:$classes" Endpoint "$@"
}
for ((run = 1; run <= runs; run++)); do
    bench endpoint "$executions" "$work/endpoint-$run" "$root/prebake"
    bench process "$executions" "$work/process-$run"
    bench transitions
done >"$work/results"

jq -rs --argjson n "$executions" '
    def median: sort | .[length / 2 | floor];
    def of($kind): map(select(.kind == $kind));
    def rounded: . * 10 | round / 10;
    (of("endpoint") | map(.perSecond) | median | rounded) as $ours
    | (of("process") | map(.perSecond) | median | rounded) as $baseline
    | "\($n) executions at once, \(of("endpoint") | length) runs, medians",
      "through the endpoint  \($ours) executions/s, peak \(of("endpoint") | map(.peakMiB) | median) MiB resident",
      "in one process        \($baseline) executions/s",
      "a state transition    \(of("transitions") | map(.micros) | median | rounded) µs (\(of("transitions")[0].transitions) of them)",
      ({name: "endpoint", ours: $ours, baseline: $baseline, ratio: ($ours / $baseline * 100 | round / 100), unit: "executions/s"} | tojson)' \
    "$work/results"
