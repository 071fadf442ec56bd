#!/usr/bin/env bash
# Makes a PyTorch image from Debian's packages and packs it as an OCI image layout of several layers, as real images
# have them: the base system, Python, the libraries that PyTorch needs, PyTorch.
#
#   bench/images/pytorch.sh [--docker] [--zstd] [--platform linux/amd64] ...    (options go to PackImage)
#
# Everything is kept under $PREBAKE_BENCH_HOME (default ~/.cache/prebake-bench): what is there already is not made again.
# The layout's directory is the one line on stdout; progress goes to stderr. Needs root, debootstrap, a JDK 25
# and Maven.
set -euo pipefail

readonly reference=prebake/pytorch:1.13
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
home=${PREBAKE_BENCH_HOME:-${HOME:?}/.cache/prebake-bench}
work=$home/build/pytorch
root=$work/root
layout=$home/pytorch
if (($# > 0)); then
  layout+=$(printf '%s' "$@" | tr -c '[:alnum:]-' '-')
fi
readonly here home work root layout

say() { printf 'pytorch.sh: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

if [[ -e $layout/index.json ]]; then
  echo "$layout"
  exit 0
fi

# Runs a command inside the tree, in a mount and a process namespace of its own: what it mounts or starts ends with it.
inside() {
  # shellcheck disable=SC2016 # the inner shell expands these
  unshare --mount --pid --fork --kill-child bash -c '
    set -euo pipefail
    root=$1; shift
    mount -t proc proc "$root/proc"
    # The packages and their lists stay outside of the image.
    mount -t tmpfs tmpfs "$root/var/cache/apt"
    mount -t tmpfs tmpfs "$root/var/lib/apt/lists"
    mount --bind /dev "$root/dev"
    exec chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
      DEBIAN_FRONTEND=noninteractive ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} "$@"
  ' inside "$root" "$@" >&2
}

# The paths of the tree, NUL-terminated, in a stable order; what is mounted into it while it is made is left out.
paths() {
  (cd "$root" && find . -mindepth 1 \( -path './proc/*' -o -path './dev/*' -o -path './sys/*' -o -path './run/*' \
    -o -path './tmp/*' -o -path './var/cache/*' -o -path './var/lib/apt/lists/*' -o -path './var/log/*' \) -prune \
    -o -print0) | LC_ALL=C sort -z
}

make_tree() {
  local mirror suite
  [[ $(id -u) == 0 ]] || die "needs root to make a Debian tree; run it as root"
  command -v debootstrap >/dev/null || die "debootstrap is missing; apt-get install debootstrap"
  # shellcheck disable=SC1091
  suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  # The mirror is whichever this machine's apt already uses for its own release.
  # shellcheck disable=SC2016 # these are apt's own placeholders
  mirror=$(apt-get indextargets --format '$(CODENAME) $(COMPONENT) $(SITE)' 'Created-By: Packages' |
    awk -v suite="$suite" '$1 == suite && $2 == "main" { print $3; exit }')
  [[ -n $mirror ]] || die "apt has no source for the release '$suite' of this machine; add one and run apt-get update"

  rm -rf "$work"
  mkdir -p "$work"
  say "debootstrap $suite"
  debootstrap --variant=minbase "$suite" "$root" "$mirror" >&2
  # Manuals and translations are of no use in a container; licences stay.
  printf '%s\n' 'path-exclude=/usr/share/doc/*' 'path-include=/usr/share/doc/*/copyright' 'path-exclude=/usr/share/man/*' \
    'path-exclude=/usr/share/info/*' 'path-exclude=/usr/share/locale/*' >"$root/etc/dpkg/dpkg.cfg.d/without-documentation"
  find "$root/usr/share/doc" -type f ! -name copyright -delete
  rm -rf "$root"/usr/share/{man,info,locale}/* "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*
  paths >"$work/base.paths"

  say "python3"
  inside sh -c 'apt-get -q update && apt-get -qy install python3 python3-numpy python3-yaml'
  paths >"$work/python.paths"

  say "python3-torch"
  inside sh -c 'apt-get -q update && apt-get -qy install python3-torch'
  rm -rf "$root"/var/log/* "$root"/var/cache/{debconf,ldconfig,man,fontconfig}/* "$root"/tmp/*
  paths >"$work/all.paths"

  say "import torch"
  inside python3 -c 'import torch; print("torch", torch.__version__, torch.ones(2, 3).sum().item())'
  touch "$work/tree.done"
}

[[ -e $work/tree.done ]] || make_tree

# A layer is what a step added, with the content that the last step left.
difference() { LC_ALL=C comm -z -13 "$1" "$2"; }
layer() {
  say "layer $1"
  tar --create --file "$work/$1.tar.part" --directory "$root" --no-recursion --null --files-from "$work/$1.list" \
    --numeric-owner --format=pax --pax-option=delete=atime,delete=ctime
  mv "$work/$1.tar.part" "$work/$1.tar"
}

LC_ALL=C comm -z -12 "$work/base.paths" "$work/all.paths" >"$work/base.list"
difference "$work/base.paths" "$work/python.paths" | LC_ALL=C comm -z -12 - "$work/all.paths" >"$work/python.list"
difference "$work/python.paths" "$work/all.paths" | LC_ALL=C comm -z -13 "$work/base.paths" - >"$work/added.list"
LC_ALL=C grep -z -E '/lib(torch|c10|caffe2|shm)|dist-packages/(torch|functorch|caffe2)|/torch' "$work/added.list" >"$work/torch.list"
difference "$work/torch.list" "$work/added.list" >"$work/libraries.list"
for name in base python libraries torch; do
  layer "$name"
done

"$here/prebake" pack \
  "$layout" "$reference" "$work/base.tar" "$work/python.tar" "$work/libraries.tar" "$work/torch.tar" \
  --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --env LC_ALL=C.UTF-8 \
  --entrypoint python3 --entrypoint -c --entrypoint 'import torch; print("torch", torch.__version__, torch.ones(2, 3).sum().item())' \
  "$@" >&2
rm -f "$work"/*.tar
echo "$layout"
