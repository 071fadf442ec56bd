#!/usr/bin/env bash
# A pod of the PyTorch image in a real cluster, timed by `prebake podtime`: on a node whose containerd has a baked volume, against a
# node of the same kind that pulls. API server, etcd, controllers, scheduler, two kubelets and two containerds run on this machine, in
# a network namespace of their own where there is nothing but loopback and the pods. Before each run the page cache is dropped, and
# the node that pulls loses the image.
# RUNS (default 5): how often the pair is measured. CHART=FILE.svg, RESULT=FILE.json: where podtime's picture and document go.
# KUBERNETES: a folder with the programs of another Kubernetes, etcd and cni/ (default: made from Debian's source package by
# kubernetes.sh). TRY=COMMAND: runs that in the cluster instead, with KUBECONFIG set.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
here=$root/bench/podtime
if [[ ${1:-} != --inside ]]; then
    # What may have to be made needs the network that is outside.
    KUBERNETES=${KUBERNETES:-$("$here/kubernetes.sh")}
    export KUBERNETES
    "$root/prebake" --version >&2
    "$root/bench/images/pytorch.sh" >/dev/null
fi
# shellcheck disable=SC2034 # for common.sh
namespaces=(--net --pid --fork --kill-child --mount-proc)
# shellcheck source=bench/common.sh
source "$root/bench/common.sh"
runs=${RUNS:-5}
ip link set lo up
# A kubelet takes no address of 127.0.0.0/8 for its node's.
ip address add 10.0.0.1/32 dev lo
ip address add 10.0.0.2/32 dev lo

