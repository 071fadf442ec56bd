#!/bin/bash
# Tests bake.sh as a whole: real loop devices, a real registry on loopback, a real containerd. Needs root.
#
# To bake with another containerd, put its directory first in PATH. NODE_BIN and BASE_BIN are directories with the containerd that
# nodes run, and that makes the snapshot which a later bake starts from.
#
# Everything happens in a mount namespace of its own, with its own /run, /dev/disk/by-id and /etc: the machine keeps its
# own. Prints a line for each check and last 'N passed, N failed'; exits 1 if one failed.
# shellcheck disable=SC2016 # jq's variables are not the shell's
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

if [[ ${1:-} != --inside ]]; then
    missing=()
    for tool in busybox containerd ctr curl docker-registry fstrim gzip jq losetup mkfs.xfs openssl runc skopeo split tar unshare wipefs zstd; do
        command -v "$tool" >/dev/null || missing+=("$tool")
    done
    if ((EUID != 0 || ${#missing[@]} > 0)); then
        ((EUID == 0)) || echo "skipped: the bake needs root"
        ((${#missing[@]} == 0)) || echo "skipped: not installed: ${missing[*]}"
        echo '0 passed, 0 failed, 1 skipped'
        exit 0
    fi
    exec unshare --mount --propagation private -- "${BASH_SOURCE[0]}" --inside
fi

work=$(mktemp -d "${TMPDIR:-/var/tmp}/bake-test.XXXXXX")
registry_pid=
private_pid=
node_pid=
bake_pid=
loops=()
passed=0
failed=0

clean_up() {
    set +e
    local pid loop
    for pid in $bake_pid $node_pid $registry_pid $private_pid; do
        kill -TERM "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    awk -v below="$work/" 'index($5, below) == 1 { print $5 }' /proc/self/mountinfo | tac | xargs -r umount
    for loop in "${loops[@]}"; do losetup -d "$loop"; done
    rm -rf --one-file-system "$work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

check() {
    local what=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
        echo "ok      $what"
    else
        failed=$((failed + 1))
        echo "FAILED  $what"
        echo "        $*"
        [[ ! -s $work/out ]] || sed 's/^/        stdout: /' "$work/out" | cut -c1-600
    fi
}

# The machine that the bake sees.
mount -t tmpfs tmpfs /run
mkdir -p /dev/disk/by-id
mount -t tmpfs tmpfs /dev/disk/by-id
[[ -n $(ls -A /sys/fs/cgroup) ]] || mount -t cgroup2 cgroup2 /sys/fs/cgroup

architecture=amd64 other=arm64
if [[ $(uname -m) == aarch64 ]]; then architecture=arm64 other=amd64; fi

# ---- images -------------------------------------------------------------------------------------------------------

port=
free_port() {
    local candidate
    while :; do
        candidate=$((20000 + RANDOM % 20000))
        if ! (: >"/dev/tcp/127.0.0.1/$candidate") 2>/dev/null; then
            port=$candidate
            return
        fi
    done
}

start_registry() {
    cat >"$work/registry.yml" <<CONFIG
version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: $work/registry}}
http: {addr: "127.0.0.1:$port"}
CONFIG
    docker-registry serve "$work/registry.yml" >"$work/registry.log" 2>&1 &
    registry_pid=$!
    until curl -s -o "$work/answer" "http://127.0.0.1:$port/v2/"; do
        kill -0 "$registry_pid"
        sleep 0.1
    done
}

stop_registry() {
    kill -TERM "$registry_pid"
    wait "$registry_pid" || true
    registry_pid=
}

# put LAYOUT FILE: moves a file among the layout's blobs and prints its digest.
put() {
    local sum
    sum=$(sha256sum <"$2")
    mv "$2" "$1/blobs/sha256/${sum%% *}"
    printf 'sha256:%s' "${sum%% *}"
}

# layout NAME ARCHITECTURE gzip|zstd SOURCE...: makes an OCI layout of one image; a layer is a directory, or an archive as it is.
layout() {
    local layout=$work/layouts/$1 arch=$2 compression=$3 dir digest size diff_id media
    local layers=() diff_ids=() config manifest
    shift 3
    mkdir -p "$layout/blobs/sha256"
    for dir in "$@"; do
        if [[ -d $dir ]]; then
            tar -C "$dir" --sort=name --mtime=@0 --owner=0 --group=0 -cf "$work/layer.tar" .
        else
            cp "$dir" "$work/layer.tar"
        fi
        diff_id=sha256:$(sha256sum <"$work/layer.tar" | cut -d' ' -f1)
        case $compression in
        gzip) gzip -1n <"$work/layer.tar" >"$work/layer" ;;
        zstd) zstd -q -1 <"$work/layer.tar" >"$work/layer" ;;
        esac
        media=application/vnd.oci.image.layer.v1.tar+$compression
        size=$(stat -c %s "$work/layer")
        digest=$(put "$layout" "$work/layer")
        layers+=("{\"mediaType\":\"$media\",\"digest\":\"$digest\",\"size\":$size}")
        diff_ids+=("\"$diff_id\"")
    done
    printf '%s\n' "${diff_ids[@]}" | jq -cs --arg arch "$arch" \
        '{architecture: $arch, os: "linux", config: {Cmd: ["/bin/sh"], Env: ["PATH=/bin"]}, rootfs: {type: "layers", diff_ids: .}}' \
        >"$work/config"
    size=$(stat -c %s "$work/config")
    config=$(put "$layout" "$work/config")
    printf '%s\n' "${layers[@]}" | jq -cs --arg config "$config" --argjson size "$size" \
        '{schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json",
          config: {mediaType: "application/vnd.oci.image.config.v1+json", digest: $config, size: $size}, layers: .}' \
        >"$work/manifest"
    size=$(stat -c %s "$work/manifest")
    manifest=$(put "$layout" "$work/manifest")
    echo '{"imageLayoutVersion":"1.0.0"}' >"$layout/oci-layout"
    jq -cn --arg manifest "$manifest" --argjson size "$size" --arg arch "$arch" \
        '{schemaVersion: 2, manifests: [{mediaType: "application/vnd.oci.image.manifest.v1+json", digest: $manifest, size: $size,
          platform: {os: "linux", architecture: $arch}}]}' >"$layout/index.json"
}

