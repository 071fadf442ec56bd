#!/usr/bin/env bash
# Records ./prebake local in a home of its own and makes docs/local.svg of it. Needs asciinema, Node, and what a local run needs for real
# volumes and pods.
#
# usage: docs/local.sh
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

PREBAKE_HOME=$(mktemp -d)
export PREBAKE_HOME
trap 'rm -rf --one-file-system "$PREBAKE_HOME"' EXIT

# What is made once, the build and the sample image, is made before: the picture is of what comes each time.
./prebake local --json >"$PREBAKE_HOME/made"
find "$PREBAKE_HOME" -mindepth 1 -maxdepth 1 ! -name sample -exec rm -rf --one-file-system {} +

cast=$PREBAKE_HOME/cast
# The command line as one would type it, and time to read what came out: a recording ends with what is printed last, be it nothing
# that one sees.
asciinema rec --quiet --overwrite --cols 104 --rows 34 --idle-time-limit 2 \
    --command "printf '\$ ./prebake local\n'; sleep 1; ./prebake local; for s in 2 2 2; do sleep \$s; printf '\e[0m \b'; done" "$cast"
npx --yes svg-term-cli@2.1.1 --in "$cast" --out docs/local.svg --window --no-cursor
