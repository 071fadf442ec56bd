#!/bin/bash
# Bakes container images onto a fresh EBS volume: formats it, fills it as the root of a containerd of its own, checks it
# and leaves it unmounted, ready for a snapshot. README.md beside this file has the contract.
#
# The request is JSON in PREBAKE_REQUEST. Standard output carries one JSON document, at the end: the report or the error.
# Standard error carries nothing but progress. SSM replaces doubled braces in a document: this file must hold none.
set -euo pipefail
set -o errtrace

export LC_ALL=C
export PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

readonly NAMESPACE=k8s.io
readonly SNAPSHOTTER=overlayfs
readonly PAUSE_TAR=/etc/eks/pause.tar
readonly PAUSE_IMAGE=localhost/kubernetes/pause:latest
# What makes CRI list an image and the kubelet's garbage collection leave it alone.
readonly IMAGE_LABELS=(io.cri-containerd.image=managed io.cri-containerd.pinned=pinned)
readonly ATTACH_SECONDS=10
readonly START_SECONDS=30

# Only the results and the progress may reach the caller, so everything else's output goes to a log.
exec 3>&1 4>&2 </dev/null >/dev/null 2>&1

work=             # private directory of this bake: socket, state, logs, mount point
volume=           # where the volume is mounted: containerd's root
device=
volume_id=
architecture=
references=()     # the image names that were asked for, canonical
digests=()        # what each of them is pulled by
sizes=()          # compressed bytes of each, as planned; 0 if not known
total_bytes=0
empty_bytes=0     # what the fresh file system counts as used
finished_bytes=0  # compressed bytes of the images that are done
client=()         # ctr, told which containerd and namespace to talk to
containerd_pid=
job_pid=          # the long command that runs now
progress_pid=
doing="starting"  # what to name in the message of an unforeseen failure
error_name=
error_message=
error_image=
report=

# ---- errors and the end -------------------------------------------------------------------------------------------

# fail NAME MESSAGE [IMAGE]: ends the bake with this error.
fail() {
    error_name=$1 error_message=$2 error_image=${3:-}
    exit 1
}