# push LAYOUT NAME [OPTION...]: to the registry.
push() {
    local from=$1 to=$2
    shift 2
    skopeo copy --quiet --dest-tls-verify=false "$@" "oci:$work/layouts/$from" "docker://127.0.0.1:$port/$to" >/dev/null
}

digest_of() {
    curl -fsSI -H 'Accept: application/vnd.oci.image.index.v1+json' -H 'Accept: application/vnd.oci.image.manifest.v1+json' \
        -H 'Accept: application/vnd.docker.distribution.manifest.v2+json' \
        "http://127.0.0.1:$port/v2/${1%:*}/manifests/${1##*:}" | tr -d '\r' | awk 'tolower($1) == "docker-content-digest:" { print $2 }'
}

make_images() {
    local i base=$work/trees/base app=$work/trees/app many=()
    mkdir -p "$base/bin" "$app/srv" "$work/trees/tool/opt" "$work/trees/large/data"
    cp "$(command -v busybox)" "$base/bin/busybox"
    for i in sh cat ls echo wc; do ln -s busybox "$base/bin/$i"; done
    ln "$base/bin/busybox" "$base/bin/hardlink"
    chmod u+s "$base/bin/busybox"
    echo shared >"$base/etc-shared"
    echo 'the application' >"$app/srv/app"
    : >"$app/.wh.etc-shared"
    mkdir -p "$work/trees/app2/srv"
    echo 'the application, changed' >"$work/trees/app2/srv/app"
    echo 'the tool' >"$work/trees/tool/opt/tool"
    head -c 104857600 /dev/urandom | base64 -w 0 | (cd "$work/trees/large/data" && split -a 4 -b 100k)
    for ((i = 1; i < 60; i++)); do
        mkdir -p "$work/trees/many$i/layers"
        echo "$i" >"$work/trees/many$i/layers/$i"
        many+=("$work/trees/many$i")
    done
    layout app "$architecture" gzip "$base" "$app"
    layout tool "$architecture" gzip "$base" "$work/trees/tool"
    layout foreign "$other" gzip "$app"
    layout zstd "$architecture" zstd "$base" "$work/trees/tool"
    layout many "$architecture" gzip "$base" "${many[@]}"
    layout large "$architecture" gzip "$base" "$work/trees/large"
    layout pause "$architecture" gzip "$work/trees/tool"
    mkdir -p "$work/trees/full"
    head -c 400M /dev/zero >"$work/trees/full/zeros"
    layout full "$architecture" gzip "$base" "$work/trees/full"
    rm -rf "$work/trees/large" "$work/trees/full"
    push app app:1
    push tool tool:1
    push foreign multi:foreign
    push app multi:native
    push zstd zstd:1
    push many many:1
    push large large:1
    push full full:1
    push tool docker:2 --format v2s2
    mkdir -p "$work/eks"
    skopeo copy --quiet "oci:$work/layouts/pause" "docker-archive:$work/eks/pause.tar:localhost/kubernetes/pause:latest" >/dev/null
    # The foreign manifest comes first: taking just any would be noticed.
    jq -cs '{schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: map(.manifests[])}' \
        "$work/layouts/foreign/index.json" "$work/layouts/app/index.json" |
        curl -fsS -X PUT --data-binary @- -H 'Content-Type: application/vnd.oci.image.index.v1+json' \
            "http://127.0.0.1:$port/v2/multi/manifests/1"
}

# archive NAME [OPTION...]: an archive of what is in the folder of that name; OPTIONs say what and how.
archive() {
    local name=$1
    shift
    tar --create --file="$work/trees/$name.tar" --directory="$work/trees/$name" --sort=name --format=posix --numeric-owner "$@"
}

