#!/usr/bin/env bash
# What a cold start of each function takes: each handler from its zip, made and invoked once with its event in events/functions, in a
# JVM with the heap that Lambda would give it. No AWS answers: an endpoint on loopback refuses each call, so what the calls' answers
# would take is not in it, and neither is Lambda's share of a processor, which goes with the memory.
# RUNS (default 3): medians are quoted.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
runs=${RUNS:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$root"
./prebake synth >&2 # builds the zips
JAVA_HOME=$(./prebake java-home)
export AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none AWS_EC2_METADATA_DISABLED=true
export AWS_ENDPOINT_URL=http://127.0.0.1:9 AWS_MAX_ATTEMPTS=1
catalogue=functions/catalogue/src/main/resources/dev/prebake/catalogue/functions.json
while read -r name handler artifact memory; do
    zip=$(echo functions/*/target/"$artifact"-*.zip)
    folder=$work/$artifact
    [[ -d $folder ]] || {
        mkdir "$folder"
        (cd "$folder" && "$JAVA_HOME/bin/jar" xf "$root/$zip")
        "$JAVA_HOME/bin/javac" -cp "$folder:$folder/lib/*" -d "$folder" bench/functions/Invoke.java
    }
    for ((run = 1; run <= runs; run++)); do
        # The runtime's own settings: https://docs.aws.amazon.com/lambda/latest/dg/java-customization.html
        echo "$name $memory $(stat -c %s "$zip") $("$JAVA_HOME/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto \
            "-Xmx$((memory * 85 / 100))m" -cp "$folder:$folder/lib/*" Invoke "$handler" "events/functions/$name.json" 2>"$work/err" ||
            { cat "$work/err" >&2; exit 1; })" >>"$work/results"
    done
done < <(jq -r '.[] | [.name, .handler, .artifact, .memoryMiB] | join(" ")' "$catalogue")
jq -Rrs '
    def median: sort | .[length / 2 | floor];
    [split("\n")[] | select(. != "") | split(" ")] | group_by(.[0])
    | map({name: .[0][0], memory: (.[0][1] | tonumber), zip: (.[0][2] | tonumber), made: (map(.[3] | tonumber) | median),
           invoked: (map(.[4] | tonumber) | median), peak: (map(.[5] | tonumber) | median), outcome: .[0][6]})
    | "function           MB zip   s made   s invoked   MiB peak   MiB given   outcome",
      (.[] | "\(.name + "                    " | .[:18])\("      \(.zip / 1e5 | round / 10)"[-7:])\("         \(.made)"[-9:])\("            \(.invoked)"[-12:])\("           \(.peak)"[-11:])\("            \(.memory)"[-12:])   \(.outcome)"),
      ({name: "functions", ours: (map(.peak) | max), baseline: (map(.memory) | min), ratio: ((map(.memory / .peak) | min) * 100 | round / 100), unit: "MiB"} | tojson)' "$work/results"
