#!/usr/bin/env bash
# Prints the mirror of Debian that this machine's apt uses, for scripts that unpack packages of another suite or architecture.
set -euo pipefail

# shellcheck disable=SC2016 # these are apt's own placeholders
mirror=$(apt-get indextargets --format '$(COMPONENT)|$(LABEL)|$(SITE)' 'Created-By: Packages' |
    awk -F'|' '$1 == "main" && $2 == "Debian" && !seen++ { print $3 }')
[[ -n $mirror ]] || {
    echo "apt has no source of Debian's main on this machine; add one and run apt-get update" >&2
    exit 1
}
echo "$mirror"