# make_odd_image: layers with all that an archive can hold, and with what builders leave out.
make_odd_image() {
    local lower=$work/trees/lower odd=$work/trees/odd bare=$work/trees/bare upper=$work/trees/upper long
    long=$(printf 'n%.0s' {1..120})
    mkdir -p "$lower"/{etc/private,opt/old,opt/replaced,usr/lib,usr/share/doc,var/spool}
    echo below | tee "$lower"/{etc/conf,etc/private/key,opt/old/file,opt/replaced/file,opt/gone,usr/lib/so,usr/share/doc/text,usr/share/page} >"$work/below"
    ln -s usr/lib "$lower/lib"
    chown 7:8 "$lower/etc/private"
    chmod 1750 "$lower/etc/private"
    chmod 1777 "$lower/var/spool"
    touch -d '2001-02-03 04:05:06.789012345' "$lower/etc/conf" "$lower/var/spool"
    archive lower --pax-option='SCHILY.xattr.user.note:=of the lower layer' etc opt usr var
    tar --append --file="$work/trees/lower.tar" --directory="$lower" lib

    mkdir -p "$odd/files/$long/$long/$long" "$odd/usr/share/new" "$odd/opt"
    echo one >"$odd/files/one"
    ln "$odd/files/one" "$odd/files/two"
    ln -s one "$odd/files/link"
    ln "$odd/files/link" "$odd/files/link-again"
    ln -s /no/such/place "$odd/files/dangling"
    ln -s ../../outside "$odd/files/outside"
    echo long >"$odd/files/$long/$long/$long/$long"
    echo odd >"$odd/files/"$'with blanks, \\backslash\\, "quotes",\nline break and \xc3\xa9'
    mknod "$odd/files/null" c 1 3
    mknod "$odd/files/disk" b 7 200
    mkfifo "$odd/files/pipe"
    cp "$(command -v busybox)" "$odd/files/setuid"
    chmod 6711 "$odd/files/setuid"
    chown 12345:54321 "$odd/files/one"
    if command -v setcap >/dev/null; then
        cp "$(command -v busybox)" "$odd/files/capable"
        setcap cap_net_raw+ep "$odd/files/capable"
    fi
    truncate -s 5M "$odd/files/sparse"
    echo end >>"$odd/files/sparse"
    : >"$odd/files/empty"
    : >"$odd/usr/share/.wh..wh..opq"
    : >"$odd/opt/.wh.old"
    : >"$odd/opt/.wh.gone"
    echo again >"$odd/usr/share/page"
    touch -h -d '1999-12-31 23:59:59.5' "$odd/files/link" "$odd/files" "$odd/opt"
    chown 3:4 "$odd/opt/.wh.gone"
    archive odd --sparse --xattrs --xattrs-include='*' files opt usr

    mkdir -p "$bare"/{etc/private,var/spool,new/deep,lib}
    echo bare | tee "$bare"/{etc/private/more,var/spool/job,new/deep/file} >"$work/below"
    archive bare etc/private/more var/spool/job new/deep/file
    echo bare >"$bare/lib/other"
    tar --create --file="$work/trees/linked.tar" --directory="$bare" lib/other

    mkdir -p "$upper/opt" "$upper/files"
    echo 'no folder now' >"$upper/opt/replaced"
    : >"$upper/files/.wh.one"
    archive upper .

    layout odd "$architecture" gzip "$work/trees/base" "$work/trees/lower.tar" "$work/trees/odd.tar" "$work/trees/bare.tar" \
        "$work/trees/linked.tar" "$work/trees/upper.tar"
    push odd odd:1
}

# layer_folders REFERENCE: where the node has the image's layers, the highest first.
layer_folders() {
    local chain='' sum diff config
    config=$(node images ls | awk -v name="$1" '$1 == name { print $3 }')
    config=$(node content get "$config" | jq -r .config.digest)
    while read -r diff; do
        if [[ -z $chain ]]; then chain=$diff; else
            sum=$(printf '%s %s' "$chain" "$diff" | sha256sum)
            chain=sha256:${sum%% *}
        fi
    done < <(node content get "$config" | jq -r '.rootfs.diff_ids[]')
    node snapshots view --mounts "view$RANDOM$RANDOM" "$chain" | grep -o 'lowerdir=[^"]*' | cut -d= -f2 | tr : '\n'
}

# fingerprints REFERENCE LIST: of each layer's folder on the node all that an archive can tell, attributes and times included;
# in words it goes to LIST. A whiteout, and a directory without an entry in its layer, have the time of their making, whoever makes
# them.
fingerprints() {
    local folder
    while read -r folder; do
        find "$folder" \( -type d -o -type c \) -newer "$work/odd-began" -exec touch -d @0 {} +
        tar --create --directory="$folder" --sort=name --format=posix --xattrs --xattrs-include='*' --numeric-owner \
            --pax-option='delete=atime,delete=ctime' . | sha256sum
        tar --create --directory="$folder" --sort=name --xattrs --xattrs-include='*' . | tar --list --verbose --xattrs --full-time >>"$work/$2"
    done < <(layer_folders "$1")
}

# ---- volumes, bakes, nodes ----------------------------------------------------------------------------------------

serial=0
volume_id=
device=
# new_volume SIZE: a fresh volume, attached where EC2 has it.
new_volume() {
    serial=$((serial + 1))
    attach_volume "$1"
}

# attach_volume SIZE: the one of the current serial number, grown to this size.
attach_volume() {
    volume_id=$(printf 'vol-%017x' "$serial")
    truncate -s "$1" "$work/volume$serial"
    device=$(losetup --find --show "$work/volume$serial")
    loops+=("$device")
    ln -s "$device" "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volume_id/-/}"
}

drop_volume() {
    losetup -d "$device"
    loops=("${loops[@]/#$device/}")
    mapfile -t loops < <(printf '%s\n' "${loops[@]}" | grep . || true)
    rm -f "$work/volume$serial" "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volume_id/-/}"
}

image() {
    local reference=127.0.0.1:$port/$1 digest=${2:-}
    [[ -n $digest ]] || digest=$(digest_of "$1")
    printf '{"reference":"%s","digest":"%s","compressedBytes":%s}\n' "$reference" "$digest" "${3:-1000000}"
}

# request IMAGE...: prints the compact request for the current volume.
request() {
    printf '%s\n' "$@" | jq -cs --arg volume "$volume_id" --arg architecture "$architecture" \
        '{volumeId: $volume, architecture: $architecture, images: .}'
}

bake_status=
# bake REQUEST: runs the script; its output goes to $work/out and its progress to $work/progress.
bake() {
    bake_status=0
    PREBAKE_REQUEST=$1 "$here/bake.sh" >"$work/out" 2>"$work/progress" || bake_status=$?
}

report() {
    jq -e "$@" "$work/out" >/dev/null
}

one_document() {
    [[ $(jq -s length "$work/out") == 1 ]]
}