# last_words FILE: the end of what a tool said, on one line, without terminal control sequences.
last_words() {
    local said
    said=$(sed -e 's/\x1b\[[0-9;]*[A-Za-z]//g' -e 's/\r/\n/g' "$1" 2>/dev/null | grep -v '^[[:space:]]*$' || true)
    # Of ctr, its own final verdict; the lines before it are the daemon's or the library's.
    if grep -q '^ctr: ' <<<"$said"; then
        said=$(grep '^ctr: ' <<<"$said" | tail -n 1)
        said=${said#ctr: }
    fi
    tail -n 3 <<<"$said" | tr '\n' ' ' | tail -c 1500 | sed 's/ *$//'
}

# unforeseen STATUS LINE: notes where a command ends the bake without a fail of its own.
unforeseen() {
    [[ -n $error_name ]] || error_message="$doing failed: exit status $1 (line $2)"
}

seconds_since() {
    local us=$((${EPOCHREALTIME/./} - $1))
    printf '%d.%03d' $((us / 1000000)) $((us / 1000 % 1000))
}

stop_containerd() {
    [[ -n $containerd_pid ]] || return 0
    local tick
    kill -TERM "$containerd_pid" 2>/dev/null || true
    for ((tick = 0; tick < 100; tick++)); do
        kill -0 "$containerd_pid" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL "$containerd_pid" 2>/dev/null || true
    wait "$containerd_pid" 2>/dev/null || true
    containerd_pid=
}

# Unmounts everything below the private directory, the innermost first: the volume, and what a containerd or ctr that was
# stopped in the middle has left mounted.
unmount_all() {
    local attempt target left
    for attempt in 1 2 3 4 5 6 7 8 9 10; do
        left=0
        while read -r target; do
            umount "$target" || left=1
        done < <(awk -v below="$work/" 'index($5, below) == 1 { print $5 }' /proc/self/mountinfo | tac)
        ((left == 0)) && return 0
        sleep "0.$attempt"
    done
    return 1
}

json_error() {
    if command -v jq >/dev/null; then
        jq -nc --arg name "$error_name" --arg message "$error_message" --arg image "$error_image" \
            '{error: ({name: $name} + (if $image == "" then {} else {image: $image} end) + {message: $message}) }'
    else
        printf '{"error":{"name":"%s","message":"%s"} }\n' "$error_name" "${error_message//[\"\\[:cntrl:]]/ }"
    fi
}

on_exit() {
    local status=$1
    trap - ERR
    trap '' INT TERM HUP
    set +e
    if [[ -n $job_pid ]]; then
        kill -TERM "$job_pid"
        wait "$job_pid"
    fi
    if [[ -n $progress_pid ]]; then
        kill -TERM "$progress_pid"
        wait "$progress_pid"
    fi
    stop_containerd
    if [[ $status -ne 0 || -z $report ]]; then
        if [[ -z $error_name ]]; then
            error_name=BakeFailed
            [[ -n $error_message ]] || error_message="$doing ended with status $status"
            [[ ! -s $work/log/bake ]] || error_message+=": $(last_words "$work/log/bake")"
        fi
        if [[ -n $device ]] && grep -rqsiF 'no space left on device' "$work/log"; then
            error_name=VolumeFull
            error_message="volume $volume_id ($(blockdev --getsize64 "$device") bytes) is full: $error_message; "
            error_message+="a larger volumeSizeGiB gives it room"
        fi
    fi
    if [[ -n $work ]]; then
        unmount_all || {
            # Busy for longer than the retries: detach it, so that it goes once whatever holds it lets go.
            awk -v below="$work/" 'index($5, below) == 1 { print $5 }' /proc/self/mountinfo | tac | xargs -r umount -l
        }
        rm -rf --one-file-system "$work"
    fi
    if [[ -z $error_name ]]; then
        printf '%s\n' "$report" >&3
        exit 0
    fi
    json_error >&3
    exit 1
}

# Runs a command that may take long. It runs behind a wait, since bash holds a signal back while a command runs in front.
run() {
    local status=0
    "$@" 3>&- 4>&- 9>&- & # no function: the process to signal is the command itself
    job_pid=$!
    wait "$job_pid" || status=$?
    job_pid=
    return "$status"
}

in_containerd() {
    "${client[@]}" "$@" 3>&- 4>&- 9>&-
}

# ---- progress -----------------------------------------------------------------------------------------------------

# enter PHASE [INDEX]: what the progress lines say from now on; INDEX is that of the image in hand.
enter() {
    local phase=$1 index=${2:-}
    if [[ -n $index ]]; then
        printf '%s %s %s %s %s\n' "$phase" "$finished_bytes" "${references[index]}" "${digests[index]}" \
            "${sizes[index]}" >"$work/now.new"
    else
        printf '%s %s\n' "$phase" "$finished_bytes" >"$work/now.new"
    fi
    mv "$work/now.new" "$work/now"
}

# Prints progress, at once and then once a second at most, until a line arrives on descriptor 9. A byte of an image counts
# half when it is fetched and half when its layer is unpacked, as unpacking takes most of the time.
print_progress() {
    trap - ERR EXIT
    trap 'exit 0' TERM
    set +e
    local phase base reference digest size total=$total_bytes done=0 printed=0 now wait_us
    local known_digest='' layers=() layer_sizes=() chains=() i here stop=
    while :; do
        read -r phase base reference digest size <"$work/now"
        here=0
        if [[ $phase == pull ]]; then
            if [[ $known_digest != "$digest" ]]; then
                mapfile -t chains < <(chain_ids_of "$digest")
                mapfile -t layers < <(layers_of "$digest" digest)
                mapfile -t layer_sizes < <(layers_of "$digest" size)
                # The config arrives after the manifest.
                ((${#chains[@]} == 0)) || known_digest=$digest
            fi
            here=$(du -sb "$volume/io.containerd.content.v1.content/ingest" | cut -f1)
            here=${here:-0}
            if [[ $known_digest == "$digest" ]]; then
                phase=unpack
                for i in "${!layers[@]}"; do
                    if [[ -e $(blob "${layers[i]}") ]]; then
                        here=$((here + layer_sizes[i]))
                    else
                        phase=pull
                    fi
                done
                if [[ $phase == unpack ]]; then
                    local committed
                    committed=$(in_containerd snapshots --snapshotter "$SNAPSHOTTER" ls | awk '$NF == "Committed" { print $1 }')
                    for i in "${!chains[@]}"; do
                        [[ $committed != *"${chains[i]}"* ]] || here=$((here + layer_sizes[i]))
                    done
                fi
            fi
            here=$((here / 2 < size ? here / 2 : size))
        fi
        now=$((base + here))
        [[ $stop == "" ]] || now=$total
        done=$((now > done ? now : done))
        total=$((total > done ? total : done))
        if [[ -n $reference ]]; then
            printf '{"phase":"%s","image":"%s","doneBytes":%s,"totalBytes":%s}\n' "$phase" "$reference" "$done" "$total" >&4
        else
            printf '{"phase":"%s","doneBytes":%s,"totalBytes":%s}\n' "$phase" "$done" "$total" >&4
        fi
        printed=${EPOCHREALTIME/./}
        [[ -z $stop ]] || return 0
        # The descriptor stands in for sleep: it needs no process, and wakes up for the end.
        read -r -t 1 -u 9 stop
        if [[ -n $stop ]]; then
            wait_us=$((printed + 1000000 - ${EPOCHREALTIME/./}))
            ((wait_us <= 0)) || read -r -t "0.$(printf '%06d' "$wait_us")" -u 9
        fi
    done
}

# ---- request ------------------------------------------------------------------------------------------------------

check_tools() {
    doing="checking the machine"
    local tool missing=()
    for tool in awk blockdev containerd ctr cut du fstrim grep jq mkfs.xfs mktemp mount mv sed sha256sum stat sync tac \
        tail tr umount uname wipefs xargs; do
        command -v "$tool" >/dev/null || missing+=("$tool")
    done
    ((${#missing[@]} == 0)) || fail BakeFailed "the builder lacks ${missing[*]}: install the packages that bring them"
    ((EUID == 0)) || fail BakeFailed "the bake formats and mounts a volume and must run as root, not as uid $EUID"
}

# Every problem of the request, a line each; none when it is sound.
request_problems() {
    jq -r '
      def shown: tojson | .[0:120];
      def digest_form: "sha256:[0-9a-f]{64}";
      def host_form: "(localhost(:[0-9]{1,5})?|[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+(:[0-9]{1,5})?"
          + "|[A-Za-z0-9-]+:[0-9]{1,5}|\\[[0-9A-Fa-f:]+\\](:[0-9]{1,5})?)";
      def path_form: "(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)+";
      def tag_form: ":[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
      def matches($form): type == "string" and test("\\A(" + $form + ")\\z");
      def reference_form: host_form + path_form + "(" + tag_form + "|(" + tag_form + ")?@" + digest_form + ")";
      if type != "object" then "it is not a JSON object"
      else
        (if .volumeId | matches("vol-[0-9a-f]{8,40}") then empty
         else "volumeId is \(.volumeId | shown), not of the form vol-0123456789abcdef0" end),
        (if .architecture | . == "amd64" or . == "arm64" then empty
         else "architecture is \(.architecture | shown), neither amd64 nor arm64" end),
        (if .images | type == "array" and length >= 1 and length <= 25 then empty
         else "images must be a list of 1 to 25 images" end),
        ((.images | arrays | to_entries[]) | .key as $at | .value
          | if type != "object" then "images[\($at)] is not an object"
            else
              (if .reference | matches(reference_form) then empty
               else "images[\($at)].reference is \(.reference | shown), not registry/repository:tag or registry/repository@digest" end),
              (if .digest | matches(digest_form) then empty
               else "images[\($at)].digest is \(.digest | shown), not sha256: and 64 hexadecimal digits" end),
              (if (.reference | strings | contains("@")) and (.digest | type == "string") then
                 . as $image | if .reference | endswith("@" + $image.digest) then empty
                 else "images[\($at)].digest differs from the digest in its reference" end
               else empty end),
              (if .compressedBytes | . == null or (type == "number" and . >= 0 and . == floor) then empty
               else "images[\($at)].compressedBytes is \(.compressedBytes | shown), not a number of bytes" end)
            end),
        ((.images | arrays | map(.reference? | strings) | group_by(.)[] | select(length > 1) | .[0])
          | "images names \(shown) more than once")
      end'
}

read_request() {
    doing="reading PREBAKE_REQUEST"
    local request=${PREBAKE_REQUEST:-} problems reference digest size machine
    [[ -n $request ]] || fail BakeFailed "PREBAKE_REQUEST is empty: it must hold the request as JSON"
    jq -es 'length == 1' <<<"$request" >/dev/null 2>&1 || fail BakeFailed "PREBAKE_REQUEST is not one JSON document"
    problems=$(request_problems <<<"$request")
    [[ -z $problems ]] || fail BakeFailed "PREBAKE_REQUEST is not valid: ${problems//$'\n'/; }"

    volume_id=$(jq -r .volumeId <<<"$request")
    architecture=$(jq -r .architecture <<<"$request")
    while IFS=$'\t' read -r reference digest size; do
        references+=("$reference") digests+=("$digest") sizes+=("$size")
        total_bytes=$((total_bytes + size))
    done < <(jq -r '.images[] | [.reference, .digest, (.compressedBytes // 0 | tostring)] | @tsv' <<<"$request")

    machine=$(uname -m)
    case $machine in
    x86_64) machine=amd64 ;;
    aarch64) machine=arm64 ;;
    esac
    [[ $machine == "$architecture" ]] ||
        fail BakeFailed "the request is for $architecture, but this builder is $machine: launch an instance type of $architecture"
}

# ---- volume -------------------------------------------------------------------------------------------------------

find_device() {
    doing="finding volume $volume_id"
    local link=/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volume_id/-/} tick found
    for ((tick = 0; tick < ATTACH_SECONDS * 5; tick++)); do
        if [[ -b $link ]]; then
            device=$(readlink -f "$link")
            break
        fi
        sleep 0.2
    done
    [[ -n $device ]] ||
        fail VolumeNotFound "volume $volume_id is not attached: there was no $link within $ATTACH_SECONDS s"
    found=$(wipefs --no-act --parsable "$device" | awk -F, '!/^#/ { print $NF }' | sort -u | tr '\n' ' ')
    [[ -z $found ]] ||
        fail BakeFailed "volume $volume_id ($device) is not fresh, it carries ${found% }: the bake formats only an empty volume"
}

# used_bytes: what the mounted file system counts as used.
used_bytes() {
    stat -f -c '%b %f %S' "$volume" | awk '{ printf "%d", ($1 - $2) * $3 }'
}

format_and_mount() {
    doing="formatting volume $volume_id ($device)"
    # All that a 5.10 or later kernel reads, named one by one: a newer mkfs.xfs has defaults that a node's 6.1 kernel
    # refuses. No reflink and no reverse map: overlayfs needs neither, and both reserve space of the volume.
    local usage metadata="crc=1,finobt=1,bigtime=1,inobtcount=1,reflink=0,rmapbt=0" inodes="sparse=1" naming="ftype=1"
    usage=$(mkfs.xfs 2>&1 || true)
    [[ $usage != *metadir=* ]] || metadata+=",metadir=0"
    [[ $usage != *autofsck=* ]] || metadata+=",autofsck=0"
    [[ $usage != *nrext64=* ]] || inodes+=",nrext64=0"
    [[ $usage != *exchange=* ]] || inodes+=",exchange=0"
    [[ $usage != *parent=* ]] || naming+=",parent=0"
    run mkfs.xfs -q -K -L prebake -m "$metadata" -i "$inodes" -n "$naming" "$device"

    doing="mounting volume $volume_id ($device)"
    mkdir "$volume"
    mount -t xfs -o noatime "$device" "$volume"
    chmod 711 "$volume"
    empty_bytes=$(used_bytes)
}

# ---- containerd ---------------------------------------------------------------------------------------------------

write_config() {
    cat >"$work/config.toml" <<CONFIG
version = 2
root = "$volume"
state = "$work/state"
# Names that a containerd does not know are ignored: these are those of 1.6 to 2.x.
disabled_plugins = [
  "io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime",
  "io.containerd.podsandbox.controller.v1.podsandbox", "io.containerd.sandbox.controller.v1.shim",
  "io.containerd.sandbox.store.v1.local", "io.containerd.grpc.v1.sandboxes", "io.containerd.grpc.v1.sandbox-controllers",
  "io.containerd.nri.v1.nri", "io.containerd.internal.v1.opt", "io.containerd.internal.v1.restart",
  "io.containerd.internal.v1.tracing", "io.containerd.tracing.processor.v1.otlp",
  "io.containerd.image-verifier.v1.bindir", "io.containerd.transfer.v1.local", "io.containerd.grpc.v1.transfer",
  "io.containerd.streaming.v1.manager", "io.containerd.grpc.v1.streaming",
  "io.containerd.runtime.v1.linux", "io.containerd.runtime.v2.task", "io.containerd.runtime.v2.shim",
  "io.containerd.shim.v1.manager", "io.containerd.service.v1.tasks-service", "io.containerd.grpc.v1.tasks",
  "io.containerd.monitor.v1.cgroups", "io.containerd.monitor.task.v1.cgroups",
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.blockfile", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.erofs",
  "io.containerd.snapshotter.v1.native", "io.containerd.snapshotter.v1.zfs"
]
[grpc]
  address = "$work/containerd.sock"
[ttrpc]
  address = "$work/containerd.sock.ttrpc"
[debug]
  level = "warn"
CONFIG
}

start_containerd() {
    doing="starting containerd"
    local deadline=$((SECONDS + START_SECONDS))
    write_config
    containerd --config "$work/config.toml" >>"$work/log/containerd" 2>&1 3>&- 4>&- 9>&- &
    containerd_pid=$!
    until in_containerd version >/dev/null 2>&1; do
        kill -0 "$containerd_pid" 2>/dev/null ||
            fail BakeFailed "containerd ended at its start: $(last_words "$work/log/containerd")"
        ((SECONDS < deadline)) ||
            fail BakeFailed "containerd did not answer within $START_SECONDS s: $(last_words "$work/log/containerd")"
        sleep 0.1
    done
}

# local_option SUBCOMMAND: the option that keeps ctr of 1.7 and later off the transfer service, which knows fewer of the
# other options. Debian's 1.6 does not have it.
local_option() {
    local help
    help=$(ctr images "$1" --help 2>&1)
    [[ $help != *--local* ]] || echo --local
}

# Plain HTTP is for registries on this machine only.
is_loopback() {
    [[ $1 =~ ^(localhost|127\.[0-9]+\.[0-9]+\.[0-9]+|\[::1\])(:[0-9]+)?/ ]]
}

repository_of() {
    local name=${1%%@*}
    [[ ${name##*/} != *:* ]] || name=${name%:*}
    printf '%s' "$name"
}

# pull INDEX: fetches and unpacks one image, and gives it its names and labels.
pull() {
    local reference=${references[$1]} digest=${digests[$1]} log=$work/log/pull-$1 by_digest label names name
    local options=(--platform "linux/$architecture" --snapshotter "$SNAPSHOTTER")
    by_digest=$(repository_of "$reference")@$digest
    for label in "${IMAGE_LABELS[@]}"; do options+=(--label "$label"); done
    ! is_loopback "$reference" || options+=(--plain-http)
    mapfile -t -O "${#options[@]}" options < <(local_option pull)

    doing="pulling $reference"
    run "${client[@]}" images pull "${options[@]}" "$by_digest" 2>"$log" ||
        fail ImagePullFailed "pulling $reference ($by_digest) for linux/$architecture failed: $(last_words "$log")" "$reference"
    doing="naming $reference"
    names=("$by_digest")
    if [[ $reference != "$by_digest" ]]; then
        mapfile -t options < <(local_option tag)
        in_containerd images tag "${options[@]}" --force "$by_digest" "$reference"
        names+=("$reference")
    fi
    # A second time for the first name, as an image that two references share is pulled once only.
    for name in "${names[@]}"; do
        in_containerd images label "$name" "${IMAGE_LABELS[@]}"
    done
    finished_bytes=$((finished_bytes + sizes[$1]))
}

# The sandbox image of EKS nodes is in no registry: it comes with the AMI, and the volume hides the AMI's own copy.
import_pause() {
    [[ -f $PAUSE_TAR ]] || return 0
    doing="importing $PAUSE_TAR"
    local options=(--platform "linux/$architecture" --snapshotter "$SNAPSHOTTER")
    mapfile -t -O "${#options[@]}" options < <(local_option import)
    run "${client[@]}" images import "${options[@]}" "$PAUSE_TAR"
    in_containerd images label "$PAUSE_IMAGE" "${IMAGE_LABELS[@]}"
}

# image_names: the names that the volume shall have, a line each.
image_names() {
    local i
    for i in "${!references[@]}"; do
        printf '%s\n' "${references[i]}" "$(repository_of "${references[i]}")@${digests[i]}"
    done
    [[ ! -f $PAUSE_TAR ]] || printf '%s\n' "$PAUSE_IMAGE"
}

# ---- content ------------------------------------------------------------------------------------------------------

blob() {
    printf '%s' "$volume/io.containerd.content.v1.content/blobs/sha256/${1#sha256:}"
}

# manifest_of DIGEST: the digest of this platform's manifest, which is DIGEST itself unless that is an index. Only this
# platform's was fetched, so a manifest that is there and fits is the one that containerd chose.
manifest_of() {
    local digest=$1 child found depth
    for depth in 1 2 3; do
        [[ -f $(blob "$digest") ]] || return 1
        if ! jq -e '.manifests | type == "array"' "$(blob "$digest")" >/dev/null; then
            printf '%s' "$digest"
            return 0
        fi
        ((depth < 3)) || return 1
        found=
        while read -r child; do
            if [[ -f $(blob "$child") ]]; then
                found=$child
                break
            fi
        done < <(jq -r --arg architecture "$architecture" '
            .manifests | map(select(.platform == null or (.platform.os == "linux" and .platform.architecture == $architecture)))[]
            | .digest' "$(blob "$digest")")
        [[ -n $found ]] || return 1
        digest=$found
    done
}

# layers_of DIGEST FIELD: digest or size of each layer of the image, the lowest first.
layers_of() {
    local manifest
    manifest=$(manifest_of "$1") || return 1
    jq -r --arg field "$2" '.layers[][$field]' "$(blob "$manifest")"
}

config_of() {
    local manifest
    manifest=$(manifest_of "$1") || return 1
    jq -r .config.digest "$(blob "$manifest")"
}

# chain_ids_of DIGEST: the key of each layer's snapshot, the lowest first: the OCI image specification's ChainID.
chain_ids_of() {
    local config diff_id chain='' sum
    config=$(config_of "$1") || return 1
    [[ -f $(blob "$config") ]] || return 1
    while read -r diff_id; do
        if [[ -z $chain ]]; then
            chain=$diff_id
        else
            sum=$(printf '%s %s' "$chain" "$diff_id" | sha256sum)
            chain=sha256:${sum%% *}
        fi
        printf '%s\n' "$chain"
    done < <(jq -r '.rootfs.diff_ids[]' "$(blob "$config")")
}

# kept_blobs: the digests of what stays in the content store: each image's index, manifest and config.
kept_blobs() {
    local digest
    while read -r digest; do
        printf '%s\n' "$digest"
        # What is missing here is the verification's to report.
        if manifest_of "$digest"; then
            echo
            config_of "$digest" || true
        fi
    done < <(in_containerd images ls | awk 'NR > 1 { print $3 }' | sort -u)
}

# A node needs an image's snapshots, manifest and config; its compressed layers would only make the volume larger.
drop_layers() {
    doing="dropping the compressed layers"
    local -A wanted=()
    local name digest unwanted=()
    while read -r name; do wanted[$name]=1; done < <(image_names)
    while read -r name; do
        [[ -n ${wanted[$name]:-} ]] || in_containerd images rm "$name"
    done < <(in_containerd images ls -q)

    # Takes the layers' references off the manifests, and then runs containerd's garbage collection to its end. What the
    # collection would wrongly take with them is missed by the verification.
    run "${client[@]}" content prune references

    wanted=()
    while read -r digest; do wanted[$digest]=1; done < <(kept_blobs)
    while read -r digest; do
        [[ -n ${wanted[$digest]:-} ]] || unwanted+=("$digest")
    done < <(in_containerd content ls -q)
    ((${#unwanted[@]} == 0)) || in_containerd content rm "${unwanted[@]}"
}

# ---- verification -------------------------------------------------------------------------------------------------

declare -A content=()         # digests that containerd's content store lists
declare -A snapshot_parent=() # of each committed snapshot
declare -A snapshot_bytes=()

read_stores() {
    doing="listing what containerd holds"
    local key parent kind bytes
    while read -r key; do content[$key]=1; done < <(in_containerd content ls -q)
    while read -r key parent kind; do
        # The lowest layer's row has no parent.
        [[ -n $kind ]] || kind=$parent parent=
        [[ $kind != Committed ]] || snapshot_parent[$key]=$parent-
    done < <(in_containerd snapshots --snapshotter "$SNAPSHOTTER" ls)
    while read -r key bytes _; do
        [[ $bytes == *[!0-9]* ]] || snapshot_bytes[$key]=$bytes
    done < <(in_containerd snapshots --snapshotter "$SNAPSHOTTER" usage -b)
}

incomplete() {
    fail ImageIncomplete "$1 on volume $volume_id is incomplete after its pull: $2" "$1"
}

# verify NAME DIGEST: checks that a node can start the image from this volume alone; prints its part of the report.
verify() {
    local name=$1 digest=$2 manifest config chain parent='' unpacked=0 layers target=$work/view image_architecture
    local chains=()
    doing="verifying $name"
    manifest=$(manifest_of "$digest") || incomplete "$name" "no manifest for linux/$architecture below $digest"
    config=$(config_of "$digest")
    for chain in "$digest" "$manifest" "$config"; do
        [[ -n ${content[$chain]:-} && -f $(blob "$chain") ]] || incomplete "$name" "its blob $chain is missing"
    done
    image_architecture=$(jq -r .architecture "$(blob "$config")")
    [[ $image_architecture == "$architecture" ]] ||
        fail ImagePullFailed "$name ($digest) is an image for $image_architecture, not for $architecture" "$name"

    mapfile -t chains < <(chain_ids_of "$digest")
    layers=$(jq '.layers | length' "$(blob "$manifest")")
    ((${#chains[@]} == layers)) || incomplete "$name" "its manifest has $layers layers, its config ${#chains[@]}"
    for chain in "${chains[@]}"; do
        [[ -n ${snapshot_parent[$chain]:-} ]] || incomplete "$name" "its layer $chain is not unpacked"
        [[ ${snapshot_parent[$chain]} == "$parent-" ]] || incomplete "$name" "its layer $chain stands on the wrong one"
        unpacked=$((unpacked + ${snapshot_bytes[$chain]:-0}))
        parent=$chain
    done
    if ((layers > 0)); then
        mkdir -p "$target"
        run "${client[@]}" images mount --snapshotter "$SNAPSHOTTER" --platform "linux/$architecture" "$name" "$target" \
            2>"$work/log/view" || incomplete "$name" "its layers do not mount: $(last_words "$work/log/view")"
        ls -A "$target" >/dev/null 2>"$work/log/view" ||
            incomplete "$name" "its mounted layers are not readable: $(last_words "$work/log/view")"
        run "${client[@]}" images unmount --snapshotter "$SNAPSHOTTER" --rm "$target"
    fi
    jq -nc --arg reference "$name" --arg digest "$digest" --arg manifest "$manifest" --argjson unpacked "$unpacked" \
        --argjson layers "$layers" --slurpfile content "$(blob "$manifest")" \
        '{reference: $reference, digest: $digest, manifestDigest: $manifest,
          compressedBytes: ([$content[0].layers[].size] | add // 0), unpackedBytes: $unpacked, layers: $layers}' \
        >>"$work/verified"
}

# ---- the bake -----------------------------------------------------------------------------------------------------

bake() {
    local started=${EPOCHREALTIME/./} since prepare_s pull_s verify_s finish_s containerd_version used size i
    since=$started
    check_tools
    read_request
    work=$(mktemp -d /run/prebake.XXXXXX)
    volume=$work/volume
    client=(ctr --address "$work/containerd.sock" --namespace "$NAMESPACE")
    mkdir "$work/log"
    exec >>"$work/log/bake" 2>&1
    mkfifo "$work/wake"
    exec 9<>"$work/wake"
    enter prepare
    print_progress 3>&- &
    progress_pid=$!

    find_device
    format_and_mount
    start_containerd
    containerd_version=$(containerd --version)
    [[ ! $containerd_version =~ [0-9]+\.[0-9]+\.[0-9]+ ]] || containerd_version=${BASH_REMATCH[0]}
    prepare_s=$(seconds_since "$since") since=${EPOCHREALTIME/./}

    for i in "${!references[@]}"; do
        enter pull "$i"
        pull "$i"
    done
    enter unpack
    import_pause
    pull_s=$(seconds_since "$since") since=${EPOCHREALTIME/./}

    enter verify
    drop_layers
    read_stores
    : >"$work/verified"
    if [[ -f $PAUSE_TAR ]]; then
        verify "$PAUSE_IMAGE" "$(in_containerd images ls | awk -v name="$PAUSE_IMAGE" '$1 == name { print $3 }')"
        : >"$work/verified"
    fi
    for i in "${!references[@]}"; do
        verify "${references[i]}" "${digests[i]}"
    done
    verify_s=$(seconds_since "$since") since=${EPOCHREALTIME/./}

    enter finish
    doing="stopping containerd"
    stop_containerd
    doing="finishing volume $volume_id"
    run sync -f "$volume"
    # Best effort: EBS volumes take no discard, the lab's do, and it keeps their snapshots small.
    run fstrim "$volume" || true
    # Without what an empty XFS counts as used: that is reserved, not written, and grows with the volume.
    used=$(($(used_bytes) - empty_bytes))
    size=$(blockdev --getsize64 "$device")
    doing="unmounting volume $volume_id"
    unmount_all
    echo stop >&9
    wait "$progress_pid" || true
    progress_pid=
    finish_s=$(seconds_since "$since")

    doing="writing the report"
    report=$(jq -sc --arg containerd "$containerd_version" --arg architecture "$architecture" --arg volume "$volume_id" \
        --argjson size "$size" --argjson used "$used" --argjson prepare "$prepare_s" --argjson pull "$pull_s" \
        --argjson verify "$verify_s" --argjson finish "$finish_s" --argjson total "$(seconds_since "$started")" \
        '{containerd: $containerd, architecture: $architecture, images: .,
          volume: {volumeId: $volume, sizeBytes: $size, usedBytes: $used},
          seconds: {prepare: $prepare, pull: $pull, verify: $verify, finish: $finish, total: $total} }' "$work/verified")
}

trap 'on_exit $?' EXIT
trap 'unforeseen "$?" "$LINENO"' ERR
trap 'fail BakeFailed "the bake was stopped by a signal while $doing"' INT TERM HUP
bake
