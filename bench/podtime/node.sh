#!/usr/bin/env bash
# One node of the benchmark's cluster: a machine of its own as far as the kubelet and containerd can tell, in mount and host name
# namespaces. Usage: node.sh NAME IMAGE_FILE FOLDER ADDRESS PORT
# IMAGE_FILE holds its data volume, to be mounted at /var/lib/containerd; FOLDER has the kubelet's configuration and gets its logs;
# /run and /var/lib/kubelet are in it too, so that the node can be reached from outside. Runs until it is killed.
set -euo pipefail

name=$1 image=$2 folder=$3 address=$4 port=$5
programs=${KUBERNETES:?}
hostname "$name"
mkdir -p "$folder"/{run,kubelet,log}
mount --bind "$folder/run" /run
mount --bind "$folder/log" /var/log
mount -t tmpfs tmpfs /var/lib
mkdir /var/lib/{kubelet,containerd,cni}
mount --bind "$folder/kubelet" /var/lib/kubelet
loop=$(losetup --find --show "$image")
mount -t xfs -o noatime "$loop" /var/lib/containerd
# The device goes when the last namespace that has the mount does.
losetup -d "$loop"
mkdir -p /run/cni /run/certs

major=$(containerd --version | sed -E 's/^containerd +[^ ]+ +v?([0-9]+)\..*/\1/')
# Only root proper may lower an OOM score.
if [[ $major == 1 ]]; then
    cri='"io.containerd.grpc.v1.cri"'
    version=2 images=$cri runtime=$cri sandbox="sandbox_image = \"localhost/kubernetes/pause:latest\""
else
    version=3 images='"io.containerd.cri.v1.images"' runtime='"io.containerd.cri.v1.runtime"' sandbox=
fi
{
    cat <<CONFIG
version = $version
root = "/var/lib/containerd"
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "/run/opt"
[plugins.$runtime]
  restrict_oom_score_adj = true
  $sandbox
[plugins.$runtime.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[plugins.$runtime.cni]
  bin_dir = "$programs/cni"
  conf_dir = "/run/cni"
[plugins.$images.registry]
  config_path = "/run/certs"
CONFIG
    if [[ $major == 1 ]]; then
        printf '[plugins.%s.containerd]\n  discard_unpacked_layers = true\n' "$images"
    else
        printf '[plugins.%s]\n  discard_unpacked_layers = true\n' "$images"
        printf '[plugins.%s.pinned_images]\n  sandbox = "localhost/kubernetes/pause:latest"\n' "$images"
    fi
} >/run/containerd.toml
mkdir -p "/run/certs/${REGISTRY:?}"
printf 'server = "http://%s"\n[host."http://%s"]\ncapabilities = ["pull", "resolve"]\n' "$REGISTRY" "$REGISTRY" \
    >"/run/certs/$REGISTRY/hosts.toml"
cat >/run/cni/10-bridge.conflist <<CONFIG
{"cniVersion": "0.4.0", "name": "pods", "plugins": [{"type": "bridge", "bridge": "$name", "isGateway": true,
 "ipam": {"type": "host-local", "dataDir": "/run/cni-addresses", "ranges": [[{"subnet": "10.88.${address##*.}.0/24"}]]}}]}
CONFIG

containerd --config /run/containerd.toml --log-level warn >"$folder/containerd.log" 2>&1 &
until ctr version >/dev/null 2>&1; do
    kill -0 $!
    sleep 0.1
done
# As nodeadm does from the AMI, where the volume has none.
if [[ -z $(ctr -n k8s.io images ls -q name==localhost/kubernetes/pause:latest) ]]; then
    ctr -n k8s.io images import /etc/eks/pause.tar >/dev/null
    ctr -n k8s.io images label localhost/kubernetes/pause:latest io.cri-containerd.image=managed io.cri-containerd.pinned=pinned >/dev/null
fi

cat >"$folder/kubelet.yaml" <<CONFIG
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: 127.0.0.1
port: $port
healthzPort: 0
readOnlyPort: 0
authentication: {anonymous: {enabled: false}, webhook: {enabled: false}}
authorization: {mode: AlwaysAllow}
cgroupDriver: cgroupfs
cgroupRoot: /${CONTROL_GROUP:?}/$name
cgroupsPerQOS: true
enforceNodeAllocatable: []
failSwapOn: false
makeIPTablesUtilChains: false
oomScoreAdj: 0
resolvConf: ""
clusterDNS: [10.96.0.10]
evictionHard: {memory.available: 100Mi}
imageGCHighThresholdPercent: ${GC_HIGH:-100}
imageGCLowThresholdPercent: ${GC_LOW:-99}
CONFIG
kubelet_options=(--config "$folder/kubelet.yaml" --kubeconfig "$folder/kubeconfig" --node-ip "$address"
    --root-dir /var/lib/kubelet --cert-dir /run/kubelet-certs --node-labels "prebake/cache=$name")
if [[ $("$programs/kubelet" --version) == *' v1.2'[0-6].* ]]; then
    kubelet_options+=(--container-runtime=remote --container-runtime-endpoint=unix:///run/containerd/containerd.sock)
else
    printf 'containerRuntimeEndpoint: unix:///run/containerd/containerd.sock\nfailCgroupV1: false\n' >>"$folder/kubelet.yaml"
fi
exec "$programs/kubelet" "${kubelet_options[@]}" >"$folder/kubelet.log" 2>&1