# Whether a bake has left nothing: no file and mount in its private /run, no process in this mount namespace.
nothing_left() {
    local process name left
    # /run/mount is libmount's, and /run/containerd an empty directory that containerd of 1.7 and later makes whatever its
    # configured state directory.
    rmdir /run/containerd 2>/dev/null || true
    left=$(ls -A --ignore=mount /run)$(grep "$device " /proc/self/mountinfo || true)
    for process in /proc/[0-9]*; do
        [[ $process/ns/mnt -ef /proc/self/ns/mnt ]] || continue
        read -r name <"$process/comm" || continue
        [[ ! $name =~ ^(containerd|ctr|bake\.sh|sleep|du)$ ]] || left+=" $name"
    done 2>/dev/null
    [[ -z $left ]] || echo "        left: $left"
    [[ -z $left ]]
}

succeeded() {
    [[ $bake_status == 0 ]] && one_document && report '.images and (has("error") | not)' && nothing_left
}

failed_with() {
    [[ $bake_status == 1 ]] && one_document && report --arg name "$1" '.error.name == $name and (.error.message | length > 20)' &&
        nothing_left
}

says() {
    report --arg words "$1" '.error.message | contains($words)'
}

progress_is_sound() {
    jq -es 'length > 0
        and all(.[]; (.phase | IN("prepare", "pull", "unpack", "verify", "finish")) and .doneBytes >= 0 and .doneBytes <= .totalBytes)
        and ([.[].doneBytes] | . == sort)
        and (.[-1] | .phase == "finish" and .doneBytes == .totalBytes)' "$work/progress" >/dev/null
}

node() {
    "${NODE_BIN:+$NODE_BIN/}ctr" --address "$work/node.sock" --namespace k8s.io "$@"
}

# start_node: mounts the volume elsewhere, beneath a containerd that has never seen it.
start_node() {
    mkdir -p "$work/node"
    mount -o noatime "$device" "$work/node"
    cat >"$work/node.toml" <<CONFIG
version = 2
root = "$work/node"
state = "$work/node.state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime",
  "io.containerd.nri.v1.nri", "io.containerd.internal.v1.opt"]
[grpc]
  address = "$work/node.sock"
[ttrpc]
  address = "$work/node.sock.ttrpc"
CONFIG
    PATH=${NODE_BIN:+$NODE_BIN:}$PATH containerd --config "$work/node.toml" >"$work/node.log" 2>&1 &
    node_pid=$!
    until node version >/dev/null 2>&1; do
        kill -0 "$node_pid"
        sleep 0.1
    done
}

