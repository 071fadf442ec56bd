#!/usr/bin/env bash
# How long the command line takes to answer: `./prebake --help`, where the launcher finds a JDK and looks whether sources have changed,
# against the JVM alone with the same classes. RUNS (default 11): how often each is measured, in turn.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
runs=${RUNS:-11}
java=$("$root/prebake" java-home)/bin/java
"$root/prebake" --help >/dev/null # builds

now() { echo "${EPOCHREALTIME/./}"; }

# taken COMMAND...: microseconds that it takes.
taken() {
    local began
    began=$(now)
    "$@" >/dev/null 2>&1
    echo "$(($(now) - began))"
}

for ((run = 1; run <= runs; run++)); do
    echo "ours $(taken "$root/prebake" --help)"
    echo "java $(taken "$java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
        -cp "$root/cli/target/prebake-cli-0.1.0-SNAPSHOT.jar:$root/cli/target/lib/*" dev.prebake.cli.Main --help)"
done | jq -Rrs --arg runs "$runs" '
    def median: sort | .[length / 2 | floor];
    def rounded: . * 1000 | round / 1000;
    [split("\n")[] | select(. != "") | split(" ") | {who: .[0], s: (.[1] | tonumber / 1e6)}]
    | (map(select(.who == "ours").s) | median) as $ours | (map(select(.who == "java").s) | median) as $java
    | "prebake --help, \($runs) runs, medians",
      "ours      \($ours | rounded) s, the launcher included",
      "JVM alone \($java | rounded) s",
      ({name: "startup", ours: $ours, baseline: $java, ratio: ($java / $ours * 100 | round / 100), unit: "s"} | tojson)'