CONTROL_GROUP=prebake-bench-$$-${work##*.}
export CONTROL_GROUP
settings=(vm/overcommit_memory kernel/panic kernel/panic_on_oops)
mapfile -t before < <(cd /proc/sys && cat "${settings[@]}")
nodes=()
tear_down() {
    set +e
    local group i pid
    kill "${nodes[@]}" 2>/dev/null
    wait "${nodes[@]}" 2>/dev/null
    # All that is left in this process namespace: shims and what runs in pods.
    for pid in $(ps -e -o pid=); do ((pid == $$ || pid == 1)) || kill -KILL "$pid" 2>/dev/null; done
    wait 2>/dev/null
    registry_pid=
    # A group goes only after the last of its processes has, which takes its time.
    for group in /sys/fs/cgroup/*/"$CONTROL_GROUP" /sys/fs/cgroup/"$CONTROL_GROUP"; do
        for ((i = 0; i < 100; i++)); do
            [[ -d $group ]] || break
            find "$group" -depth -type d -exec rmdir {} \; 2>/dev/null
            [[ ! -d $group ]] || sleep 0.1
        done
    done
    # The kubelet sets them for the whole machine.
    for i in "${!settings[@]}"; do echo "${before[i]}" >"/proc/sys/${settings[i]}"; done
    clean_up
}
trap tear_down EXIT
trap 'exit 130' INT TERM

# ---- a baked volume and one that is empty ---------------------------------------------------------------------------
say() { echo "$*" >&2; }
say "baking"
mkdir -p "$work"/{etc,etc-work,pause/bin}
mount -t overlay -o "lowerdir=/etc,upperdir=$work/etc,workdir=$work/etc-work" overlay /etc
mkdir -p /etc/eks
cp "$(command -v busybox)" "$work/pause/bin/"
"$root/prebake" pack "$work/pause-layout" kubernetes/pause:latest "$work/pause" \
    --entrypoint /bin/busybox --entrypoint sleep --entrypoint 2147483647 >&2
jq '.manifests[0].annotations = {"io.containerd.image.name": "localhost/kubernetes/pause:latest", "org.opencontainers.image.ref.name": "latest"}' \
    "$work/pause-layout/index.json" >"$work/index.json"
mv "$work/index.json" "$work/pause-layout/index.json"
tar -C "$work/pause-layout" -cf /etc/eks/pause.tar .
serve "$("$root/bench/images/pytorch.sh")"
read -r image digest <"$work/images"
REGISTRY=${image%%/*}
export REGISTRY
fresh_volume
ours "" "$image" "$digest" >/dev/null
mv "$work/volume.img" "$work/cached.img"
truncate -s 16G "$work/uncached.img"
mkfs.xfs -q "$work/uncached.img"

# ---- the control plane ----------------------------------------------------------------------------------------------
say "starting the cluster"
server=https://127.0.0.1:6443
control=$work/control
mkdir "$control"
openssl genrsa -out "$control/accounts.key" 2048 2>/dev/null
{
    echo "admin-token,admin,1,system:masters"
    echo "controllers-token,system:kube-controller-manager,2"
    echo "scheduler-token,system:kube-scheduler,3"
    echo "cached-token,system:node:cached,4,system:nodes"
    echo "uncached-token,system:node:uncached,5,system:nodes"
    echo "stranger-token,stranger,6"
} >"$control/tokens.csv"
# kubeconfig FILE TOKEN
kubeconfig() {
    cat >"$1" <<CONFIG
apiVersion: v1
kind: Config
clusters: [{name: bench, cluster: {server: "$server", certificate-authority: $control/apiserver.crt}}]
users: [{name: bench, user: {token: $2}}]
contexts: [{name: bench, context: {cluster: bench, user: bench}}]
current-context: bench
CONFIG
}
"$KUBERNETES/etcd" --data-dir "$work/etcd" --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
    --listen-peer-urls http://127.0.0.1:2380 >"$control/etcd.log" 2>&1 &
"$KUBERNETES/kube-apiserver" --etcd-servers http://127.0.0.1:2379 --bind-address 127.0.0.1 --advertise-address 10.0.0.1 \
    --cert-dir "$control" --token-auth-file "$control/tokens.csv" --authorization-mode Node,RBAC --service-cluster-ip-range 10.96.0.0/24 \
    --service-account-issuer "$server" --service-account-key-file "$control/accounts.key" \
    --service-account-signing-key-file "$control/accounts.key" --api-audiences "$server" >"$control/apiserver.log" 2>&1 &
apiserver=$!
export KUBECONFIG=$control/admin
kubeconfig "$KUBECONFIG" admin-token
kubectl() { "$KUBERNETES/kubectl" "$@"; }
# await SECONDS COMMAND...: until it succeeds.
await() {
    local until=$((SECONDS + $1))
    shift
    until "$@" >"$work/said" 2>&1; do
        ((SECONDS < until)) || {
            say "gave up on: $*; it said last:"
            cat "$work/said" >&2
            grep -hE '^F|^panic|rror' "$control"/*.log "$work"/*cached/*.log | cut -c1-300 | tail -n 20 >&2 || true
            return 1
        }
        sleep 0.3
    done
}
await 120 kubectl get --raw /readyz
kubeconfig "$control/controllers" controllers-token
kubeconfig "$control/scheduler" scheduler-token
"$KUBERNETES/kube-controller-manager" --kubeconfig "$control/controllers" --service-account-private-key-file "$control/accounts.key" \
    --root-ca-file "$control/apiserver.crt" --use-service-account-credentials --leader-elect=false --bind-address 127.0.0.1 \
    --cert-dir "$control" >"$control/controllers.log" 2>&1 &
"$KUBERNETES/kube-scheduler" --kubeconfig "$control/scheduler" --leader-elect=false --bind-address 127.0.0.1 \
    >"$control/scheduler.log" 2>&1 &

# control_group PATH: in each hierarchy of version 1, or in the one of version 2.
control_group() {
    local hierarchy part group
    for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/*/; do
        if [[ $hierarchy == /sys/fs/cgroup ]]; then
            [[ -e $hierarchy/cgroup.controllers ]] || continue
        else
            [[ -e $hierarchy/cgroup.procs && ! -e /sys/fs/cgroup/cgroup.controllers ]] || continue
        fi
        group=$hierarchy
        for part in ${1//\// }; do
            [[ ! -e $group/cgroup.subtree_control ]] || sed 's/[^ ]*/+&/g' "$group/cgroup.controllers" >"$group/cgroup.subtree_control"
            mkdir -p "$group/$part"
            [[ ! -e $group/cpuset.cpus ]] || for file in cpuset.cpus cpuset.mems; do cat "$group/$file" >"$group/$part/$file"; done
            group=$group/$part
        done
    done
}

# ---- the nodes ------------------------------------------------------------------------------------------------------
number=0
for name in cached uncached; do
    number=$((number + 1))
    mkdir "$work/$name"
    control_group "$CONTROL_GROUP/$name"
    kubeconfig "$work/$name/kubeconfig" "$name-token"
    unshare --mount --uts --propagation private "$here/node.sh" "$name" "$work/$name.img" "$work/$name" "10.0.0.$number" "1035$number" \
        >"$work/$name/node.log" 2>&1 &
    nodes+=($!)
done
for name in cached uncached; do
    await 120 kubectl wait --for=condition=Ready "node/$name" --timeout=1s
done
await 60 kubectl get serviceaccount default

if [[ -n ${TRY:-} ]]; then
    export work image apiserver control
    bash -c "$TRY"
    exit
fi

# ---- the runs -------------------------------------------------------------------------------------------------------
for name in cached uncached; do
    cat >"$work/$name.yaml" <<POD
apiVersion: v1
kind: Pod
metadata: {name: pytorch-$name}
spec:
  nodeSelector: {prebake/cache: $name}
  terminationGracePeriodSeconds: 0
  containers:
    - name: pytorch
      image: $image
      command: [python3, -c, "import torch, time; open('/ready', 'w'); time.sleep(3600)"]
      readinessProbe: {exec: {command: [test, -e, /ready]}, periodSeconds: 1}
POD
done
cat >"$work/before" <<'BEFORE'
#!/usr/bin/env bash
# Takes the image off the node that pulls, with all that holds it there, and what the machine has of either node's in memory.
set -euo pipefail
client=(ctr --address "$work/uncached/run/containerd/containerd.sock" --namespace k8s.io)
if [[ -n $("${client[@]}" images ls -q name=="$image") ]]; then
    while read -r container found _; do
        [[ $found == "$image" ]] || continue
        "${client[@]}" tasks rm -f "$container" >/dev/null 2>&1 || true
        "${client[@]}" containers rm "$container"
    done < <("${client[@]}" containers ls | tail -n +2)
    "${client[@]}" images ls -q | grep -v ^localhost/ | xargs "${client[@]}" images rm --sync >/dev/null
fi
left=$("${client[@]}" snapshots ls | tail -n +2 | wc -l)
(($("${client[@]}" content ls -q | wc -l) <= 3)) || {
    echo "the node still has of the image: $left snapshots and $("${client[@]}" content ls -q | wc -l) blobs"
    exit 1
}
sync
echo 3 >/proc/sys/vm/drop_caches
BEFORE
chmod +x "$work/before"
export work image
cd "$work"
"$root/prebake" podtime apply --compare uncached.yaml cached.yaml --repeat "$runs" --before "$work/before" --delete \
    --chart "${CHART:-$work/chart.svg}" -o json >"$work/result.json"

jq -rs --arg version "$("$KUBERNETES/kubelet" --version)" '
    def figure: if .gap then "-" elif (.atMostSeconds - .atLeastSeconds) < 0.0005 then (.atLeastSeconds * 1000 | round / 1000 | tostring)
        else "\(.atLeastSeconds * 10 | floor / 10) to \(.atMostSeconds * 10 | ceil / 10)" end;
    def middle: (.atLeastSeconds + .atMostSeconds) / 2;
    .[0] as $result
    | def median($variant; $span): $result.statistics[] | select(.variant == $variant and .span == $span) | .median;
    ([$result.pods[] | select(.variant == "uncached.yaml") | .images[].alreadyPresent] | any) as $mixed
    | if $mixed then error("the node that pulls had the image already") else empty end,
    "\($version), \([$result.pods[].run] | max) runs, seconds (median)",
    "                       uncached        cached",
    (["scheduling", "preparing", "pulling", "initPrograms", "starting", "readiness", "scheduledToReady", "createdToReady"][] as $span
        | "\($span)                  "[:18] + (["uncached.yaml", "cached.yaml"] | map("                \(median(.; $span) | figure)"[-14:]) | join(""))),
    ((median("cached.yaml"; "scheduledToReady") | middle) as $ours
        | (median("uncached.yaml"; "scheduledToReady") | middle) as $baseline
        | {name: "podtime", ours: ($ours * 100 | round / 100), baseline: ($baseline * 100 | round / 100),
           ratio: ($baseline / $ours * 100 | round / 100), unit: "s"} | tojson)' "$work/result.json"
[[ -z ${RESULT:-} ]] || cp "$work/result.json" "$RESULT"