stop_node() {
    kill -TERM "$node_pid"
    wait "$node_pid" || true
    node_pid=
    umount "$work/node"
    rm -rf /run/* "$work/node.state"
}

node_has_names() {
    [[ $(node images ls -q | sort) == "$(printf '%s\n' "$@" | sort)" ]]
}

node_images_are_labelled() {
    [[ $(node images ls | tail -n +2 | grep -c 'io.cri-containerd.image=managed,io.cri-containerd.pinned=pinned') == \
        "$(node images ls -q | wc -l)" ]]
}

# Every blob is JSON: an index, a manifest or a config.
node_has_no_layers() {
    local blob count=0
    for blob in "$work"/node/io.containerd.content.v1.content/blobs/sha256/*; do
        jq -e '.manifests or (.config and .layers) or .rootfs' "$blob" >/dev/null || return 1
        count=$((count + 1))
    done
    ((count > 0)) && [[ $(node content ls -q | wc -l) == "$count" ]]
}

node_runs() {
    local expected=$1 reference=$2
    shift 2
    [[ $(node run --rm "$reference" "test$RANDOM$RANDOM" "$@" 2>"$work/run.log") == "$expected" ]] || {
        cat "$work/run.log"
        return 1
    }
}

# ---- cases --------------------------------------------------------------------------------------------------------

free_port
start_registry
make_images
app=127.0.0.1:$port/app
tool=127.0.0.1:$port/tool

new_volume 4G
mkdir -p "$work/etc"
mkdir "$work/etc/eks"
cp "$work/eks/pause.tar" "$work/etc/eks/"
mount -t overlay -o "lowerdir=$work/etc:/etc" overlay /etc
bake "$(request "$(image app:1)" "$(image tool:1)" "$(image multi:1)" "$(image "docker@$(digest_of docker:2)" "$(digest_of docker:2)")" \
    "$(image docker:2)" "$(image zstd:1)" "$(image many:1)")"
umount /etc
check 'a mixed bake succeeds and leaves nothing behind' succeeded
check 'its report fits SSM and has every image' report '(tojson | length < 24000) and (.images | length == 7)'
check 'it reports the manifest that an index led to' report --arg digest "$(digest_of multi:native)" \
    '.images[2] | .manifestDigest == $digest and .digest != $digest'
check 'it reports 60 layers' report '.images[6].layers == 60'
check 'it reports bytes and seconds' report 'all(.images[]; .unpackedBytes > 0 and .compressedBytes > 0) and .seconds.total > 0
    and .volume.sizeBytes == 4294967296 and .volume.usedBytes < 300000000 and (.containerd | test("^[0-9.]+$"))'
check 'its progress is sound' progress_is_sound
check 'it has no more lines of progress than seconds, but for the first and the last' \
    report --argjson lines "$(wc -l <"$work/progress")" '.seconds.total + 2 >= $lines'
stop_registry
start_node
check 'a node has exactly the names asked for, their digests and the sandbox image' node_has_names \
    "$app:1" "$app@$(jq -r '.images[0].digest' "$work/out")" "$tool:1" "$tool@$(jq -r '.images[1].digest' "$work/out")" \
    "127.0.0.1:$port/multi:1" "127.0.0.1:$port/multi@$(jq -r '.images[2].digest' "$work/out")" \
    "127.0.0.1:$port/docker:2" "127.0.0.1:$port/docker@$(jq -r '.images[3].digest' "$work/out")" \
    "127.0.0.1:$port/zstd:1" "127.0.0.1:$port/zstd@$(jq -r '.images[5].digest' "$work/out")" \
    "127.0.0.1:$port/many:1" "127.0.0.1:$port/many@$(jq -r '.images[6].digest' "$work/out")" \
    localhost/kubernetes/pause:latest
check 'each of them is managed and pinned' node_images_are_labelled
check 'no blob is left but index, manifests and configs' node_has_no_layers
# The base, the application, the tool, 59 small ones, and the sandbox image's.
shared_once=$((1 + 1 + 1 + 59 + 1))
check 'layers that images share are stored once' test "$(node snapshots ls | tail -n +2 | wc -l)" = "$shared_once"
check 'a container starts with the registry gone' node_runs 'the application' "$app:1" cat /srv/app
check 'another one, by digest' node_runs 'the tool' "$tool@$(jq -r '.images[1].digest' "$work/out")" cat /opt/tool
check 'a whiteout hides what a lower layer has' node_runs gone "127.0.0.1:$port/multi:1" sh -c 'cat /etc-shared || echo gone'
check 'a Docker schema 2 image starts' node_runs 'the tool' "127.0.0.1:$port/docker:2" cat /opt/tool
check 'an image of zstd layers starts' node_runs 'the tool' "127.0.0.1:$port/zstd:1" cat /opt/tool
check 'an image of 60 layers starts' node_runs 59 "127.0.0.1:$port/many:1" sh -c 'ls /layers | wc -l'
stop_node
start_registry

bake "$(request "$(image app:1)")"
check 'a volume with a file system is refused' failed_with BakeFailed
check 'the refusal names the file system' says xfs
drop_volume

make_odd_image
touch -d '-2 seconds' "$work/odd-began"
new_volume 2G
mkfs.xfs -q "$device"
start_node
node images pull --plain-http "127.0.0.1:$port/odd:1" >"$work/pulled" 2>&1
fingerprints "127.0.0.1:$port/odd:1" trees-of-containerd >"$work/of-containerd"
stop_node
drop_volume
for large in 0 1048576; do
    new_volume 2G
    PREBAKE_LARGE_LAYER=$large bake "$(request "$(image odd:1)")"
    check "an image with everything odd succeeds, layers from $large bytes on unpacked beside containerd" succeeded
    start_node
    fingerprints "127.0.0.1:$port/odd:1" trees-of-bake >"$work/of-bake"
    stop_node
    check 'each of its layers is as containerd alone unpacks it' cmp "$work/of-containerd" "$work/of-bake"
    cmp -s "$work/of-containerd" "$work/of-bake" || diff "$work/trees-of-containerd" "$work/trees-of-bake" || true
    rm -f "$work/trees-of-bake"
    drop_volume
done

# A byte that changes on the volume after its layer was unpacked: by containerd, or beside it.
mkdir -p "$work/evil-ctr" "$work/evil-mv"
cat >"$work/evil" <<'EVIL'
#!/bin/bash
PATH=${PATH#*:} "${0##*/}" "$@" || exit
[[ "$*" == *unpack* || "$*" == *-T* ]] || exit 0
for file in /run/prebake.*/volume/io.containerd.snapshotter.v1.overlayfs/snapshots/*/fs/opt/tool; do
    [[ -e $file ]] || continue
    touch --reference="$file" /run/evil-time
    printf 'X' | dd of="$file" bs=1 seek=4 conv=notrunc status=none
    touch --reference=/run/evil-time "$file"
    rm /run/evil-time
done
EVIL
chmod +x "$work/evil"
ln -s ../evil "$work/evil-ctr/ctr"
ln -s ../evil "$work/evil-mv/mv"
for evil in ctr mv; do
    new_volume 2G
    PATH=$work/evil-$evil:$PATH PREBAKE_LARGE_LAYER=$([[ $evil == ctr ]] && echo 1048576 || echo 0) bake "$(request "$(image app:1)" "$(image tool:1)")"
    check "a byte that changed on the volume after $evil is ImageIncomplete" failed_with ImageIncomplete
    check 'it names the image, and the file' says 'tool:1 on volume'
    check 'it says what differs' says 'opt/tool: Contents differ'
    drop_volume
done

new_volume 4G
large_size=$(jq '[.layers[].size] | add' <(curl -fsS -H 'Accept: application/vnd.oci.image.manifest.v1+json' "http://127.0.0.1:$port/v2/large/manifests/1"))
bake "$(request "$(image large:1 "" "$large_size")")"
check 'a large image succeeds' succeeded
check 'the volume holds at most 1.1 times the unpacked bytes' report '.volume.usedBytes <= 1.1 * ([.images[].unpackedBytes] | add)'
check 'its progress is sound' progress_is_sound
jq -r '"        \(.images[0].compressedBytes) bytes compressed, \(.images[0].unpackedBytes) unpacked, volume \(.volume.usedBytes), containerd \(.containerd), seconds \(.seconds | tojson)"' "$work/out"
drop_volume

# ---- from a base ----

# next_volume SIZE: a volume made from a snapshot of the one before, which goes.
next_volume() {
    cp --sparse=always "$work/volume$serial" "$work/volume$((serial + 1))"
    drop_volume
    serial=$((serial + 1))
    attach_volume "$1"
}

# from_base IMAGE...: the request for a volume that has a base.
from_base() {
    request "$@" | jq -c '.base = "snap-0123456789abcdef0"'
}

# A curl that notes what it is asked for.
mkdir -p "$work/watched"
cat >"$work/watched/curl" <<CURL
#!/bin/bash
printf '%s\n' "\$@" >>"$work/asked"
PATH=\${PATH#*:} exec curl "\$@"
CURL
chmod +x "$work/watched/curl"

only_the_registry_is_asked() {
    grep -q "^http://127.0.0.1:$port/v2/.*/blobs/" "$work/asked" &&
        ! grep '/v2/' "$work/asked" | grep -v "^http://127.0.0.1:$port/v2/"
}

