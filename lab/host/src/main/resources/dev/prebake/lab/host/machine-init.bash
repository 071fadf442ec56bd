# PID 1 of a machine of the lab: sets up what the machine has for itself, then serves requests from stdin.
# Its stdin is a pipe that the lab's JVM holds. However the JVM ends, the pipe closes, this process ends, the kernel
# kills everything else in the PID namespace, and the mounts and loop devices go with the last process.
#
# Arguments: the machine's folder; "network" or "no-network"; folders that stay visible under the private /tmp and /run.
# Requests, one a line, each answered by one line, "ok" or "failed REASON":
#   attach DEVICE LINK   hold DEVICE open and show it as /dev/disk/by-id/LINK
#   detach LINK          let go of it
#   stop SECONDS         SIGTERM to every process, SIGKILL after SECONDS, then end
set -u
declare -A held=()
machine=$1 network=$2
shift 2

fail() {
    printf 'failed %s\n' "$*"
    exit 1
}

# Mounts a private tmpfs over $1, in which the folders of "$@" that lie under it can still be seen. The mounts are not
# noted in /run/mount (-n): it is the host's until /run is private.
private() {
    local over=$1 options=$2 folder stage=$machine/stage
    shift 2
    mkdir -p "$stage"
    mount -n -t tmpfs -o "$options" prebake "$stage" || fail "no tmpfs could be mounted for $over"
    for folder in "$@"; do
        if [[ $folder == "$over"/* && -d $folder ]]; then
            mkdir -p "$stage${folder#"$over"}"
            mount -n --bind "$folder" "$stage${folder#"$over"}" \
                || fail "$folder could not be kept visible under the private $over"
        fi
    done
    mount -n --move "$stage" "$over" || fail "the private $over could not be moved into place"
}

# Where a resolver keeps /etc/resolv.conf under /run, the machine needs a copy to resolve names.
resolver=$(readlink -f /etc/resolv.conf) || resolver=
servers=
if [[ $resolver == /run/* && -r $resolver ]]; then
    servers=$(<"$resolver")
fi

private /tmp mode=1777 "$@"
private /run mode=0755 "$@"
if [[ -n $servers ]]; then
    mkdir -p "${resolver%/*}" && printf '%s\n' "$servers" >"$resolver"
fi
mkdir -p /dev/disk/by-id
mount -n -t tmpfs -o mode=0755 prebake /dev/disk/by-id \
    || fail "no tmpfs could be mounted over /dev/disk/by-id"
if [[ $network == no-network ]] && command -v ip >/dev/null; then
    ip link set lo up || fail "the loopback interface could not be brought up"
fi

others() {
    local process
    for process in /proc/[0-9]*; do
        [[ $process == /proc/1 ]] || return 0
    done
    return 1
}

echo ok
while read -r request first second; do
    case $request in
        attach)
            if exec {descriptor}<"$first" && ln -s "$first" "/dev/disk/by-id/$second"; then
                held[$second]=$descriptor
                echo ok
            else
                echo "failed $first could not be opened as $second"
            fi
            ;;
        detach)
            descriptor=${held[$first]}
            exec {descriptor}<&-
            unset "held[$first]"
            rm -f "/dev/disk/by-id/$first"
            echo ok
            ;;
        stop)
            kill -TERM -1 2>/dev/null
            deadline=$((SECONDS + first))
            while others && ((SECONDS < deadline)); do
                sleep 0.02
            done
            echo ok
            exit 0
            ;;
        *)
            echo "failed unknown request $request"
            ;;
    esac
done
