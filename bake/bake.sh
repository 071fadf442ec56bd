#!/bin/bash
# Bakes container images onto an EBS volume: formats it, or goes on from the bake that is on it; fills it as the root of a
# containerd of its own, checks it and leaves it unmounted, ready for a snapshot. README.md beside this file has the contract.
#
# The request is JSON in PREBAKE_REQUEST. Standard output carries one JSON document, at the end: the report or the error.
# Standard error carries nothing but progress. SSM replaces doubled braces in a document: this file must hold none.
set -euo pipefail
set -o errtrace
umask 022

export LC_ALL=C
export PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

readonly NAMESPACE=k8s.io
readonly SNAPSHOTTER=overlayfs
# What keeps new layers from containerd's garbage collection until their image has them.
readonly LEASE=prebake
readonly PAUSE_TAR=/etc/eks/pause.tar
readonly PAUSE_IMAGE=localhost/kubernetes/pause:latest
# What makes CRI list an image and the kubelet's garbage collection leave it alone.
readonly IMAGE_LABELS=(io.cri-containerd.image=managed io.cri-containerd.pinned=pinned)
readonly ATTACH_SECONDS=10
readonly FETCH_TRIES=5
# More layers at once than this no volume and no registry takes gladly.
readonly MOST_AT_ONCE=16
# A layer that hides more paths than this is rare, and containerd is quicker at it.
readonly MOST_WHITEOUTS=1000
# Compressed bytes from which on a layer is unpacked beside containerd: below, starting the programs costs more than it saves.
readonly LARGE_LAYER=${PREBAKE_LARGE_LAYER:-1048576}
# Compressed bytes from which on a layer is decompressed while it arrives: below, other layers fill that time.
readonly FOLLOWED_LAYER=16777216
readonly START_SECONDS=30
# Of the volume's manifest.json: another one is not read.
readonly FORMAT=1

# Only the results and the progress may reach the caller, so everything else's output goes to a log.
exec 3>&1 4>&2 </dev/null >/dev/null 2>&1
# A pipe that nobody writes to.
exec {nap_fd}<> <(:)

work=             # private directory of this bake: socket, state, logs, mount point
volume=           # where the volume is mounted: containerd's root
documents=        # where manifests, indexes and configs stand by their digests, to be imported
blobs=            # where containerd keeps them
device=
volume_id=
base=             # snapshot that the volume was made from; empty if it is to be formatted
base_tree=        # the sum of its files that its manifest.json has
base_job=         # the job that sums them now
discarded=        # why the base was not kept
architecture=
containerd_version=
version_job=      # the job that asks for it
references=()     # the image names that were asked for, canonical
digests=()        # what each of them is pulled by
wanted_manifests=() # the platform's manifest of each, as planned; empty if not known
sizes=()          # compressed bytes of each, as planned; 0 if not known
total_bytes=0
file_size=0       # what size_of found
declare -A secret_of=() mirrors_of=() authority_of=() # of registries' hosts, as the request has them
endpoint=         # where fetch asks at the moment; empty where that is to be chosen
curl_options=()   # of options_for
credentials=      # of credentials_for
denied=           # why the last answer of a registry could not be had with credentials
http_status=      # of the last answer of a registry
empty_bytes=0     # what the fresh file system counted as used
client=()         # ctr, told which containerd and namespace to talk to
call_options=()   # curl's, told the same
containerd_pid=
job_pid=          # the long command that runs now
job=              # the last one that was started beside it
resolving=()      # the jobs that fetch each image's manifests
comparing=()      # those that compare the volume with the layers
declare -A job_groups=() # all of those that still run, each a process group
spool_folder=     # what is to be removed from the builder's own disk
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
    for ((tick = 0; tick < 500; tick++)); do
        kill -0 "$containerd_pid" 2>/dev/null || break
        nap 0.02
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
    for job in "${!job_groups[@]}"; do cancel_job "$job"; done
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
    [[ -z $spool_folder ]] || rm -rf --one-file-system "$spool_folder"
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

# nap SECONDS: sleeps without a process of its own: what starts most often here is what takes most time.
nap() {
    read -r -t "$1" -u "$nap_fd" || true
}

# start_job COMMAND...: runs a function beside the bake, in a process group of its own, so that all of it can be ended.
start_job() {
    set -m
    (
        set +m
        trap - ERR EXIT INT TERM HUP
        "$@"
    ) 3>&- 4>&- 9>&- &
    job=$!
    set +m
    job_groups[$job]=1
}

# cancel_job JOB: ends it.
cancel_job() {
    # It may have ended by itself.
    kill -TERM -- "-$1" 2>/dev/null || true
    end_job "$1" || true
}

# end_job JOB: waits for it; its status is the job's.
end_job() {
    local status=0
    wait "$1" || status=$?
    unset "job_groups[$1]"
    return "$status"
}

in_containerd() {
    "${client[@]}" "$@" 3>&- 4>&- 9>&-
}

snapshots() {
    in_containerd snapshots --snapshotter "$SNAPSHOTTER" "$@"
}

# ---- progress -----------------------------------------------------------------------------------------------------

# enter PHASE: what the progress lines say from now on.
enter() {
    printf '%s\n' "$1" >"$work/now.new"
    mv "$work/now.new" "$work/now"
}

# Prints progress, at once, then once a second, and last when a line arrives on descriptor 9. A byte of a layer counts
# half when it is fetched and half when its layer is unpacked.
print_progress() {
    trap - ERR EXIT
    trap 'exit 0' TERM
    set +e
    local phase needed fetched unpacked done=0 now stop=
    while :; do
        read -r phase <"$work/now"
        now=0
        if [[ -e $work/needed ]]; then
            read -r needed fetched <"$work/needed"
            fetched=$({ find "$fetched" -type f -regex '.*/[0-9a-f]+' -printf '%s\n' && cat "$work/dropped"; } |
                awk '{ sum += $1 } END { printf "%.0f", sum }')
            unpacked=$(awk '{ sum += $1 } END { printf "%.0f", sum }' "$work/unpacked")
            fetched=$((fetched < needed ? fetched : needed))
            [[ $phase != pull ]] || ((fetched < needed)) || phase=unpack
            ((needed == 0)) || now=$((total_bytes * (fetched + unpacked) / needed / 2))
        fi
        [[ $stop == "" ]] || now=$total_bytes
        done=$((now > done ? now : done))
        done=$((done < total_bytes ? done : total_bytes))
        printf '{"phase":"%s","doneBytes":%s,"totalBytes":%s}\n' "$phase" "$done" "$total_bytes" >&4
        [[ -z $stop ]] || return 0
        # The descriptor stands in for sleep: it needs no process, and wakes up for the end.
        read -r -t 1 -u 9 stop
    done
}

# ---- request ------------------------------------------------------------------------------------------------------