node_keeps_layers_by_images_alone() {
    local key
    while read -r key; do
        ! node snapshots info "$key" | grep -qF containerd.io/gc.root || return 1
    done < <(node snapshots ls | tail -n +2 | awk '{ print $1 }')
}

manifest_is_sound() {
    jq -e --slurpfile report "$work/out" '.images == $report[0].images and .architecture == $report[0].architecture
        and (.layers | length == 61) and (.emptyBytes > 0)' "$work/node/manifest.json" >/dev/null
}

changed_on_node() {
    node_runs 'the application, changed' "$app:1" cat /srv/app && node_runs 59 "127.0.0.1:$port/many:1" sh -c 'ls /layers | wc -l'
}

layout changed "$architecture" gzip "$work/trees/base" "$work/trees/app2"
new_volume 2G
PATH=${BASE_BIN:+$BASE_BIN:}$PATH bake "$(request "$(image app:1)" "$(image tool:1)" "$(image many:1)")"
check 'what will be a base succeeds' succeeded
app_first=$(digest_of app:1)
for large in 0 1048576; do
    push changed app:1
    next_volume 3G
    : >"$work/asked"
    PATH=$work/watched:$PATH PREBAKE_LARGE_LAYER=$large bake "$(from_base "$(image app:1)" "$(image many:1)")"
    check "a bake from a base succeeds, layers from $large bytes on unpacked beside containerd" succeeded
    check 'it asks the registry alone, for layers of any size' only_the_registry_is_asked
    check 'it says so, and fetches but what is new' report '.base == {snapshotId: "snap-0123456789abcdef0", kept: true}
        and .volume.fetchedBytes < 1000 and .volume.fetchedBytes > 0'
    start_node
    check 'a node has exactly what was asked for now' node_has_names "$app:1" "$app@$(jq -r '.images[0].digest' "$work/out")" \
        "127.0.0.1:$port/many:1" "127.0.0.1:$port/many@$(jq -r '.images[1].digest' "$work/out")"
    check 'the new and the old start' changed_on_node
    check 'layers that no image needs any more are gone' test "$(node snapshots ls | tail -n +2 | wc -l)" = 61
    check 'no blob is left but index, manifests and configs' node_has_no_layers
    check 'nothing but its image keeps a layer' node_keeps_layers_by_images_alone
    check 'manifest.json has the images and their layers' manifest_is_sound
    check 'the volume has grown' test "$(stat -f -c '%b * %S' "$work/node" | xargs -I% bash -c 'echo $((%))')" -gt 3000000000
    stop_node
    skopeo copy --quiet --dest-tls-verify=false --src-tls-verify=false "docker://127.0.0.1:$port/app@$app_first" "docker://127.0.0.1:$port/app:1" >"$work/pushed"
    next_volume 3G
    bake "$(from_base "$(image app:1)" "$(image tool:1)" "$(image many:1)")"
    check 'back to the first images' succeeded
done
next_volume 3G
bake "$(from_base "$(image app:1)" "$(image tool:1)" "$(image many:1)")"
check 'a bake with nothing new fetches nothing' report '.base.kept and .volume.fetchedBytes == 0'

