#!/usr/bin/env bash
# Runs test.sh, or the command that is given, on an amd64 machine with programs of arm64: those of Debian, under QEMU, which stand
# below $PREBAKE_BENCH_HOME (default ~/.cache/prebake-bench) and see this repository, read-only, as /prebake. The kernel is the machine's
# own. Needs root, apt, dpkg-deb and a kernel with binfmt_misc; nothing is installed. While it runs, the machine as a whole
# can start arm64 programs. README.md beside this file has what QEMU can't do, and what came of it.
set -euo pipefail

readonly suite=trixie
# runc and XFS's own ioctls are beyond QEMU: these are the machine's kind. So is what runs them all.
readonly native=(runc xfs_growfs qemu-aarch64)
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
home=${PREBAKE_BENCH_HOME:-${HOME:?}/.cache/prebake-bench}
root=$home/arm64-$suite
work=$home/build/arm64-$suite
readonly repository home root work

say() { printf 'arm64.sh: %s\n' "$*" >&2; }
die() {
    say "$*"
    exit 1
}

# fetch ARCHITECTURE PACKAGE...: brings them and all they need, as if nothing were installed.
fetch() {
    local of=$work/$1
    mkdir -p "$of"/{lists/partial,cache/archives/partial}
    local apt=(apt-get -qq -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=/dev/null
        -o "Dir::State::lists=$of/lists" -o "Dir::Cache=$of/cache" -o "Dir::State::status=$work/none" -o APT::Sandbox::User=root
        -o "APT::Architecture=$1" -o "APT::Architectures::=$1" -o APT::Install-Recommends=false)
    "${apt[@]}" update >&2
    "${apt[@]}" --yes --download-only install "${@:2}" >&2
}

# unpack ARCHITECTURE [PATTERN...]: what was fetched, or the files of it that match.
unpack() {
    local package
    for package in "$work/$1"/cache/archives/*.deb; do
        dpkg-deb --fsys-tarfile "$package" | tar --extract --directory="$root.new" --keep-directory-symlink --exclude='./dev/*' "${@:2}"
    done
}

make_userland() {
    local tool mirror
    for tool in apt-get dpkg-deb; do
        command -v "$tool" >/dev/null || die "$tool is missing; it comes with Debian's apt and dpkg"
    done
    # The mirror is whichever this machine's apt uses.
    mirror=$("$repository/bench/debian-mirror.sh")
    rm -rf "$work" "$root.new"
    mkdir -p "$work" "$root.new"/usr/{bin,sbin,lib,lib64} "$root.new"/{dev,etc,mnt,prebake,proc,root,run,sys,tmp,var/tmp}
    ln -s usr/bin usr/sbin usr/lib usr/lib64 "$root.new/"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$work/sources.list"
    : >"$work/none"
    say "fetching Debian $suite"
    fetch arm64 '?essential' busybox-static ca-certificates containerd curl docker-registry iproute2 isal jq libcap2-bin mount openjdk-25-jdk-headless openssl \
        skopeo xfsprogs zstd
    fetch amd64 runc xfsprogs qemu-user
    unpack arm64
    # Members that a package lacks are no failure here: the programs are looked for below.
    unpack amd64 --wildcards '*/x86_64-linux-gnu/*' '*/ld-linux-x86-64.so.2' "${native[@]/#/*bin/}" 2>/dev/null || true
    for tool in "${native[@]}"; do
        [[ -n $(find "$root.new/usr/bin/$tool" "$root.new/usr/sbin/$tool" 2>/dev/null) ]] || die "no package of $suite has $tool"
    done
    # What the packages' own scripts would have done, as far as it matters here.
    ln -s mawk "$root.new/usr/bin/awk"
    cp "$root.new/usr/share/base-passwd/passwd.master" "$root.new/etc/passwd"
    cp "$root.new/usr/share/base-passwd/group.master" "$root.new/etc/group"
    cat "$root.new"/usr/share/ca-certificates/mozilla/*.crt >"$root.new/etc/ssl/certs/ca-certificates.crt"
    echo '127.0.0.1 localhost' >"$root.new/etc/hosts"
    : >"$root.new/etc/resolv.conf"
    rm -rf "$work"
    mv "$root.new" "$root"
}

((EUID == 0)) || die "this needs root, for mounts and QEMU's registration"
if [[ ${1:-} != --inside ]]; then
    [[ $(uname -m) == x86_64 ]] || die "this is for amd64 machines; run bake/test.sh itself on one of arm64"
    [[ -d $root ]] || make_userland
    exec unshare --mount --propagation private -- "${BASH_SOURCE[0]}" --inside "$@"
fi
shift
(($# > 0)) || set -- bake/test.sh

# A mount of its own, so that what runs in it can have mount namespaces.
mount --bind "$root" "$root"
for folder in proc sys dev; do mount --rbind "/$folder" "$root/$folder"; done
mount --bind "$repository" "$root/prebake"
mount -o remount,bind,ro "$root/prebake"

# The kernel has one list of formats for all mount namespaces, so what is put there is taken away again. The mount itself goes
# with this one.
mount -t binfmt_misc binfmt_misc "$root/mnt" || die "the kernel has no binfmt_misc"
entry=$root/mnt/prebake-arm64-$$
clean_up() { [[ ! -e $entry ]] || echo -1 >"$entry"; }
trap clean_up EXIT
trap 'exit 1' INT TERM HUP
# An executable of 64 bits, for AArch64: elf(5). P leaves programs the names that they were started by; F has the kernel keep QEMU open, for
# mount namespaces that lack its file.
ident='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
printf '%s' ":${entry##*/}:M::$ident:$mask:$root/usr/bin/qemu-aarch64:PF" >"$root/mnt/register"

# In the foreground: in the background it would ignore SIGINT. No chroot: who enters this mount namespace from another, as the lab
# does, comes in at its root.
# shellcheck disable=SC2016 # the inner shell's parameters
env -i PATH=/usr/sbin:/usr/bin HOME=/root unshare --mount --propagation private /bin/bash -c '
    cd "$0" && pivot_root . . && umount --lazy . && cd /prebake && exec "$@"' "$root" "$@"