check_tools() {
    doing="checking the machine"
    local tool missing=()
    for tool in awk blockdev cmp containerd ctr curl cut dd find flock fstrim grep gzip jq mkfifo mkfs.xfs mknod mktemp mount \
        mountpoint mv nproc od sed sha256sum sort stat sync tac tail tar tee touch tr umount uname wipefs xargs xfs_growfs xfs_repair; do
        command -v "$tool" >/dev/null || missing+=("$tool")
    done
    ((${#missing[@]} == 0)) || fail BakeFailed "the builder lacks ${missing[*]}: install the packages that bring them"
    [[ $(curl --version) == *HTTP2* ]] || fail BakeFailed "the builder's curl lacks HTTP/2, which containerd is asked by: install one with it"
    ((EUID == 0)) || fail BakeFailed "the bake formats and mounts a volume and must run as root, not as uid $EUID"
}

# The request on standard input, a line for each fact: its kind and its fields, between tabs. Or its problems, a line each.
request_facts() {
    jq -rs '
      def shown: tojson | .[0:120];
      def digest_form: "sha256:[0-9a-f]{64}";
      def host_form: "(localhost(:[0-9]{1,5})?|[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+(:[0-9]{1,5})?"
          + "|[A-Za-z0-9-]+:[0-9]{1,5}|\\[[0-9A-Fa-f:]+\\](:[0-9]{1,5})?)";
      def path_form: "(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)+";
      def tag_form: ":[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
      def matches($form): type == "string" and test("\\A(" + $form + ")\\z");
      def reference_form: host_form + path_form + "(" + tag_form + "|(" + tag_form + ")?@" + digest_form + ")";
      def problems: if type != "object" then "it is not a JSON object"
      else
        (if .volumeId | matches("vol-[0-9a-f]{8,40}") then empty
         else "volumeId is \(.volumeId | shown), not of the form vol-0123456789abcdef0" end),
        (if .base | . == null or matches("snap-[0-9a-f]{8,40}") then empty
         else "base is \(.base | shown), not of the form snap-0123456789abcdef0" end),
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
              (if .manifestDigest | . == null or matches(digest_form) then empty
               else "images[\($at)].manifestDigest is \(.manifestDigest | shown), not sha256: and 64 hexadecimal digits" end),
              (if .compressedBytes | . == null or (type == "number" and . >= 0 and . == floor) then empty
               else "images[\($at)].compressedBytes is \(.compressedBytes | shown), not a number of bytes" end)
            end),
        (if .registries | . == null or type == "array" then empty else "registries is not a list" end),
        ((.registries | arrays | to_entries[]) | "registries[\(.key)]" as $at | .value
          | if type != "object" then "\($at) is not an object"
            else
              (if .host | matches(host_form) then empty else "\($at).host is \(.host | shown), not a registry\u0027s host" end),
              (if .secretArn | . == null
                   or matches("arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+") then empty
               else "\($at).secretArn is \(.secretArn | shown), not the ARN of a secret" end),
              (if .caParameter | . == null or matches("[A-Za-z0-9_./-]+") then empty
               else "\($at).caParameter is \(.caParameter | shown), not the name of a parameter" end),
              (if .mirrors | . == null or (type == "array" and all(.[]; matches("(https://(" + host_form + "|[A-Za-z0-9-]+)"
                   + "|http://(localhost|127(\\.[0-9]{1,3}){3}|\\[::1\\])(:[0-9]{1,5})?)(/[A-Za-z0-9._-]+)*")))
               then empty else "\($at).mirrors is \(.mirrors | shown), not a list of addresses" end)
            end),
        ((.images | arrays | map(.reference? | strings) | group_by(.)[] | select(length > 1) | .[0])
          | "images names \(shown) more than once")
      end;
      if length != 1 then error("not one document")
      else .[0] | [problems] as $problems
        | if ($problems | length) > 0 then "problem\t\($problems[])"
          else ["bake", .volumeId, .architecture, .base // ""],
            (.images[] | ["image", .reference, .digest, .compressedBytes // 0, .manifestDigest // ""]),
            (.registries[]? | ["registry", .host, .secretArn // "-", .caParameter // "-", (.mirrors // [] | join(" "))]) | @tsv
          end
      end'
}

read_request() {
    doing="reading PREBAKE_REQUEST"
    local request=${PREBAKE_REQUEST:-} facts kind first second third fourth problems='' machine
    [[ -n $request ]] || fail BakeFailed "PREBAKE_REQUEST is empty: it must hold the request as JSON"
    facts=$(request_facts <<<"$request" 2>/dev/null) || fail BakeFailed "PREBAKE_REQUEST is not one JSON document"
    while IFS=$'\t' read -r kind first second third fourth; do
        case $kind in
        problem) problems+="; $first" ;;
        bake) volume_id=$first architecture=$second base=$third ;;
        image)
            references+=("$first") digests+=("$second") sizes+=("$third") wanted_manifests+=("$fourth")
            total_bytes=$((total_bytes + third))
            ;;
        registry)
            [[ $second == - ]] || secret_of[$first]=$second
            [[ $third == - ]] || authority_of[$first]=$third
            mirrors_of[$first]=$fourth
            ;;
        esac
    done <<<"$facts"
    [[ -z $problems ]] || fail BakeFailed "PREBAKE_REQUEST is not valid: ${problems#; }"

    machine=$(uname -m)
    case $machine in
    x86_64) machine=amd64 ;;
    aarch64) machine=arm64 ;;
    esac
    [[ $machine == "$architecture" ]] ||
        fail BakeFailed "the request is for $architecture, but this builder is $machine: launch an instance type of $architecture"
}

# ---- registries ---------------------------------------------------------------------------------------------------

# Plain HTTP is for registries on this machine only.
is_loopback() {
    [[ $1 =~ ^(localhost|127\.[0-9]+\.[0-9]+\.[0-9]+|\[::1\])(:[0-9]+)?/ ]]
}

repository_of() {
    local name=${1%%@*}
    [[ ${name##*/} != *:* ]] || name=${name%:*}
    printf '%s' "$name"
}

# The registries of ECR, by their hosts; of other accounts and regions too.
readonly ECR_HOST='^[0-9]{12}\.dkr[.-]ecr(-fips)?\.([a-z]{2}[a-z0-9-]+)\.(amazonaws\.(com(\.cn)?|eu)|on\.(aws|amazonwebservices\.com\.cn))$'

# registry_endpoint REPOSITORY: leaves in endpoint where its registry itself is asked. Docker Hub's name is not where its registry answers.
registry_endpoint() {
    local host=${1%%/*}
    endpoint=https://$host
    [[ $host != docker.io ]] || endpoint=https://registry-1.docker.io
    # One on this machine that has an authority speaks TLS.
    ! is_loopback "$1" || [[ -n ${authority_of[$host]:-} ]] || endpoint=http://$host
}

# first_endpoint REPOSITORY: leaves in endpoint where it is asked first: at a mirror that has not failed yet, else at its registry.
first_endpoint() {
    for endpoint in ${mirrors_of[${1%%/*}]:-}; do
        [[ -e $work/tokens/${endpoint//\//%}.dead ]] || return 0
    done
    registry_endpoint "$1"
}

# registry_url REPOSITORY: leaves in url where its manifests and blobs are.
registry_url() {
    local endpoint=$endpoint
    [[ -n $endpoint ]] || first_endpoint "$1"
    url=$endpoint/v2/${1#*/}
}

# host_of REPOSITORY: leaves in host whose credentials and authority count where it is asked: the registry's or the mirror's.
host_of() {
    host=${1%%/*}
    is_mirror "$1" || return 0
    host=${endpoint#*://} host=${host%%/*}
}

is_mirror() {
    [[ " ${mirrors_of[${1%%/*}]:-} " == *" $endpoint "* ]]
}

# token_file REPOSITORY: leaves in token the file with curl's options that open it; apart from the command line, where all
# could read them.
token_file() {
    token=$work/tokens/${1//\//%}
    ! is_mirror "$1" || token=$work/tokens/${endpoint//\//%}/${1//\//%}
    [[ -e $token ]] || {
        [[ -d ${token%/*} ]] || mkdir -p "${token%/*}"
        : >"$token"
    }
}

# options_for REPOSITORY: leaves in curl_options how its blobs and manifests are asked for, with the token that there is.
options_for() {
    local endpoint=$endpoint token host
    [[ -n $endpoint ]] || first_endpoint "$1"
    host_of "$1"
    token_file "$1"
    curl_options=(--silent --fail --location --connect-timeout 10 --speed-limit 1024 --speed-time 60 --config "$token")
    # A mirror of several registries is told which one is meant, as containerd does.
    ! is_mirror "$1" || curl_options+=(--url-query "ns=${1%%/*}")
    [[ -z ${authority_of[$host]:-} ]] || curl_options+=(--cacert "$work/tokens/$host.pem")
    [[ $endpoint == http:* ]] || curl_options+=(--proto '=https')
}

# parameter NAME CHALLENGE: one of the challenge's parameters; nothing when it has none of that name.
parameter() {
    sed -nE "s/.*[ ,]$1=\"([^\"]*)\".*/\1/pI" <<<"$2"
}

# source_of HOST: where its credentials are, in words; fails where there are none.
source_of() {
    if [[ -n ${secret_of[$1]:-} ]]; then
        printf 'secret %s' "${secret_of[$1]}"
    elif [[ $1 =~ $ECR_HOST ]]; then
        printf "the role's ECR token of %s" "${BASH_REMATCH[2]}"
    else
        return 1
    fi
}

# from_aws ARGUMENT...: what AWS answers, as text.
from_aws() {
    command -v aws >/dev/null || {
        echo 'the builder lacks the aws command: install the AWS CLI' >"$work/log/aws"
        return 1
    }
    aws "$@" --output text 2>"$work/log/aws"
}

# shellcheck disable=SC2016 # jq's variables are not the shell's
# What opens a registry, from its secret: user and password, or a Docker config.json. In words behind a '!' why it can't.
readonly SECRET_FORM='
    def host: sub("^https?://"; "") | sub("/(v[12]/?)?$"; "")
        | if IN("index.docker.io", "registry-1.docker.io", "registry.hub.docker.com") then "docker.io" else . end;
    (if has("auths") or has("credHelpers") or has("credsStore")
     then [(.auths // empty) | to_entries[] | select((.key | host) == $host) | .value][0] else . end)
    | if . == null then "!is a Docker config.json without an entry for \($host)"
      elif (.auth // "") != "" then .auth | @base64d | split("\u0000")[0]
      elif (.username | type == "string" and test("^[^:]+$")) and (.password | type == "string") then "\(.username):\(.password)"
      else "!has no username and password" end
    | if startswith("!is a ") or startswith("!has no ") then .
      elif test("^[^:]+:.") then "header = \"Authorization: Basic \(@base64)\"" else "!has no username and password" end'

# credentials_for HOST: leaves in credentials the file with the curl option that shows who asks; empty where nobody has to.
# Fails with the reason in denied. They are asked for once, and again when they may have changed or run out.
credentials_for() {
    local arn=${secret_of[$1]:-} source region lock status=0 first=
    credentials=
    source=$(source_of "$1") || return 0
    credentials=$work/tokens/$1.credentials
    exec {lock}>"$credentials.lock"
    flock "$lock"
    if [[ ! -s $credentials || -n $(find "$credentials" -mmin +60) ]]; then
        if [[ -n $arn ]]; then
            region=${arn#*:*:*:}
            (
                umask 077
                from_aws secretsmanager get-secret-value --region "${region%%:*}" --secret-id="$arn" --query SecretString |
                    { jq -r --arg host "$1" "$SECRET_FORM" 2>/dev/null || echo '!is malformed'; } >"$credentials.new"
            ) || status=$?
        else
            [[ $1 =~ $ECR_HOST ]]
            (
                umask 077
                from_aws ecr get-authorization-token --region "${BASH_REMATCH[2]}" --query 'authorizationData[0].authorizationToken' |
                    sed 's/.*/header = "Authorization: Basic &"/' >"$credentials.new"
            ) || status=$?
        fi
        read -r first <"$credentials.new" || true
        if ((status != 0)); then
            denied="getting $source failed: $(last_words "$work/log/aws")"
        elif [[ $first != 'header = "'* ]]; then
            denied="$source ${first#!}; it must be an object with username and password or a Docker config.json" status=1
        else
            mv "$credentials.new" "$credentials"
        fi
        rm -f "$credentials.new"
    fi
    exec {lock}>&-
    return "$status"
}

# authorize REPOSITORY HEADERS: gets what the answer's headers ask for: a token, or user and password themselves.
authorize() {
    local repository=$1 challenge realm service scope options=(--silent --show-error --fail --get) token host file
    host_of "$repository"
    token_file "$repository"
    file=$token.$BASHPID
    challenge=$(tr -d '\r' <"$2" | grep -i '^www-authenticate:.*bearer ' | tail -n 1) || {
        grep -qiE '^www-authenticate:(.*,)? *basic' "$2" || return 1
        credentials_for "$host" || return 1
        [[ -n $credentials ]] || return 1
        (umask 077 && cat "$credentials" >"$file" && mv "$file" "$token")
        return 0
    }
    realm=$(parameter realm "$challenge")
    [[ -n $realm ]] || return 1
    service=$(parameter service "$challenge")
    scope=$(parameter scope "$challenge")
    options+=(--connect-timeout 10 --max-time 60 --data-urlencode "scope=${scope:-repository:${repository#*/}:pull}")
    [[ -z $service ]] || options+=(--data-urlencode "service=$service")
    # Credentials go over plain HTTP to this machine only.
    { [[ $realm == http://* ]] && is_loopback "${realm#http://}" && is_loopback "${endpoint#*://}/"; } || options+=(--proto '=https')
    [[ -z ${authority_of[$host]:-} ]] || options+=(--cacert "$work/tokens/$host.pem")
    credentials_for "$host" || return 1
    [[ -z $credentials ]] || options+=(--config "$credentials")
    (
        umask 077
        curl "${options[@]}" "$realm" 2>"$2.token" | jq -r '.token // .access_token // empty
            | select(test("^[A-Za-z0-9._~+/=-]+$")) | "header = \"Authorization: Bearer \(.)\""' >"$file"
    ) || {
        denied="its token server at ${realm%%\?*} gave none: $(last_words "$2.token")"
        rm -f "$file"
        return 1
    }
    mv "$file" "$token"
}

# read_authorities: what to trust of each registry that names something: the system's authorities and its own.
read_authorities() {
    local host bundle pem region=${AWS_REGION:-${AWS_SSM_REGION_NAME:-}} options=()
    [[ -z $region ]] || options=(--region "$region")
    for bundle in "${SSL_CERT_FILE:-}" /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/certs/ca-certificates.crt /dev/null; do
        [[ ! -r $bundle ]] || break
    done
    for host in "${!authority_of[@]}"; do
        pem=$(from_aws ssm get-parameter "${options[@]}" --name="${authority_of[$host]}" --with-decryption --query Parameter.Value) ||
            fail BakeFailed "reading SSM parameter ${authority_of[$host]} with the authority of $host failed: $(last_words "$work/log/aws")"
        [[ $pem == *'-----BEGIN CERTIFICATE-----'* ]] ||
            fail BakeFailed "SSM parameter ${authority_of[$host]} with the authority of $host holds no certificate in PEM"
        printf '%s\n' "$pem" | cat "$bundle" - >"$work/tokens/$host.pem"
    done
}

# size_of FILE: leaves its bytes in file_size.
size_of() {
    read -r file_size < <(stat -c %s "$1")
}

# ask REPOSITORY PATH ACCEPT FILE: appends to FILE what it lacks of what is at PATH. Leaves the answer's headers in
# FILE.headers, its status in http_status and FILE's bytes in file_size; fails as curl does.
ask() {
    local repository=$1 path=$2 accept=$3 file=$4 attempt status url redirects bytes resumed=
    denied=
    registry_url "$repository"
    url+=/$path
    options_for "$repository"
    curl_options+=(--show-error --header "Accept: $accept" --dump-header "$file.headers"
        --write-out '%{http_code} %{num_redirects} %{size_download}' --output "$file")
    [[ ! -s $file ]] || {
        size_of "$file"
        curl_options+=(--continue-at "$file_size")
        resumed=yes
    }
    for attempt in 1 2; do
        status=0
        curl "${curl_options[@]}" "$url" >"$file.status" 2>"$file.error" || status=$?
        http_status=000
        read -r http_status redirects bytes <"$file.status" || true
        # Whoever it redirects to is not told who asks.
        [[ $http_status == 401 && $redirects == 0 && $attempt == 1 ]] || break
        authorize "$repository" "$file.headers" || break
    done
    if [[ $status == 0 && $redirects == 0 && -z $resumed ]]; then
        file_size=$bytes
    else
        size_of "$file"
    fi
    return "$status"
}

# refusal REPOSITORY PATH ACCEPT FILE: what the registry says in the body of its error, asked again for that.
refusal() {
    local answer host source url
    if [[ $http_status == 000 ]]; then
        grep -m 1 '^curl: ' "$4.error" || last_words "$4.error"
        return
    fi
    options_for "$1"
    registry_url "$1"
    answer=$(curl "${curl_options[@]}" --no-fail --max-time 20 --header "Accept: $3" "$url/$2" |
        head -c 65536 | tr -d '\0' | jq -r '.errors[0] | select(. != null) | " \(.code // ""): \(.message // "")"' | head -c 500) || true
    host_of "$1"
    printf '%s answered %s%s' "$host" "$http_status" "$answer"
    [[ $http_status == 40[13] ]] || return 0
    if [[ -n $denied ]]; then
        printf '; %s' "$denied"
    elif source=$(source_of "$host"); then
        printf '; it refused the credentials of %s' "$source"
    else
        printf '; it is private or does not exist, and no credentials are configured for %s' "$host"
    fi
}

# fetch REPOSITORY PATH ACCEPT FILE [SIZE]: gets it whole, from where it broke off, from the first of the registry's mirrors
# that has it, or from the registry. Fails with the reason in FILE.reason.
fetch() {
    local endpoint status words=
    for endpoint in ${mirrors_of[${1%%/*}]:-}; do
        [[ ! -e $work/tokens/${endpoint//\//%}.dead ]] || continue
        status=0
        fetch_here "$@" || status=$?
        ((status == 1)) || return "$status"
        words+="; before, mirror $(<"$4.reason")"
        # One that is broken, shut or can't be reached is not asked again; one that lacks something may have the rest.
        [[ $http_status == 404 ]] || : >"$work/tokens/${endpoint//\//%}.dead"
    done
    registry_endpoint "$1"
    status=0
    fetch_here "$@" || status=$?
    [[ $status == 0 || -z $words ]] || printf '%s' "$words" >>"$4.reason"
    return "$status"
}

# fetch_here: fetch from where endpoint says. What may pass is tried again: dropped connections, 429 and 5xx, with the pause that
# the registry asks for.
fetch_here() {
    local repository=$1 path=$2 accept=$3 file=$4 size=${5:-} before=0 tries=0 most=$FETCH_TRIES status pause asked
    ! is_mirror "$repository" || most=1
    if [[ ! -e $file ]]; then
        : >"$file"
    elif [[ -n $size && -s $file ]]; then
        size_of "$file"
        before=$file_size
    fi
    while [[ -z $size ]] || ((before < size)); do
        status=0
        ask "$repository" "$path" "$accept" "$file" || status=$?
        [[ $status != 0 || -n $size ]] || return 0
        if [[ $status == 0 ]] && ((file_size >= size)); then
            before=$file_size
            break
        fi
        # A certificate that is not trusted (60) stays so.
        [[ $status != 60 && $http_status =~ ^(408|429|5..|2..|000)$ ]] || {
            refusal "$repository" "$path" "$accept" "$file" >"$file.reason"
            return 1
        }
        # A server that can't resume ends in 33: its answer is taken from the start, by who reads it too.
        ((status != 33)) || return 2
        ((file_size == before)) || tries=0
        before=$file_size
        ((++tries <= most)) || {
            { refusal "$repository" "$path" "$accept" "$file" && printf ', %s times in a row (%s)' "$tries" "$(last_words "$file.error")"; } >"$file.reason"
            return 1
        }
        pause=$((1 << (tries - 1)))
        asked=$(tr -d '\r' <"$file.headers" 2>/dev/null | sed -nE 's/^retry-after: *([0-9]{1,2})$/\1/pI' | tail -n 1) || true
        nap "${asked:-$pause}"
    done
    [[ -z $size ]] || ((before == size)) || {
        printf '%s sent %s bytes of %s, more than its %s' "${repository%%/*}" "$before" "$path" "$size" >"$file.reason"
        return 1
    }
}

# ---- volume -------------------------------------------------------------------------------------------------------

find_device() {
    doing="finding volume $volume_id"
    local link=/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volume_id/-/} tick
    for ((tick = 0; tick < ATTACH_SECONDS * 5; tick++)); do
        if [[ -b $link ]]; then
            device=$(readlink -f "$link")
            break
        fi
        sleep 0.2
    done
    [[ -n $device ]] ||
        fail VolumeNotFound "volume $volume_id is not attached: there was no $link within $ATTACH_SECONDS s"
}

# signatures: what the device carries, each kind once.
signatures() {
    wipefs --no-act --parsable "$device" | awk -F, '!/^#/ { print $NF }' | sort -u | tr '\n' ' '
}

require_fresh() {
    local found
    found=$(signatures)
    [[ -z $found ]] ||
        fail BakeFailed "volume $volume_id ($device) is not fresh, it carries ${found% }: the bake formats only an empty volume"
}

# used_bytes: what the mounted file system counts as used.
used_bytes() {
    stat -f -c '%b %f %S' "$volume" | awk '{ printf "%.0f", ($1 - $2) * $3 }'
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
    run mkfs.xfs -f -q -K -L prebake -m "$metadata" -i "$inodes" -n "$naming" "$device"

    doing="mounting volume $volume_id ($device)"
    mkdir -p "$volume"
    mount -t xfs -o noatime "$device" "$volume"
    chmod 711 "$volume"
    empty_bytes=$(used_bytes)
}

snapshots_folder() {
    printf '%s' "$volume/io.containerd.snapshotter.v1.overlayfs/snapshots"
}

# tree_sum: of all that stands in the snapshotter's folders but the files' content: names, types, modes, owners, sizes, times. Several
# look at once, since each inode is a read of the volume: PyTorch's 47,000 from a volume not read before take 0.6 s, one after another
# 1.0 s.
tree_sum() {
    # What a link says counts; what a directory's size is, is the file system's affair.
    local sum parts=$work/tree.$BASHPID folder='%P %y %m %U %G %T@\0' other='%P %y %m %U %G %s %T@ %l\0'
    mkdir "$parts"
    read -r sum _ < <(
        cd "$(snapshots_folder)"
        find . -mindepth 1 -maxdepth 5 \( -type d -printf "$folder" \( -path './*/*/*/*/*' -fprintf "$parts/deeper" '%P\0' -o -true \) \
            -o -printf "$other" \) >"$parts/sum.top"
        export folder=${folder/\%P/%p} other=${other/\%P/%p} parts
        # shellcheck disable=SC2016 # the inner shell's variables
        xargs -0 -r -P "$(($(nproc) * 2))" -n 40 -a "$parts/deeper" sh -c '
            exec find "$@" -mindepth 1 \( -type d -printf "$folder" -o -printf "$other" \) >"$parts/sum.$$"' sh
        cat "$parts"/sum.* | sort -z | sha256sum
    )
    rm -r "$parts"
    printf '%s' "$sum"
}

# Mounts the volume as the base left it, after a check. Leaves in discarded what speaks against it. What takes longest of it,
# reading every inode, goes on beside what follows, until await_base.
mount_base() {
    local found manifest=$volume/manifest.json version
    doing="checking the base $base on volume $volume_id ($device)"
    found=$(signatures)
    [[ $found == 'xfs ' ]] || {
        discarded="it carries ${found:-no file system}"
        return
    }
    run xfs_repair -n "$device" >"$work/log/xfs" 2>&1 || {
        discarded="xfs_repair -n finds its file system damaged: $(last_words "$work/log/xfs")"
        return
    }
    mkdir -p "$volume"
    mount -t xfs -o noatime "$device" "$volume" 2>"$work/log/xfs" || {
        discarded="it does not mount: $(last_words "$work/log/xfs")"
        return
    }
    jq -r --arg architecture "$architecture" --argjson format "$FORMAT" '
        if .format != $format then "!its manifest.json has format \(.format), not \($format)"
        elif .architecture != $architecture then "!it was baked for \(.architecture)"
        else "\(.containerd) \(.tree) \(.emptyBytes)", (.layers[] | "\(.chainId) \(.folder)") end' \
        "$manifest" >"$work/base" 2>"$work/log/base" || {
        discarded="its manifest.json is not readable: $(last_words "$work/log/base")"
        return
    }
    read -r version <"$work/base"
    [[ $version != '!'* ]] || {
        discarded=${version#!}
        return
    }
    read -r version base_tree empty_bytes <"$work/base"
    learn_version
    [[ $(printf '%s\n' "$version" "$containerd_version" | sort -V | tail -n 1) == "$containerd_version" ]] || {
        discarded="it was baked by containerd $version, which is newer than this builder's $containerd_version"
        return
    }
    # Does nothing where the volume is no larger than the base's.
    run xfs_growfs "$volume"
    start_job tree_sum >"$work/tree"
    base_job=$job
}

# await_base: ends its check, before anything of it is changed. Where it fails, what has begun is undone and begins again, empty.
await_base() {
    base_is_kept || return 0
    doing="checking the base $base on volume $volume_id ($device)"
    end_job "$base_job" || true
    [[ $(<"$work/tree") != "$base_tree" ]] || return 0
    discarded="its unpacked layers are not those that its manifest.json describes"
    cancel_job "$pool_job"
    cancel_job "$flush_job"
    stop_containerd
    unmount_all || fail BakeFailed "$doing found it damaged, and volume $volume_id stays busy"
    rm -rf "$work/layers" "$work/taken" "$work/ahead" "$work/stores" "$work/spool" ${spool_folder:+"$spool_folder"}
    wipefs -qaf "$device"
    format_and_mount
    begin_pull
}

# learn_version: what containerd is of.
learn_version() {
    [[ -z $containerd_version ]] || return 0
    end_job "$version_job"
    containerd_version=$(<"$work/containerd")
    [[ ! $containerd_version =~ [0-9]+\.[0-9]+\.[0-9]+ ]] || containerd_version=${BASH_REMATCH[0]}
}

# Makes the volume ready: as the base left it, or empty.
prepare_volume() {
    if [[ -n $base ]]; then
        mount_base
        [[ -n $discarded ]] || return 0
        ! mountpoint -q "$volume" || umount "$volume"
        wipefs -qaf "$device"
    else
        require_fresh
    fi
    format_and_mount
}

base_is_kept() {
    [[ -n $base && -z $discarded ]]
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

readonly STORES=(io.containerd.content.v1.content io.containerd.metadata.v1.bolt io.containerd.snapshotter.v1.overlayfs/metadata.db)

# hold_stores_in_memory: containerd's databases and what little content it gets. It syncs each of its writes, and each
# sync waits for what layers are just then writing to the volume: importing 30 small layers took up to 7 s.
hold_stores_in_memory() {
    local store memory=$work/stores small=0 chain from to
    doing="making room for containerd's databases"
    for chain in "${chains[@]}"; do
        is_large "$chain" || small=$((small + ${chain_size[$chain]}))
    done
    mkdir "$memory"
    mount -t tmpfs -o "size=$((small * 2 + 536870912)),mode=700" prebake-stores "$memory"
    for store in "${STORES[@]}"; do
        to=$memory/$store from=$volume/$store
        mkdir -p "${to%/*}" "${from%/*}"
        if [[ $store == *.db ]]; then
            [[ -e $from ]] || : >"$from"
        else
            mkdir -p "$from"
        fi
        cp -a "$from" "$to"
        mount --bind "$to" "$from"
    done
}

# save_stores: brings them to the volume once containerd has stopped. Writes only what has changed, and over what it was.
save_stores() {
    local store memory=$work/stores file
    [[ -d $memory ]] || return 0
    doing="writing containerd's databases to volume $volume_id"
    for store in "${STORES[@]}"; do umount "$volume/$store"; done
    cp -a --no-clobber "$memory/." "$volume/"
    while IFS= read -r -d '' file; do
        cmp -s "$memory/$file" "$volume/$file" || dd if="$memory/$file" of="$volume/$file" bs=64k conv=notrunc status=none
    done < <(cd "$memory" && find . -name '*.db' -print0)
    while IFS= read -r -d '' file; do
        [[ -e $memory/$file ]] || rm "$volume/$file"
    done < <(cd "$volume" && find "${STORES[0]}" -type f -print0)
    umount "$memory"
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
        nap 0.02
    done
}

# local_option SUBCOMMAND: the option that keeps ctr of 1.7 and later off the transfer service, which knows fewer of the
# other options. Debian's 1.6 does not have it.
local_option() {
    local help
    help=$(ctr images "$1" --help 2>&1)
    [[ $help != *--local* ]] || echo --local
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

# all_names: the names that the volume shall have, a line each.
all_names() {
    local i
    for i in "${!references[@]}"; do image_names "$i"; done
    [[ ! -f $PAUSE_TAR ]] || printf '%s\n' "$PAUSE_IMAGE"
}

# ---- manifests ----------------------------------------------------------------------------------------------------

readonly MANIFEST_TYPES="application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json"

# get_document REPOSITORY manifests|blobs DIGEST: fetches a manifest, index or config, and checks it against its digest.
get_document() {
    local accept='*/*' file=$work/documents/${3#sha256:}.$BASHPID sum
    [[ ! -e $documents/${3#sha256:} ]] || return 0
    [[ $2 != manifests ]] || accept=$MANIFEST_TYPES
    fetch "$1" "$2/$3" "$accept" "$file" || {
        cat "$file.reason" >&2
        return 1
    }
    sum=$(sha256sum <"$file")
    [[ sha256:${sum%% *} == "$3" ]] || {
        printf '%s answered %s with content whose digest is sha256:%s' "${1%%/*}" "$3" "${sum%% *}" >&2
        return 1
    }
    mv "$file" "$documents/${3#sha256:}"
}

# platform_manifests WANTED: of an index on standard input, the manifests to look into, best first: just the wanted one where
# it is among them; else those for this platform in the variant that each machine has, those without a platform, and indexes.
platform_manifests() {
    jq -r --arg wanted "$1" --arg architecture "$architecture" '
        def base: {amd64: "v1", arm64: "v8"}[$architecture];
        [.manifests[].digest] as $digests
        | if ($digests | index($wanted)) then $wanted
          else [.manifests[] | select(.platform == null or (.platform.os == "linux" and .platform.architecture == $architecture
                    and ((.platform.variant // "") | IN("", base))))]
              | sort_by(.platform == null)[] | .digest
          end'
}

# find_manifest REPOSITORY DIGEST WANTED DEPTH: fetches down to this platform's manifest and prints its digest and its config's.
find_manifest() {
    local child config
    get_document "$1" manifests "$2" || return 1
    config=$(jq -r 'select(has("layers")) | .config.digest' "$documents/${2#sha256:}")
    if [[ -n $config ]]; then
        [[ -z $3 || $2 == "$3" ]] || return 1
        printf '%s %s' "$2" "$config"
        return 0
    fi
    (($4 > 0)) || return 1
    while read -r child; do
        find_manifest "$1" "$child" "$3" $(($4 - 1)) && return 0
    done < <(platform_manifests "$3" <"$documents/${2#sha256:}")
    printf 'there is no manifest for linux/%s below %s' "$architecture" "$2" >&2
    return 1
}

# resolve INDEX: fetches what describes an image, and notes of it: the digests of manifest and config, how many layers each names, and
# of each layer digest, size, diff ID and ChainID. containerd's import follows an index to all of the manifests that this
# processor family could run, so these come too; they go again with all else that no image needs.
resolve() {
    local repository digest=${digests[$1]} manifest config sibling header layer size diff chain=
    repository=$(repository_of "${references[$1]}")
    manifest=$(find_manifest "$repository" "$digest" "${wanted_manifests[$1]}" 3) || return 1
    config=${manifest#* } manifest=${manifest% *}
    get_document "$repository" blobs "$config" || return 1
    if [[ $manifest != "$digest" ]]; then
        while read -r sibling; do
            get_document "$repository" manifests "$sibling" || return 1
        done < <(jq -r --arg architecture "$architecture" '
            {amd64: ["amd64", "386"], arm64: ["arm64", "arm"]}[$architecture] as $family
            | .manifests[]? | select(.platform == null or (.platform.os == "linux" and (.platform.architecture | IN($family[]))))
            | .digest' "$documents/${digest#sha256:}")
    fi
    {
        read -r header
        printf '%s\n' "$header"
        while read -r layer size diff; do
            chain_id "$chain" "$diff"
            printf '%s\n' "$layer $size $diff $chain"
        done
    } < <(jq -r --arg digests "$manifest $config" --slurpfile config "$documents/${config#sha256:}" '
        "\($digests) \(.layers | length) \($config[0].rootfs.diff_ids | length)",
        ([.layers, $config[0].rootfs.diff_ids] | transpose[] | "\(.[0].digest) \(.[0].size) \(.[1])")' \
        "$documents/${manifest#sha256:}") >"$work/manifests/${digest#sha256:}"
}

# start_resolving: all images at once, beside what makes the volume ready.
start_resolving() {
    local i
    mkdir -p "$documents" "$work/documents" "$work/manifests" "$work/tokens"
    read_authorities
    for i in "${!references[@]}"; do
        start_job resolve "$i" 2>"$work/log/resolve-$i"
        resolving+=("$job")
    done
}

# await_resolved: the first that fails, in the request's order, ends the bake.
await_resolved() {
    local i
    doing="fetching manifests"
    for i in "${!references[@]}"; do
        end_job "${resolving[i]}" || fail ImagePullFailed \
            "pulling ${references[i]} (${digests[i]}) for linux/$architecture failed: $(last_words "$work/log/resolve-$i")" "${references[i]}"
    done
}

# image_names INDEX: its reference, and its repository with the digest.
image_names() {
    local by_digest
    by_digest=$(repository_of "${references[$1]}")@${digests[$1]}
    printf '%s\n' "$by_digest"
    [[ ${references[$1]} == "$by_digest" ]] || printf '%s\n' "${references[$1]}"
}

# keep_document FILE: moves it into the layout under its digest, which it prints.
keep_document() {
    local sum
    sum=$(sha256sum <"$1")
    mv "$1" "$documents/${sum%% *}"
    printf 'sha256:%s' "${sum%% *}"
}

# describe DIGEST NAME...: the entries of the layout's index for an image of these names.
describe() {
    jq -c --arg digest "$1" --argjson size "$(stat -c %s "$documents/${1#sha256:}")" '
        {mediaType: (.mediaType // (if has("manifests") then "application/vnd.oci.image.index.v1+json"
                                    else "application/vnd.oci.image.manifest.v1+json" end)),
         digest: $digest, size: $size, annotations: {"io.containerd.image.name": $ARGS.positional[]} }' "$documents/${1#sha256:}" --args "${@:2}"
}

# ---- layers -------------------------------------------------------------------------------------------------------
#
# A layer is a difference to what is below it and doesn't depend on it, so large ones unpack all at once, each by
# decompressor, hash and tar. containerd unpacks one after another, in Go, and hashes in Go: bench/bake has the
# figures. What tar makes is committed only where it is what containerd would have made. All else, and small layers, containerd
# unpacks itself.

chains=()                 # those that the volume lacks, of all images, the lower ones first; each once
declare -A chain_parent=() chain_layer=() chain_diff=() chain_size=() chain_repository=() chain_image=()
declare -A chain_ids=()   # by what is below and the layer's own digest, unpacked
declare -A layer_twice=() # digests of layers that stand on different ones
declare -A chain_index=() chain_depth=() # the image it was found in first, and the number of layers up to it
declare -A chain_folder=() # where its files are on the volume; empty until it is committed
tops=()                   # of each image, its highest layer; empty for an image without layers
needed_bytes=0            # compressed bytes of the layers that are to be fetched
spool_in_memory=
spool=                    # where layers stand compressed, until the bake has checked what was made of them
pool_job=
layer_result=
flush_job=
placed=0                  # how many layers containerd has in their place
prepared=                 # the layer that has been prepared in containerd, and
prepared_folder=          # where its files shall be
kept_tops=()              # of each image, the highest layer that the base has; each once
fetched_bytes=0           # compressed bytes of the layers that are fetched, each once

is_large() {
    ((${chain_size[$1]} >= LARGE_LAYER))
}

# chain_id PARENT DIFF: leaves in chain the key of the snapshot of a layer on another: the OCI image specification's ChainID.
chain_id() {
    local file=$work/chain.$BASHPID
    chain=$2
    [[ -n $1 ]] || return 0
    printf '%s %s' "$1" "$2" >"$file"
    read -r chain _ < <(sha256sum "$file")
    chain=sha256:$chain
}

# plan_layers: which layers there are.
plan_layers() {
    local i digest size diff chain parent sum layers depth repository top folders file
    chains=() tops=() kept_tops=() needed_bytes=0 fetched_bytes=0
    chain_layer=() chain_folder=() layer_twice=()
    local -A on_base=() counted=() listed=()
    doing="reading manifests"
    if base_is_kept; then
        folders=$(snapshots_folder)
        while read -r chain sum _; do on_base[$chain]=$folders/$sum/fs; done < <(tail -n +2 "$work/base")
    fi
    for i in "${!references[@]}"; do
        exec {file}<"$work/manifests/${digests[i]#sha256:}"
        read -r _ _ layers depth <&"$file"
        [[ $layers == "$depth" ]] || incomplete "${references[i]}" "its manifest has $layers layers, its config $depth"
        parent='' depth=0 top='' repository=$(repository_of "${references[i]}")
        while read -r digest size diff chain; do
            depth=$((depth + 1))
            chain_ids[$parent $diff]=$chain
            [[ -z ${on_base[$chain]:-} ]] || top=$chain
            if [[ -z ${chain_layer[$chain]:-} ]]; then
                chain_parent[$chain]=$parent chain_layer[$chain]=$digest chain_diff[$chain]=$diff chain_size[$chain]=$size
                chain_repository[$chain]=$repository chain_image[$chain]=${references[i]}
                chain_index[$chain]=$i chain_depth[$chain]=$depth
                if [[ -n ${on_base[$chain]:-} ]]; then
                    chain_folder[$chain]=${on_base[$chain]}
                else
                    chains+=("$chain")
                    needed_bytes=$((needed_bytes + size))
                    if [[ -n ${counted[$digest]:-} ]]; then
                        layer_twice[$digest]=1
                    else
                        fetched_bytes=$((fetched_bytes + size))
                    fi
                    counted[$digest]=1
                fi
            fi
            parent=$chain
        done <&"$file"
        exec {file}<&-
        tops+=("$parent")
        [[ -z $top || -n ${listed[$top]:-} ]] || kept_tops+=("$top")
        listed[${top:-none}]=1
    done
}

# hold_layers: the base's images may be replaced by the import, and their layers must not go with them before the new images have
# them; new ones are held by a lease.
hold_layers() {
    local chain
    doing="holding layers"
    in_containerd leases create --id "$LEASE"
    for chain in "${kept_tops[@]}"; do
        snapshots label "$chain" "containerd.io/gc.root=prebake"
    done
}


# make_spool: in memory if that leaves as much again, else on the builder's own disk, else on the volume.
make_spool() {
    local available disk need=$((needed_bytes + needed_bytes / 16 + 16777216))
    spool_in_memory='' spool_folder=
    doing="making room for the layers"
    available=$(awk '$1 == "MemAvailable:" { printf "%.0f", $2 * 1024 }' /proc/meminfo)
    disk=$(stat -f -c '%a %S' /var/tmp | awk '{ printf "%.0f", $1 * $2 }')
    if ((available > 2 * need)); then
        spool=$work/spool
        mkdir "$spool"
        # What the compressed layers leave of it takes unpacked archives.
        mount -t tmpfs -o "size=$((available / 2 + need / 2)),mode=700" prebake-spool "$spool"
        spool_in_memory=yes
    elif ((disk > need + 1073741824)); then
        spool_folder=$(mktemp -d /var/tmp/prebake.XXXXXX)
        spool=$spool_folder
    else
        spool=$volume/.prebake/spool
        mkdir -p "$spool"
    fi
}

# What prints first the SHA-256 of a file or of standard input. openssl uses the processor's instructions for it; not every
# sha256sum does.
hash=(openssl dgst -sha256 -r)
command -v openssl >/dev/null || hash=(sha256sum)
readonly hash

# decompress FILE: turns standard input into the tar that it holds; by what FILE begins with, since not all registries label
# their layers rightly. Of those for gzip the fastest that is installed: for the largest layer of the PyTorch image igzip
# takes 1.9 CPU-s, unpigz 5.0, gzip 7.8.
decompress() {
    local tool=(cat)
    local LC_ALL=C magic=
    IFS= read -r -n 4 magic <"$1" 2>/dev/null || true
    case $magic in
    $'\x1f\x8b'*)
        for tool in igzip unpigz gzip; do
            ! command -v "$tool" >/dev/null || break
        done
        tool=("$tool" -dc)
        ;;
    $'\x28\xb5\x2f\xfd') tool=(zstd -dcq) ;;
    esac
    "${tool[@]}"
}

# unpacked FILE: the archive in a file that is whole.
unpacked() {
    if [[ -e $1.tar ]]; then
        cat "$1.tar"
    else
        # shellcheck disable=SC2094 # both only read
        decompress "$1" <"$1"
    fi
}

# follow FILE PID BELL: a file that a download writes to, to its end, at which the descriptor BELL has a line.
follow() {
    local input
    exec {input}<"$1"
    while cat <&"$input"; ! read -r -t 0.2 -u "$3" && kill -0 "$2" 2>/dev/null; do :; done
    cat <&"$input"
}

# await_bytes FILE PID: until a download has begun to write, or has ended.
await_bytes() {
    while [[ ! -s $1 ]] && kill -0 "$2" 2>/dev/null; do nap 0.02; done
}

# download CHAIN: fetches a layer into the spool, unless that was done ahead.
download() {
    local ahead=$work/ahead/${chain_layer[$1]#sha256:} went=
    if [[ -e $ahead ]]; then
        while [[ ! -s $ahead ]] && kill -0 "$ahead_job" 2>/dev/null; do nap 0.02; done
        read -r went <"$ahead" || true
        # Who comes again found fault with what it got.
        rm "$ahead"
        [[ $went != "200 ${chain_size[$1]}" ]] || return 0
    fi
    fetch "${chain_repository[$1]}" "blobs/${chain_layer[$1]}" '*/*' "$spool/${chain_layer[$1]#sha256:}" "${chain_size[$1]}"
}

# unpack_layer CHAIN: fetches, checks and unpacks one layer beside containerd's own. Its last words go to the chain's result:
# "done", "declined WHY" (containerd has to unpack it), or "failed WHY".
unpack_layer() {
    local chain=$1 file=$spool/${chain_layer[$1]#sha256:} target=$volume/.prebake/layers/${1#sha256:} attempt verdict lock=
    # Images may have it on different layers: who comes second finds it fetched.
    [[ -z ${layer_twice[${chain_layer[$chain]}]:-} ]] || {
        exec {lock}>"$file.lock"
        flock "$lock"
    }
    for attempt in 1 2 3; do
        try_unpack "$chain" "$file" "$target" "$work/log/layer-${chain#sha256:}"
        # Other content than asked for, or a server that can't resume: once more from the start.
        [[ $verdict == again* ]] || break
        rm -rf "$file" "$file.tar" "$target" "$target.implied"
        mkdir "$target"
    done
    [[ -z $lock ]] || exec {lock}>&-
    conclude "$chain" "${verdict/#again/failed}"
}

# try_unpack CHAIN FILE FOLDER LOG: leaves in verdict what became of it.
try_unpack() {
    local chain=$1 file=$2 target=$3 log=$4 sum='' status=0 archive='' tar
    : >>"$file"
    # Through memory where there is room: a pipe to two readers costs twice the unpacking (PyTorch's largest layer: 4.0 s
    # against 8.3 s).
    [[ -z $spool_in_memory ]] || archive=$file.tar
    if [[ -n $archive && ! -e $archive ]] && ((chain_size[$chain] >= FOLLOWED_LAYER)); then
        fetch_and_decompress
    else
        download "$chain" >/dev/null 2>"$log.download" || status=$?
        if [[ $status == 0 && -n $archive && ! -e $archive ]]; then
            # shellcheck disable=SC2094 # both only read
            decompress "$file" <"$file" >"$archive" 2>"$log.decompress" || archive=
        fi
    fi
    if ((status == 2)); then
        verdict="again ${chain_repository[$chain]%%/*} broke off ${chain_layer[$chain]} and can't resume"
        return
    elif ((status != 0)); then
        verdict="failed $(cat "$file.reason")"
        return
    fi
    if [[ -n $archive && -n $sum ]]; then
        keep_archive "$archive"
    elif [[ -n $archive ]]; then
        "${extract[@]}" --directory="$target" <"$archive" >"$log.tar" 2>&1 &
        tar=$!
        read -r sum _ < <("${hash[@]}" "$archive")
        wait "$tar" || echo "tar ended with status $?" >>"$log.tar"
        keep_archive "$archive"
    else
        rm -f "$file.tar" "$log.pipe"
        mkfifo "$log.pipe"
        "${extract[@]}" --directory="$target" <"$log.pipe" >"$log.tar" 2>&1 &
        tar=$!
        # tee goes on for the hash when tar has seen the archive's end.
        # shellcheck disable=SC2094 # both only read
        read -r sum _ < <(decompress "$file" <"$file" 2>"$log.decompress" |
            tee --output-error=warn-nopipe "$log.pipe" 2>"$log.tee" | "${hash[@]}")
        wait "$tar" || echo "tar ended with status $?" >>"$log.tar"
    fi
    if [[ sha256:$sum == "${chain_diff[$chain]}" ]]; then
        settle "$chain" "$target" "$log"
        return
    fi
    archive=$sum
    read -r sum _ < <("${hash[@]}" "$file")
    if [[ sha256:$sum != "${chain_layer[$chain]}" ]]; then
        verdict="again ${chain_repository[$chain]%%/*} answered ${chain_layer[$chain]} with content whose digest is sha256:$sum"
    elif [[ -s $log.decompress ]]; then
        verdict="declined $(last_words "$log.decompress")"
    else
        verdict="failed layer ${chain_layer[$chain]} unpacks to sha256:$archive, but the image's config says ${chain_diff[$chain]}"
    fi
}

# fetch_and_decompress: try_unpack's part for a layer that is worth doing both at once. Leaves in status how the download ended, and
# clears archive where what came can't be decompressed into memory. One that outlasts all others is unpacked and hashed meanwhile
# too, at the price of pipes: the processors would be idle, and the volume too.
fetch_and_decompress() {
    local fetcher bell writer written end
    exec {bell}<> <(:)
    {
        download "$chain" >/dev/null 2>"$log.download" || status=$?
        # Who follows would wait out a pause for each of many short layers.
        echo >&"$bell"
        exit "$status"
    } &
    fetcher=$!
    await_bytes "$file" "$fetcher"
    if ((chain_size[$chain] * width <= needed_bytes)); then
        follow "$file" "$fetcher" "$bell" | decompress "$file" >"$archive" 2>"$log.decompress" || archive=
    else
        : >"$archive"
        exec {written}<> <(:)
        {
            # All else can wait for it.
            renice -n -10 -p "$BASHPID" || true
            end=0
            follow "$file" "$fetcher" "$bell" | decompress "$file" >"$archive" 2>"$log.decompress" || end=1
            # One for each who follows.
            printf '\n\n' >&"$written"
            exit "$end"
        } &
        writer=$!
        "${extract[@]}" --directory="$target" < <(follow "$archive" "$writer" "$written") >"$log.tar" 2>&1 &
        tar=$!
        read -r sum _ < <(follow "$archive" "$writer" "$written" | "${hash[@]}")
        wait "$tar" || echo "tar ended with status $?" >>"$log.tar"
        wait "$writer" || {
            archive=
            rm -rf "$target"
            mkdir "$target"
        }
        exec {written}>&-
    fi
    wait "$fetcher" || status=$?
    exec {bell}>&-
}

# Names and times as they stand; later members may still change a directory's; every attribute, not just users'.
readonly extract=(tar --extract --file=- --blocking-factor=1024 --numeric-owner --same-owner --preserve-permissions
    --delay-directory-restore --xattrs --xattrs-include='*' --warning=no-unknown-keyword --warning=no-timestamp)

# keep_archive ARCHIVE: it makes the comparison at the end cheaper, but others need the room to unpack at all.
keep_archive() {
    local free all
    read -r free all < <(stat -f -c '%a %b' "$spool")
    ((free * 2 > all)) || rm -f "$1"
}

# settle CHAIN FOLDER LOG: makes of what tar left what containerd would have made of it, or leaves in verdict why not.
settle() {
    local chain=$1 target=$2 log=$3 kind seconds path name folder twin whiteouts=0
    if [[ -s $log.tar ]]; then
        if grep -qF 'No space left on device' "$log.tar"; then
            verdict="failed $(last_words "$log.tar")"
            return
        fi
        verdict="declined tar says: $(last_words "$log.tar")"
        return
    fi
    while IFS=' ' read -r -d '' kind seconds && IFS= read -r -d '' path; do
        if [[ $kind == d ]]; then
            if ((${seconds%%.*} > EPOCHSECONDS)); then
                verdict="declined it has directories of a time to come"
                return
            fi
            # Nothing in the archive gave this directory its time, so it isn't in there. The lower ones come last.
            printf '%s\0' "$path" >>"$target.implied"
            continue
        fi
        name=${path##*/} folder=$target/${path%"$name"}
        whiteouts=$((whiteouts + 1))
        if [[ -z ${chain_parent[$chain]} ]] || ((whiteouts > MOST_WHITEOUTS)); then
            verdict="declined it has whiteouts that containerd takes in another way"
            return
        fi
        touch --reference="$folder" "$log.time"
        case $name in
        .wh..wh..opq)
            rm "$folder$name"
            # By tar, which sets attributes everywhere; setfattr is not on every machine.
            tar --create --format=posix --no-recursion --pax-option='SCHILY.xattr.trusted.overlay.opaque:=y' --directory="$folder" . |
                tar --extract --xattrs --xattrs-include='*' --directory="$folder"
            ;;
        .wh..wh.*)
            verdict="declined it has aufs metadata"
            return
            ;;
        *)
            twin=$folder${name#.wh.}
            if [[ -e $twin || -L $twin ]]; then
                verdict="declined it both has and removes ${path%"$name"}${name#.wh.}"
                return
            fi
            mknod --mode=0 "$twin" c 0 0
            chown --reference="$folder$name" "$twin"
            rm "$folder$name"
            ;;
        esac
        touch --reference="$log.time" "$folder"
    done < <(find "$target" \( -name '.wh.*' -o -type d -newer "$work/started" \) -printf '%y %T@\0%P\0')
    verdict="done"
}

# in_order WIDTH: the large layers in the order in which WIDTH workers shall take them: first those that alone would keep the others
# waiting at the end, the largest first; then from the lowest up, since a layer is committed once those below it are.
in_order() {
    local chain at=0
    for chain in "${chains[@]}"; do
        is_large "$chain" || continue
        if ((chain_size[$chain] * $1 * 2 > needed_bytes)); then
            printf '0 -%s %s\n' "${chain_size[$chain]}" "$chain"
        else
            printf '1 %s %s\n' "$((at++))" "$chain"
        fi
    done | sort -k 1,1n -k 2,2n
}

# run_pool: all large layers, as many at once as there are processors and one more that waits for its network; beside them the
# small ones are fetched.
run_pool() {
    local chain width worker ahead_job order=()
    local -A wanted=()
    width=$(($(nproc) + 1))
    width=$((width < MOST_AT_ONCE ? width : MOST_AT_ONCE))
    fetch_small &
    while read -r _ _ chain; do order+=("$chain"); done < <(in_order "$width")
    if ((${#order[@]} > 0)); then
        choose_ahead
        fetch_ahead &
        ahead_job=$!
        printf '%s\0' "${order[@]/#sha256:/$volume/.prebake/layers/}" | xargs -0 mkdir
        width=$((width < ${#order[@]} ? width : ${#order[@]}))
        for ((worker = 0; worker < width; worker++)); do unpack_layers & done
    fi
    wait
}

# unpack_layers: those of the order that nobody else has taken.
unpack_layers() {
    local chain
    for chain in "${order[@]}"; do
        ! take "$work/taken/${chain#sha256:}" || unpack_layer "$chain"
    done
}

# take FILE: makes it; fails if it exists. Of several who try it at once one succeeds.
take() {
    local status=0
    set -o noclobber
    { : >"$1"; } 2>/dev/null || status=1
    set +o noclobber
    return "$status"
}

# flush_volume: has the kernel write while layers unpack; by itself it would begin when a tenth of the memory waits to be
# written, and all would be left to the sync at the end.
flush_volume() {
    while nap 1; do sync --file-system "$volume"; done
}

# options_for_layers REPOSITORY DIGEST...: leaves in curl_options how one curl fetches these layers into the spool.
options_for_layers() {
    local url digest
    options_for "$1"
    registry_url "$1"
    for digest in "${@:2}"; do
        curl_options+=(--output "$spool/${digest#sha256:}" "$url/blobs/$digest")
    done
}

# fetch_ahead: of run_pool's order those that are not decompressed while they arrive, several at once by one curl: starting one for
# each takes longer than many a layer. Leaves in $work/ahead how each went; who unpacks it gets what is missing with all patience.
fetch_ahead() {
    local repository code bytes file
    for repository in "${!wanted[@]}"; do
        # shellcheck disable=SC2086 # digests, between blanks
        options_for_layers "$repository" ${wanted[$repository]}
        # shellcheck disable=SC2069 # the layers are in files; whatever curl ends with, each of them has its own word
        while read -r code bytes file; do
            echo "$code $bytes" >"$work/ahead/${file##*/}"
        done < <(curl "${curl_options[@]}" --parallel --parallel-immediate --parallel-max "$width" --no-buffer \
            --write-out '%{stderr}%{http_code} %{size_download} %{filename_effective}\n' 2>&1 >/dev/null)
    done
}

# choose_ahead: leaves in wanted what fetch_ahead shall fetch, by repository.
choose_ahead() {
    local chain layer
    for chain in "${order[@]}"; do
        layer=${chain_layer[$chain]}
        # One that two may fetch is not for three.
        if ((chain_size[$chain] >= FOLLOWED_LAYER)) || [[ -n ${layer_twice[$layer]:-} ]]; then continue; fi
        wanted[${chain_repository[$chain]}]+=" $layer"
        : >"$work/ahead/${layer#sha256:}"
    done
}

# fetch_small: the small layers. Those of a repository in one request after another on one connection; what isn't there then
# is fetched with all the patience that large ones get.
fetch_small() {
    local chain file repository sum attempt words
    local -A wanted=() sums=()
    for chain in "${chains[@]}"; do
        is_large "$chain" || wanted[${chain_repository[$chain]}]+=" ${chain_layer[$chain]}"
    done
    for repository in "${!wanted[@]}"; do
        # shellcheck disable=SC2086 # digests, between blanks
        options_for_layers "$repository" ${wanted[$repository]}
        curl "${curl_options[@]}" || true
    done
    while read -r sum file; do sums[sha256:${file##*/}]=sha256:$sum; done < <(
        for chain in "${chains[@]}"; do
            is_large "$chain" || [[ ! -e $spool/${chain_layer[$chain]#sha256:} ]] || printf '%s\0' "$spool/${chain_layer[$chain]#sha256:}"
        done | xargs -0 -r sha256sum
    )
    for chain in "${chains[@]}"; do
        ! is_large "$chain" || continue
        file=$spool/${chain_layer[$chain]#sha256:} words=fetched
        if [[ ${sums[${chain_layer[$chain]}]:-} != "${chain_layer[$chain]}" ]]; then
            for attempt in 1 2 3; do
                rm -f "$file"
                words=fetched
                download "$chain" || {
                    words="failed $(cat "$file.reason")"
                    break
                }
                read -r sum _ < <("${hash[@]}" "$file")
                sum=sha256:$sum
                [[ $sum != "${chain_layer[$chain]}" ]] || break
                words="failed ${chain_repository[$chain]%%/*} answered ${chain_layer[$chain]} with content whose digest is $sum"
            done
            sums[${chain_layer[$chain]}]=${chain_layer[$chain]}
        fi
        conclude "$chain" "$words"
    done
}

# conclude CHAIN WORDS: leaves how a layer's fetch ended, on one line, for who waits for it.
conclude() {
    printf '%s\n' "${2//$'\n'/ }" >"$work/layers/${1#sha256:}"
    printf '%s\n' "${chain_size[$1]}" >>"$work/unpacked"
}

# await_layer CHAIN: until it is fetched, and unpacked if it is large; what failed ends the bake. Leaves how it ended in
# layer_result.
await_layer() {
    local file=$work/layers/${1#sha256:}
    until [[ -s $file ]]; do
        kill -0 "$pool_job" 2>/dev/null || [[ -s $file ]] || fail BakeFailed "unpacking layers ended early: $(last_words "$work/log/pool")"
        nap 0.05
    done
    read -r layer_result <"$file"
    [[ $layer_result != failed* ]] || fail ImagePullFailed \
        "pulling ${chain_image[$1]} for linux/$architecture failed: ${layer_result#failed }" "${chain_image[$1]}"
}

# bases: the small layers that a large one stands on: containerd has to have unpacked them before that can be committed.
bases() {
    local chain parent
    for chain in "${chains[@]}"; do
        parent=${chain_parent[$chain]}
        [[ -z $parent || -n ${chain_folder[$parent]:-} ]] || ! is_large "$chain" || is_large "$parent" || printf '%s\n' "$parent"
    done | sort -u
}

# describe_base CHAIN: adds to the layout an image of just the layers up to this one, and prints its descriptor.
describe_base() {
    local i=${chain_index[$1]} depth=${chain_depth[$1]} manifest config file
    read -r manifest config _ <"$work/manifests/${digests[i]#sha256:}"
    manifest=$documents/${manifest#sha256:} config=$documents/${config#sha256:}
    file=$work/documents/base-${1#sha256:}
    jq -c --argjson depth "$depth" '{architecture, os, variant, rootfs: {type: "layers", diff_ids: .rootfs.diff_ids[:$depth]} }
        | del(..|nulls)' "$config" >"$file"
    config=$(keep_document "$file")
    jq -c --argjson depth "$depth" --arg config "$config" --argjson size "$(stat -c %s "$documents/${config#sha256:}")" \
        '{schemaVersion, mediaType, config: {mediaType: .config.mediaType, digest: $config, size: $size}, layers: .layers[:$depth]}
        | del(..|nulls)' "$manifest" >"$file"
    describe "$(keep_document "$file")" "prebake.invalid/base:${1#sha256:}"
}

# import_images: makes containerd know the images: names, indexes, manifests, configs and small layers.
import_images() {
    local i name names chain options=(--no-unpack --platform "linux/$architecture")
    mapfile -t -O "${#options[@]}" options < <(local_option import)
    for chain in "${chains[@]}"; do
        is_large "$chain" || {
            await_layer "$chain"
            ln -sf "$spool/${chain_layer[$chain]#sha256:}" "$documents/${chain_layer[$chain]#sha256:}"
        }
    done
    doing="importing the images' manifests"
    printf '{"imageLayoutVersion":"1.0.0"}' >"$work/layout/oci-layout"
    {
        for i in "${!references[@]}"; do
            mapfile -t names < <(image_names "$i")
            describe "${digests[i]}" "${names[@]}"
        done
        while read -r chain; do describe_base "$chain"; done < <(bases)
    } | jq -cs '{schemaVersion: 2, manifests: .}' >"$work/layout/index.json"
    run "${client[@]}" images import "${options[@]}" - < <(tar --create --dereference --directory="$work/layout" .)
    for i in "${!references[@]}"; do
        while read -r name; do
            in_containerd images label "$name" "${IMAGE_LABELS[@]}"
        done < <(image_names "$i")
    done
}

# learn_folders CHAIN: where the files of a layer and of all below it are, if that is not known yet.
learn_folders() {
    local view=prebake-view mounts folder folders=() chain=$1
    while [[ -n $chain && -n ${chain_folder[$chain]:-} ]]; do chain=${chain_parent[$chain]}; done
    [[ -n $chain ]] || return 0
    chain=$1
    mounts=$(snapshots view --mounts "$view" "$chain")
    # A garbage collection may have been quicker.
    snapshots rm "$view" 2>"$work/log/view" || grep -qF 'not found' "$work/log/view"
    # An overlay has them as its lower directories, the highest first; a single layer is a bind mount of its own.
    if [[ $mounts =~ lowerdir=([^\"]*) ]]; then
        IFS=: read -r -a folders <<<"${BASH_REMATCH[1]}"
    elif [[ $mounts =~ \"[Ss]ource\":[[:space:]]*\"(/[^\"]*) ]]; then
        folders=("${BASH_REMATCH[1]}")
    fi
    for folder in "${folders[@]}"; do
        [[ -n ${chain_folder[$chain]:-} ]] || place "$chain" "$folder"
        chain=${chain_parent[$chain]}
    done
    [[ -z $chain ]] || fail BakeFailed "containerd shows fewer layers than it has below ${chain_layer[$1]}: $mounts"
}

# place CHAIN FOLDER: notes where containerd has a layer that was fetched, for who compares it.
place() {
    chain_folder[$1]=$2
    placed=$((placed + 1))
    printf '%s %s\n' "$1" "$2" >"$work/placed/$placed"
}

# inherit FOLDER ROOT PARENT: gives directories that a layer has no entry for what containerd gives them: owner, mode and
# attributes of the highest directory of that name below. Says what it can't do like containerd.
inherit() {
    local from=$1 path chain part rest
    local -A giver=()
    while IFS= read -r -d '' path; do
        if [[ -z $path ]]; then
            chown --reference="$2" "$from"
            chmod --reference="$2" "$from"
            continue
        fi
        chain=$3
        while [[ -n $chain ]]; do
            part=${chain_folder[$chain]} rest=$path/
            while [[ -n $rest && -d $part ]]; do
                part+=/${rest%%/*} rest=${rest#*/}
                if [[ -L $part ]]; then
                    printf 'a symbolic link below leads to the directory %s' "$path"
                    return
                fi
            done
            if [[ -z $rest && -e $part ]]; then
                # What is no directory was replaced: nothing is taken from it, nor from what is below it.
                [[ -d $part ]] || break
                printf '%s\0' "$path" >>"$from.from-${chain#sha256:}"
                giver[$chain]=1
                break
            fi
            chain=${chain_parent[$chain]}
        done
    done <"$from.implied"
    for chain in "${!giver[@]}"; do
        tar --create --format=posix --no-recursion --xattrs --xattrs-include='*' --xattrs-exclude='trusted.*' \
            --directory="${chain_folder[$chain]}" --null --verbatim-files-from --files-from="$from.from-${chain#sha256:}" |
            tar --extract --touch --same-owner --preserve-permissions --xattrs --xattrs-include='*' --directory="$from"
    done
}

# commit_layers: hands large layers over to containerd's snapshotter as they are ready, in the chains' order.
commit_layers() {
    local at chain next parent
    local -A is_base=()
    while read -r chain; do is_base[$chain]=1; done < <(bases)
    for at in "${!chains[@]}"; do
        chain=${chains[at]} next=${chains[at + 1]:-}
        parent=${chain_parent[$chain]}
        if is_large "$chain"; then
            doing="unpacking ${chain_image[$chain]}"
            await_layer "$chain"
            if [[ $layer_result == "done" && (-z $parent || -n ${chain_folder[$parent]:-}) ]]; then
                if [[ -n $next ]]; then
                    parent=${chain_parent[$next]}
                    is_large "$next" && [[ -z $parent || $parent == "$chain" || -n ${chain_folder[$parent]:-} ]] || next=
                fi
                commit_layer "$chain" "$next"
            fi
        elif [[ -n ${is_base[$chain]:-} ]] && below_is_committed "$chain"; then
            snapshots unpack \
                "$(jq -r --arg name "prebake.invalid/base:${chain#sha256:}" \
                    '.manifests[] | select(.annotations["io.containerd.image.name"] == $name) | .digest' "$work/layout/index.json")"
            learn_folders "$chain"
        fi
    done
    discard_prepared
}

# below_is_committed CHAIN: whether containerd can unpack up to it from what it has: no large layer below is left to it.
below_is_committed() {
    local chain=$1
    while [[ -n $chain ]]; do
        ! is_large "$chain" || [[ -n ${chain_folder[$chain]:-} ]] || return 1
        chain=${chain_parent[$chain]}
    done
}

# commit_layer CHAIN NEXT: hands it over, and prepares the next that can be prepared then, if there is one.
commit_layer() {
    local chain=$1 next=$2 from why answer folder
    [[ $prepared == "$chain" ]] || prepare_layer "$chain"
    folder=$prepared_folder prepared=
    from=$volume/.prebake/layers/${chain#sha256:}
    if [[ -e $from.implied ]]; then
        why=$(inherit "$from" "$folder" "${chain_parent[$chain]}")
        if [[ -n $why ]]; then
            snapshots rm "prebake-${chain#sha256:}"
            return
        fi
    fi
    # In the place of the empty one.
    mv -T "$from" "$folder"
    if [[ -n $next ]]; then
        call Commit "$chain" "prebake-${chain#sha256:}" Prepare "prebake-${next#sha256:}" "${chain_parent[$next]}"
        note_prepared "$next"
    else
        call Commit "$chain" "prebake-${chain#sha256:}"
    fi
    place "$chain" "$folder"
}

prepare_layer() {
    local answer
    discard_prepared
    call Prepare "prebake-${1#sha256:}" "${chain_parent[$1]}"
    note_prepared "$1"
}

# note_prepared CHAIN: what the answer says of where its files shall be: the mount, or the overlay's upper directory.
note_prepared() {
    local all=$volume/io.containerd.snapshotter.v1.overlayfs/snapshots
    [[ $answer =~ ($all/[0-9]+/fs) ]] ||
        fail BakeFailed "containerd prepared a layer without a folder: ${answer//[[:cntrl:]]/ }"
    prepared=$1 prepared_folder=${BASH_REMATCH[1]}
}

# discard_prepared: if a layer was prepared that then was not to be committed.
discard_prepared() {
    [[ -z $prepared ]] || snapshots rm "prebake-${prepared#sha256:}"
    prepared=
}

# call METHOD KEY NAME [METHOD KEY NAME]: one or two calls of containerd's snapshots service, by one curl, which takes longer to start
# than to be answered. ctr would take a call more for each layer, since it labels what it commits, and twice curl's time for it.
# Leaves in answer what came back of the last.
call() {
    local file=$work/call said='' headers options=() number=0
    while (($# > 0)); do
        number=$((number + 1))
        message "$SNAPSHOTTER" "$2" "$3" >"$file.$number"
        ((number == 1)) || options+=(--next)
        # Another host for the second: its connection is its own.
        options+=("${call_options[@]}" --data-binary "@$file.$number" --output "$file.answer" --dump-header "$file.headers.$number"
            "http://containerd-$number/containerd.services.snapshots.v1.Snapshots/$1")
        : >"$file.headers.$number"
        said+="${said:+, }$*"
        shift 3
    done
    curl "${options[@]}" 2>"$file.error" 3>&- 4>&- 9>&- || true
    for ((; number > 0; number--)); do
        headers=
        read -r -d '' headers <"$file.headers.$number" || true
        [[ $headers == *'grpc-status: 0'* ]] || fail BakeFailed \
            "containerd's snapshots service failed at $said: $(tr -d '\r' <"$file.headers.$number" | grep '^grpc-' | tr '\n' ' ')$(last_words "$file.error")"
    done
    answer=
    while IFS= read -r -d '' said || [[ -n $said ]]; do answer+=$said; done <"$file.answer"
}

# message STRING...: a gRPC message of these fields.
message() {
    local field=1 value part body=''
    for value in "$@"; do
        # A string of a Protocol Buffers message: the field's number and type, the length, the value.
        printf -v part '\\x%02x\\x%02x%s' "$((field++ << 3 | 2))" "${#value}" "$value"
        [[ -z $value ]] || body+=$part
    done
    printf -v body '%b' "$body"
    printf -v part '\\x%02x' "${#body}"
    printf '\0\0\0\0%b%s' "$part" "$body"
}

# complete_images: has containerd unpack what is left of each image, and bind all of its layers to it.
complete_images() {
    local i chain
    for i in "${!references[@]}"; do
        [[ -n ${tops[i]} ]] || continue
        doing="unpacking ${references[i]}"
        chain=${tops[i]}
        while [[ -n $chain ]]; do
            if is_large "$chain" && [[ -z ${chain_folder[$chain]:-} ]]; then
                in_containerd content ingest --expected-size "${chain_size[$chain]}" --expected-digest "${chain_layer[$chain]}" \
                    "prebake-${chain_layer[$chain]#sha256:}" <"$spool/${chain_layer[$chain]#sha256:}"
            fi
            chain=${chain_parent[$chain]}
        done
        run "${client[@]}" snapshots --snapshotter "$SNAPSHOTTER" unpack "${digests[i]}" 2>"$work/log/unpack-$i" ||
            fail ImagePullFailed "unpacking ${references[i]} (${digests[i]}) failed: $(last_words "$work/log/unpack-$i")" "${references[i]}"
        learn_folders "${tops[i]}"
    done
    doing="releasing layers"
    # Nothing but its image and the layers on it shall keep a layer: on a node, the garbage collection has to get rid of it with them.
    for chain in "${kept_tops[@]}"; do snapshots label "$chain" containerd.io/gc.root=; done
    in_containerd leases delete "$LEASE"
}

# ---- content ------------------------------------------------------------------------------------------------------

# manifest_of DIGEST: the digest of this platform's manifest, which is DIGEST itself unless that is an index.
manifest_of() {
    local digest=$1 child found depth
    if [[ -e $work/manifests/${digest#sha256:} ]]; then
        read -r digest _ <"$work/manifests/${digest#sha256:}"
        printf '%s' "$digest"
        return 0
    fi
    for depth in 1 2 3; do
        [[ -f $blobs/${digest#sha256:} ]] || return 1
        if ! jq -e '.manifests | type == "array"' "$blobs/${digest#sha256:}" >/dev/null; then
            printf '%s' "$digest"
            return 0
        fi
        ((depth < 3)) || return 1
        found=
        while read -r child; do
            if [[ -f $blobs/${child#sha256:} ]]; then
                found=$child
                break
            fi
        done < <(jq -r --arg architecture "$architecture" '
            .manifests | map(select(.platform == null or (.platform.os == "linux" and .platform.architecture == $architecture)))[]
            | .digest' "$blobs/${digest#sha256:}")
        [[ -n $found ]] || return 1
        digest=$found
    done
}

config_of() {
    local manifest config
    if [[ -e $work/manifests/${1#sha256:} ]]; then
        read -r _ config _ <"$work/manifests/${1#sha256:}"
        printf '%s\n' "$config"
        return 0
    fi
    manifest=$(manifest_of "$1") || return 1
    jq -r .config.digest "$blobs/${manifest#sha256:}"
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
    local name digest attempt unwanted=()
    while read -r name; do wanted[$name]=1; done < <(all_names)
    while read -r name; do
        [[ -n ${wanted[$name]:-} ]] || unwanted+=("$name")
    done < <(in_containerd images ls -q)
    # Waits for the garbage collection that follows, which would take content from under what comes next.
    ((${#unwanted[@]} == 0)) || in_containerd images rm --sync "${unwanted[@]}"

    # Takes the layers' references off the manifests, and then runs containerd's garbage collection to its end. What the
    # collection would wrongly take with them is missed by the verification.
    for attempt in 1 2 3; do
        run "${client[@]}" content prune references 2>"$work/log/prune" && break
        # Another collection, of an import that has just ended, was quicker at a blob that it had listed.
        if ((attempt == 3)) || ! grep -qF 'not found' "$work/log/prune"; then
            fail BakeFailed "$doing failed: $(last_words "$work/log/prune")"
        fi
    done

    wanted=()
    while read -r digest; do wanted[$digest]=1; done < <(kept_blobs)
    for attempt in 1 2 3; do
        unwanted=()
        while read -r digest; do
            [[ -n ${wanted[$digest]:-} ]] || unwanted+=("$digest")
        done < <(in_containerd content ls -q)
        ((${#unwanted[@]} > 0)) || return 0
        # A garbage collection may be at it too, and be quicker.
        in_containerd content rm "${unwanted[@]}" 2>"$work/log/unwanted" || true
    done
    fail BakeFailed "$doing failed: ${#unwanted[@]} blobs stay that no image needs: $(last_words "$work/log/unwanted")"
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
    done < <(snapshots ls)
    while read -r key bytes _; do
        [[ $bytes == *[!0-9]* ]] || snapshot_bytes[$key]=$bytes
    done < <(snapshots usage -b)
}

incomplete() {
    fail ImageIncomplete "$1 on volume $volume_id is incomplete after its pull: $2" "$1"
}

# verify NAME DIGEST: checks that a node can start the image from this volume alone; prints its part of the report.
verify() {
    local name=$1 digest=$2 manifest config chain diff parent='' unpacked=0 compressed layers target=$work/view image_architecture
    local facts chains=()
    doing="verifying $name"
    manifest=$(manifest_of "$digest") || incomplete "$name" "no manifest for linux/$architecture below $digest"
    config=$(config_of "$digest")
    for chain in "$digest" "$manifest" "$config"; do
        [[ -n ${content[$chain]:-} && -f $blobs/${chain#sha256:} ]] || incomplete "$name" "its blob $chain is missing"
    done
    # As they stand on the volume.
    mapfile -t facts < <(jq -r --slurpfile config "$blobs/${config#sha256:}" '
        "\($config[0].architecture) \(.layers | length) \([.layers[].size] | add // 0)", $config[0].rootfs.diff_ids[]' "$blobs/${manifest#sha256:}")
    read -r image_architecture layers compressed <<<"${facts[0]}"
    [[ $image_architecture == "$architecture" ]] ||
        fail ImagePullFailed "$name ($digest) is an image for $image_architecture, not for $architecture" "$name"

    ((${#facts[@]} - 1 == layers)) || incomplete "$name" "its manifest has $layers layers, its config $((${#facts[@]} - 1))"
    chain=
    for diff in "${facts[@]:1}"; do
        # As it was worked out for the plan, if it was.
        parent=$chain chain=${chain_ids[$chain $diff]:-}
        [[ -n $chain ]] || chain_id "$parent" "$diff"
        chains+=("$chain")
    done
    parent=
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
    # Names and digests need no escapes.
    printf '{"reference":"%s","digest":"%s","manifestDigest":"%s","compressedBytes":%s,"unpackedBytes":%s,"layers":%s}\n' \
        "$name" "$digest" "$manifest" "$compressed" "$unpacked" "$layers" >>"$work/verified"
}

# compare_layer CHAIN FOLDER: compares what stands on the volume with what the registry served, member by member: content,
# type, mode, owner and time. Leaves the differences in its log. A member that the archive has twice counts as it came last.
compare_layer() {
    local file=$spool/${chain_layer[$1]#sha256:} log=$work/log/compare-${1#sha256:} status=0
    local compare=(tar --compare --blocking-factor=1024 --directory="$2" --numeric-owner --warning=no-unknown-keyword
        --warning=no-timestamp)
    # A plain file, in large records: through a pipe, in tar's own, a comparison takes more than twice as long.
    if [[ -e $file.tar ]]; then
        "${compare[@]}" --file="$file.tar" >"$log" 2>&1 || status=$?
    else
        unpacked "$file" | "${compare[@]}" --file=- >"$log" 2>&1 || status=$?
    fi
    ((status != 0)) || return 0
    # One that a signal ended has said nothing.
    [[ $status -lt 128 && -s $log ]] || echo "tar ended with status $status" >>"$log"
    sed -E -i '/^tar: (.*\/)?\.wh\.[^/]*: Warning: Cannot stat: No such file or directory$/d' "$log"
    if [[ -s $log ]]; then
        unpacked "$file" | tar --list --file=- --quoting-style=escape 2>"$log.list" |
            sort | uniq -d >"$log.twice" || true
        awk -F': ' 'FILENAME == ARGV[1] { twice[$0] = 1; next } !($1 in twice)' "$log.twice" "$log" >"$log.left"
        mv "$log.left" "$log"
    fi
    [[ ! -s $log ]]
}

# compare_layers WORKER: those that nobody else has taken, as containerd has them in their place. Notes the first that differs.
compare_layers() {
    local number chain folder file
    # What unpacks goes first: the comparison is for when it waits.
    renice -n 10 -p "$BASHPID" || true
    for ((number = 1; number <= ${#chains[@]}; number++)); do
        take "$work/compared/$number" || continue
        while [[ ! -s $work/placed/$number ]]; do nap 0.05; done
        read -r chain folder <"$work/placed/$number"
        compare_layer "$chain" "$folder" || {
            printf '%s' "$chain" >"$work/differs-$1"
            return 1
        }
        [[ -z ${layer_twice[${chain_layer[$chain]}]:-} ]] || continue
        # To give all of the memory back at the end would take its time.
        file=$spool/${chain_layer[$chain]#sha256:}
        printf '%s\n' "${chain_size[$chain]}" >>"$work/dropped"
        rm -f "$file" "$file.tar"
    done
}

# start_comparing: every layer that is fetched, as many at once as there are processors.
start_comparing() {
    local i width
    mkdir -p "$work/placed" "$work/compared"
    width=$(nproc)
    for ((i = 0; i < width; i++)); do
        start_job compare_layers "$i" >/dev/null 2>>"$work/log/compare"
        comparing+=("$job")
    done
}

await_compared() {
    local i chain
    doing="comparing the volume with the layers"
    for i in "${!comparing[@]}"; do
        end_job "${comparing[i]}" || {
            [[ -e $work/differs-$i ]] || fail BakeFailed "$doing ended early: $(last_words "$work/log/compare")"
            chain=$(<"$work/differs-$i")
            incomplete "${chain_image[$chain]}" "its layer ${chain_layer[$chain]} is not what its registry served: $(
                head -n 3 "$work/log/compare-${chain#sha256:}" | tr '\n' ' ' | tail -c 500
            )"
        }
    done
}

# write_manifest: what the volume has, for who mounts it and for the bake that goes on from it.
write_manifest() {
    local chain folder file=$volume/manifest.json
    doing="writing manifest.json to volume $volume_id"
    local -A seen=()
    for chain in "${tops[@]}"; do
        while [[ -n $chain && -z ${seen[$chain]:-} ]]; do
            folder=${chain_folder[$chain]%/fs}
            printf '%s %s %s %s %s\n' "$chain" "${chain_layer[$chain]}" "${chain_diff[$chain]}" "${chain_size[$chain]}" "${folder##*/}"
            seen[$chain]=1 chain=${chain_parent[$chain]}
        done
    done >"$work/layers-baked"
    jq -n --argjson format "$FORMAT" --arg containerd "$containerd_version" --arg architecture "$architecture" \
        --argjson empty "$empty_bytes" --arg tree "$(<"$work/tree")" --slurpfile images "$work/verified" \
        --rawfile layers "$work/layers-baked" '
        {format: $format, containerd: $containerd, architecture: $architecture, emptyBytes: $empty, tree: $tree, images: $images,
         layers: [$layers | split("\n")[] | select(. != "") | split(" ")
            | {chainId: .[0], digest: .[1], diffId: .[2], compressedBytes: (.[3] | tonumber), folder: .[4]}]}' >"$work/manifest.json"
    cmp -s "$work/manifest.json" "$file" || cp "$work/manifest.json" "$file"
}

# ---- the bake -----------------------------------------------------------------------------------------------------

# begin_pull: starts what fetches and unpacks layers, and containerd beside it.
begin_pull() {
    # A tick of the kernel's clock later, whatever unpacking makes of itself is newer.
    : >"$work/started"
    nap 0.02
    plan_layers
    make_spool
    mkdir -p "$work/layers" "$work/taken" "$work/ahead" "$volume/.prebake/layers"
    : >"$work/unpacked"
    : >"$work/dropped"
    start_job run_pool 2>"$work/log/pool"
    pool_job=$job
    start_job flush_volume
    flush_job=$job
    [[ -z $spool_in_memory ]] || hold_stores_in_memory
    start_containerd
}

bake() {
    local started=${EPOCHREALTIME/./} since prepare_s pull_s verify_s finish_s used size i
    since=$started
    check_tools
    read_request
    work=$(mktemp -d /run/prebake.XXXXXX)
    volume=$work/volume
    documents=$work/layout/blobs/sha256
    blobs=$volume/io.containerd.content.v1.content/blobs/sha256
    client=(ctr --address "$work/containerd.sock" --namespace "$NAMESPACE")
    # gRPC is HTTP/2.
    call_options=(--silent --show-error --http2-prior-knowledge --unix-socket "$work/containerd.sock" --max-time 600
        --header 'Content-Type: application/grpc' --header 'TE: trailers'
        --header "containerd-namespace: $NAMESPACE" --header "containerd-lease: $LEASE")
    mkdir "$work/log"
    exec >>"$work/log/bake" 2>&1
    mkfifo "$work/wake"
    exec 9<>"$work/wake"
    enter prepare
    print_progress 3>&- &
    progress_pid=$!

    start_job containerd --version >"$work/containerd"
    version_job=$job
    find_device
    start_resolving
    prepare_volume
    learn_version
    prepare_s=$(seconds_since "$since") since=${EPOCHREALTIME/./}

    enter pull
    await_resolved
    begin_pull
    await_base
    printf '%s %s\n' "$needed_bytes" "$spool" >"$work/needed.new"
    mv "$work/needed.new" "$work/needed"
    hold_layers
    start_comparing
    import_images
    commit_layers
    end_job "$pool_job" || true
    enter unpack
    complete_images
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
    await_compared
    rm -rf "$volume/.prebake"
    verify_s=$(seconds_since "$since") since=${EPOCHREALTIME/./}

    enter finish
    start_job tree_sum >"$work/tree"
    doing="stopping containerd"
    stop_containerd
    save_stores
    end_job "$job"
    cancel_job "$flush_job"
    write_manifest
    doing="finishing volume $volume_id"
    run sync -f "$volume"
    # Best effort: EBS volumes take no discard, the lab's do, and it keeps their snapshots small. What the base had is no longer
    # zero if it is discarded, and would count as changed.
    base_is_kept || run fstrim "$volume" || true
    # Without what an empty XFS counts as used: that is reserved, not written, and grows with the volume.
    used=$(($(used_bytes) - empty_bytes))
    size=$(blockdev --getsize64 "$device")
    doing="unmounting volume $volume_id"
    unmount_all
    echo stop >&9
    finish_s=$(seconds_since "$since")

    doing="writing the report"
    report=$(jq -sc --arg containerd "$containerd_version" --arg architecture "$architecture" --arg volume "$volume_id" \
        --argjson size "$size" --argjson used "$used" --argjson prepare "$prepare_s" --argjson pull "$pull_s" \
        --argjson verify "$verify_s" --argjson finish "$finish_s" --argjson total "$(seconds_since "$started")" \
        --arg base "$base" --arg discarded "$discarded" --argjson fetched "$fetched_bytes" \
        '{containerd: $containerd, architecture: $architecture, images: .}
         + (if $base == "" then {} else {base: ({snapshotId: $base, kept: ($discarded == "")}
            + (if $discarded == "" then {} else {discarded: $discarded} end)) } end)
         + {volume: {volumeId: $volume, sizeBytes: $size, usedBytes: $used, fetchedBytes: $fetched},
          seconds: {prepare: $prepare, pull: $pull, verify: $verify, finish: $finish, total: $total} }' "$work/verified")
    wait "$progress_pid" || true
    progress_pid=
}

trap 'on_exit $?' EXIT
trap 'unforeseen "$?" "$LINENO"' ERR
trap 'fail BakeFailed "the bake was stopped by a signal while $doing"' INT TERM HUP
bake