next_volume 3G
mount "$device" "$work/node"
rm "$work"/node/io.containerd.snapshotter.v1.overlayfs/snapshots/*/fs/opt/tool
umount "$work/node"
bake "$(from_base "$(image tool:1)")"
check 'a base that lacks a file is discarded, and the bake succeeds' succeeded
check 'it says why' report '(.base.kept | not) and (.base.discarded | contains("manifest.json"))'
start_node
check 'what was missing is there' node_runs 'the tool' "$tool:1" cat /opt/tool
stop_node
next_volume 3G
mount "$device" "$work/node"
jq '.containerd = "99.0.0"' "$work/node/manifest.json" >"$work/newer"
cp "$work/newer" "$work/node/manifest.json"
umount "$work/node"
bake "$(from_base "$(image tool:1)")"
check 'a base of a newer containerd is discarded, and the bake succeeds' succeeded
check 'it says which' report '.base.discarded | contains("99.0.0")'
next_volume 3G
dd if=/dev/urandom of="$device" bs=512 seek=1 count=2 conv=notrunc status=none
bake "$(from_base "$(image tool:1)")"
check 'a base with a damaged file system is discarded, and the bake succeeds' succeeded
check 'it says what finds the damage' report '.base.discarded | contains("xfs_repair")'
drop_volume
new_volume 1G
bake "$(from_base "$(image tool:1)")"
check 'a volume that turns out empty is formatted' report '.base.discarded | contains("no file system")'
drop_volume

new_volume 320M
bake "$(request "$(image full:1)")"
check 'a volume that is too small is VolumeFull' failed_with VolumeFull
drop_volume

new_volume 1G
unknown=sha256:$(printf '%064d' 7)
bake "$(request "$(image app:1 "$unknown")")"
check 'an unknown digest is ImagePullFailed' failed_with ImagePullFailed
check 'it names the image' report --arg image "$app:1" '.error.image == $image'
check 'it has what the registry answered' says '404 MANIFEST_UNKNOWN'
drop_volume

new_volume 1G
bake "$(request "$(image multi:foreign)")"
check 'an image of another architecture is ImagePullFailed' failed_with ImagePullFailed
drop_volume

new_volume 1G
drop_volume
bake "$(request "$(image app:1)")"
check 'a volume that is not attached is VolumeNotFound' failed_with VolumeNotFound

# A network that is slow enough for a signal to come in the middle.
mkdir -p "$work/slow"
cat >"$work/slow/curl" <<'CURL'
#!/bin/bash
PATH=${PATH#*:} exec curl --limit-rate 20M "$@"
CURL
chmod +x "$work/slow/curl"
new_volume 4G
for signal in TERM INT; do
    rm -f "$work/progress"
    PATH=$work/slow:$PATH PREBAKE_REQUEST=$(request "$(image large:1 "" "$large_size")") env --default-signal=INT "$here/bake.sh" >"$work/out" 2>"$work/progress" &
    bake_pid=$!
    until grep -qs '"phase":"\(pull\|unpack\)"' "$work/progress"; do
        kill -0 "$bake_pid"
        sleep 0.1
    done
    kill "-$signal" "$bake_pid"
    bake_status=0
    wait "$bake_pid" || bake_status=$?
    bake_pid=
    check "SIG$signal in the middle is BakeFailed and leaves nothing" failed_with BakeFailed
    wipefs -qaf "$device"
done
drop_volume

# Private registries: ECR's name leads to a registry with a password and TLS of an authority of its own, AWS is played.
ecr=123456789012.dkr.ecr.us-east-1.amazonaws.com
secret=arn:aws:secretsmanager:eu-west-1:123456789012:secret:
mkdir -p "$work/aws" "$work/secrets"
cat >"$work/aws/aws" <<AWS
#!/bin/bash
echo "\$*" >>"$work/aws-calls"
all=\$*
case \$all in
ecr\ get-authorization-token*) printf 'AWS:p4ss-of-ecr' | base64 ;;
ssm\ get-parameter*--name=/ca\ *) cat "$work/ca.pem" ;;
secretsmanager\ get-secret-value*)
    name=\${all##*secret-id=*secret:}
    cat "$work/secrets/\${name%% *}" 2>"$work/no-secret" && exit
    echo 'An error occurred (ResourceNotFoundException) when calling the GetSecretValue operation: none' >&2
    exit 254
    ;;
*) echo 'An error occurred (ParameterNotFound)' >&2; exit 254 ;;
esac
AWS
chmod +x "$work/aws/aws"
printf 'AWS:%s\n' '$2b$05$HD6OKIlrzEhs4gzOpJ4SC.bjSW8RRyI0SGaNaxfS8LG3kNjH643EO' >"$work/htpasswd"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test -addext "subjectAltName=DNS:$ecr,DNS:registry.test" \
    -keyout "$work/key.pem" -out "$work/ca.pem" 2>"$work/openssl.log"
cat >"$work/private.yml" <<CONFIG
version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: $work/registry}}
auth: {htpasswd: {realm: test, path: $work/htpasswd}}
http: {addr: "127.0.0.9:443", tls: {certificate: $work/ca.pem, key: $work/key.pem}}
CONFIG
docker-registry serve "$work/private.yml" >"$work/private.log" 2>&1 &
private_pid=$!
sed "\$a127.0.0.9 $ecr registry.test" /etc/hosts >"$work/hosts"
mount --bind "$work/hosts" /etc/hosts
until curl -s -o "$work/answer" --cacert "$work/ca.pem" https://registry.test/v2/; do
    kill -0 "$private_pid"
    sleep 0.1
done
# image_at HOST: the application's image under another registry's name.
image_at() {
    image app:1 | sed "s|127.0.0.1:$port|$1|"
}
# private REGISTRIES IMAGE...: bakes with these settings of registries.
private() {
    local registries=$1
    shift
    PATH=$work/aws:$PATH bake "$(request "$@" | jq -c --argjson registries "$registries" '.registries = $registries')"
}
new_volume 1G
fresh() { wipefs -qaf "$device"; }
private '[{"host":"'$ecr'","caParameter":"/ca"}]' "$(image_at "$ecr")"
check "an image of ECR's is pulled with the role's token" succeeded
check 'the token is asked for in its region, once' test "$(grep -c '^ecr get-authorization-token --region us-east-1 ' "$work/aws-calls")" = 1
check 'nobody has the password or its encoded form in an argument' eval "! grep -rqs 'p4ss-of-ecr\|QVdTOnA0c3Mtb2YtZWNy' \"$work/aws-calls\" \"$work/out\" \"$work/progress\""
check 'no block of the volume has it' eval "! grep -qas 'p4ss-of-ecr\|QVdTOnA0c3Mtb2YtZWNy' \"$device\""
for form in '{"username":"AWS","password":"p4ss-of-ecr"}' '{"auths":{"https://registry.test/v1/":{"auth":"QVdTOnA0c3Mtb2YtZWNy"}},"credsStore":"x"}' \
    '{"auths":{"registry.test":{"username":"AWS","password":"p4ss-of-ecr"}}}'; do
    fresh
    printf '%s' "$form" >"$work/secrets/good"
    private '[{"host":"registry.test","secretArn":"'$secret'good","mirrors":[],"caParameter":"/ca"}]' "$(image_at registry.test)"
    check "a registry is opened by a secret of the form ${form:0:12}" succeeded
done
check "the secret is read in its own region" grep -q "^secretsmanager get-secret-value --region eu-west-1 --secret-id=${secret}good " "$work/aws-calls"
while IFS='|' read -r text words; do
    fresh
    printf '%s' "$text" >"$work/secrets/bad"
    private '[{"host":"registry.test","secretArn":"'$secret'bad","caParameter":"/ca"}]' "$(image_at registry.test)"
    check "a secret that $words is ImagePullFailed" failed_with ImagePullFailed
    check 'it names the secret and what is wrong' says "secret ${secret}bad $words"
    check 'it shows nothing of the secret' eval "! grep -q hidden \"$work/out\""
done <<'SECRETS'
hidden|is malformed
["hidden"]|is malformed
{"username":"hidden","password":""}|has no username and password
{"username":"hid:den","password":"hidden"}|has no username and password
{"username":"hidden","password":7}|has no username and password
{"user":"hidden","pass":"hidden"}|has no username and password
{"auths":{"hidden":{"auth":"eDp5"}}}|is a Docker config.json without an entry for registry.test
{"auths":{"registry.test":{"auth":"!hidden"}}}|is malformed
{"auths":{"registry.test":{"identitytoken":"hidden"}}}|has no username and password
SECRETS
fresh
printf '{"username":"AWS","password":"hidden"}' >"$work/secrets/wrong"
private '[{"host":"registry.test","secretArn":"'$secret'wrong","caParameter":"/ca"}]' "$(image_at registry.test)"
check 'a wrong password is ImagePullFailed' failed_with ImagePullFailed
check 'it names the secret that was refused' says "registry.test answered 401 UNAUTHORIZED: authentication required; it refused the credentials of secret ${secret}wrong"
fresh
private '[{"host":"registry.test","secretArn":"'$secret'none","caParameter":"/ca"}]' "$(image_at registry.test)"
check 'a secret that is not there is ImagePullFailed, with what AWS answered' says "getting secret ${secret}none failed: An error occurred (ResourceNotFoundException)"
fresh
private '[{"host":"registry.test","caParameter":"/ca"}]' "$(image_at registry.test)"
check 'a registry without credentials says that none are configured' says 'no credentials are configured for registry.test'
fresh
private '[{"host":"registry.test","secretArn":"'$secret'good"}]' "$(image_at registry.test)"
check 'a registry of an authority that is not named is ImagePullFailed' says 'SSL certificate problem'
fresh
private '[{"host":"registry.test","caParameter":"/none"}]' "$(image_at registry.test)"
check 'an authority that is not there is BakeFailed' failed_with BakeFailed
check 'it names the parameter' says 'reading SSM parameter /none with the authority of registry.test failed: An error occurred (ParameterNotFound)'
fresh
private '[{"host":"127.0.0.1:1","mirrors":["http://127.0.0.1:2","http://127.0.0.1:'$port'"]}]' "$(image_at 127.0.0.1:1)"
check 'an image comes from the first of its mirrors that answers' succeeded
check 'it has its own name all the same' report '.images[0].reference == "127.0.0.1:1/app:1"'
fresh
printf '{"username":"AWS","password":"p4ss-of-ecr"}' >"$work/secrets/good"
private '[{"host":"127.0.0.1:1","mirrors":["https://registry.test"]},{"host":"registry.test","secretArn":"'$secret'good","caParameter":"/ca"}]' \
    "$(image_at 127.0.0.1:1)"
check 'a mirror is opened by the settings of its own host' succeeded
fresh
private '[{"host":"127.0.0.1:1","mirrors":["http://127.0.0.1:'$port'"]}]' "$(image_at 127.0.0.1:1 | jq -c --arg digest "$unknown" '.digest = $digest')"
check 'an image that neither mirror nor registry has is ImagePullFailed, with the answers of both' failed_with ImagePullFailed
check 'the mirror is named' says "; before, mirror 127.0.0.1:$port answered 404 MANIFEST_UNKNOWN"
if ! PATH=/usr/sbin:/usr/bin:/sbin:/bin command -v aws >/dev/null; then
    fresh
    PATH=/usr/sbin:/usr/bin:/sbin:/bin bake "$(request "$(image_at "$ecr")" | jq -c '.registries = [{host: "'$ecr'", caParameter: "/ca"}]')"
    check 'a builder without the AWS CLI says so' says 'the builder lacks the aws command: install the AWS CLI'
fi
umount /etc/hosts
kill -TERM "$private_pid"
wait "$private_pid" || true
private_pid=
drop_volume

bake '{"volumeId":"vol-1;","architecture":"riscv","images":[{"reference":"busybox","digest":"sha256:12","compressedBytes":-1}],
    "registries":[{"host":"a b","secretArn":"arn","mirrors":["http://mirror.example.com"],"caParameter":"$"}]}'
check 'a bad request is BakeFailed' failed_with BakeFailed
for field in volumeId architecture 'images[0].reference' 'images[0].digest' 'images[0].compressedBytes' \
    'registries[0].host' 'registries[0].secretArn' 'registries[0].mirrors' 'registries[0].caParameter'; do
    check "it names $field" says "$field"
done
bake '{'
check 'a request that is no JSON is BakeFailed' failed_with BakeFailed
bake "$(request "$(image app:1)" | jq -c --arg other "$other" '.architecture = $other')"
check 'a request for another architecture is BakeFailed' failed_with BakeFailed
pattern=$(jq -r .parameters.Request.allowedPattern "$here/document.json")
matches_document() { jq -en --arg pattern "$pattern" --arg text "$1" '$text | test($pattern)' >/dev/null; }
check 'the document admits a request' matches_document "$(request "$(image app:1)")"
check 'the document admits settings of registries' matches_document "$(request "$(image app:1)" | jq -c --arg secret "${secret}a/b_c+=.@-AbCdEf" \
    '.registries = [{host: "[::1]:5000", secretArn: $secret, mirrors: ["https://mirror.example.com:5000/a_b"], caParameter: "/a/b.c"}]')"
for text in "a'b" 'a\b' "a\`b" "a\$b" 'a;b' 'a<b' 'a>b' 'a b' 'a|b' 'a&b' 'a(b' 'a)b' 'a*b' 'a?b' 'a!b' 'a#b' 'a~b' 'a%b' $'a\tb' $'a\nb'; do
    check "the document refuses $text" eval "! matches_document \"\$text\""
done

echo "$passed passed, $failed failed"
((failed == 0))
