#!/usr/bin/env bash
# Makes a Kubernetes from Debian bookworm's source package `kubernetes` (1.20.2: the last one with all of upstream's source),
# with Debian's Go, etcd and CNI plugins. Nothing is installed: packages are unpacked below $PREBAKE_BENCH_HOME
# (default ~/.cache/prebake-bench), where everything is kept. The folder of its programs is the one line on stdout.
# Needs apt, dpkg-dev, gcc and 3 GB; takes some 10 minutes of processor time, once.
set -euo pipefail

readonly suite=bookworm go=1.19
home=${PREBAKE_BENCH_HOME:-${HOME:?}/.cache/prebake-bench}
made=$home/kubernetes-1.20
work=$home/build/kubernetes-1.20
readonly home made work

say() { printf 'kubernetes.sh: %s\n' "$*" >&2; }
die() {
    say "$*"
    exit 1
}

if [[ -x $made/kubectl ]]; then
    echo "$made"
    exit 0
fi
for tool in apt-get dpkg-deb dpkg-source; do
    command -v "$tool" >/dev/null || die "$tool is missing; it comes with Debian's apt, dpkg and dpkg-dev"
done

# Lists of our own, since few machines have source packages in theirs. The mirror is whichever this machine's apt uses.
mirror=$("$(dirname "${BASH_SOURCE[0]}")/../debian-mirror.sh")
mkdir -p "$work"/{lists/partial,cache/archives/partial,packages,tools}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
for kind in deb deb-src; do
    echo "$kind [signed-by=$keyring] $mirror $suite main"
done >"$work/sources.list"
apt=(apt-get -qq -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root -o APT::Get::List-Cleanup=0)
say "fetching the source, Go, etcd and the CNI plugins"
"${apt[@]}" update >&2
cd "$work/packages"
"${apt[@]}" download "golang-$go-go" "golang-$go-src" etcd-server containernetworking-plugins >&2
for package in *.deb; do
    dpkg-deb -x "$package" "$work/tools"
done
"${apt[@]}" source --download-only kubernetes >&2

# Where GOPATH has it: the generator of the API's schema reads packages only from there.
export GOPATH=$work/gopath GOROOT=$work/tools/usr/lib/go-$go GOCACHE=$work/go-cache GO111MODULE=off CGO_ENABLED=0
export PATH=$GOROOT/bin:$PATH
source=$GOPATH/src/k8s.io/kubernetes
rm -rf "$source"
mkdir -p "${source%/*}" "$made.new"
dpkg-source --no-check -x kubernetes_*.dsc "$source" >&2
cd "$source"

version=v1.20.2
variables=
for package in k8s.io/component-base/version k8s.io/kubernetes/vendor/k8s.io/component-base/version; do
    variables+=" -X $package.gitVersion=$version -X $package.gitMajor=1 -X $package.gitMinor=20"
done
# build PACKAGE: in the background of whatever else the machine does.
build() {
    say "building ${1##*/}"
    nice -n 19 go build -p "$(nproc)" -ldflags "-s -w$variables" -o "$2/" "./$1"
}

# Upstream doesn't keep the API's schema, but makes it as it builds (build/root/Makefile.generated_files).
build vendor/k8s.io/kube-openapi/cmd/openapi-gen "$work"
packages=$(grep -rl --include='*.go' '+k8s:openapi-gen=' cmd pkg plugin vendor/k8s.io/*/ |
    grep -vE '_test\.go$|/testdata/|^vendor/k8s.io/(code-generator|gengo|kube-openapi|sample-apiserver)/' |
    sed -E 's#//#/#; s#^#k8s.io/kubernetes/#; s#/[^/]*$##' | LC_ALL=C sort -u | paste -sd,)
"$work/openapi-gen" --logtostderr -i "$packages" -p k8s.io/kubernetes/pkg/generated/openapi -O zz_generated.openapi \
    -h vendor/k8s.io/code-generator/hack/boilerplate.go.txt -r "$work/violations" >&2
# What upstream knows of is what its own generator finds.
diff "$work/violations" api/api-rules/violation_exceptions.list >&2 || die "the API's schema came out otherwise than upstream's"

for program in kube-apiserver kube-controller-manager kube-scheduler kubelet kubectl; do
    build "cmd/$program" "$made.new"
done
cp "$work/tools/usr/bin/etcd" "$made.new/"
mkdir "$made.new/cni"
cp "$work"/tools/usr/lib/cni/{bridge,host-local,loopback} "$made.new/cni/"
chmod -R u+w "$work"
rm -rf "$work"
mv "$made.new" "$made"
echo "$made"
