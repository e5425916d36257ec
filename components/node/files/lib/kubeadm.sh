# shellcheck shell=bash
# kubeadm's documents with this machine's values filled in.

# kubeadm_documents KIND FILTER: the documents of cluster.json under that name, through FILTER, as kubeadm reads them.
# $me has the machine's values.
kubeadm_documents() {
  local me
  me=$(jq -c --arg id "$INSTANCE_ID" --arg ip "$INSTANCE_IP" --arg zone "$INSTANCE_ZONE" --arg type "$INSTANCE_TYPE" '
    ((if .member then {"holdfast.dev/member": .member.name} else {} end)
    + (if .pool then {"holdfast.dev/pool": .pool.name} + .pool.labels else {} end)
    + {"topology.kubernetes.io/region": .region, "topology.kubernetes.io/zone": $zone, "node.kubernetes.io/instance-type": $type}
    ) as $labels
    | {
      id: $id, ip: $ip, member: .member.name, taints: (.pool.taints // []),
      issuer: (.serviceAccountIssuer // ""),
      arguments: ([
        {name: "node-ip", value: $ip},
        {name: "provider-id", value: "aws:///\($zone)/\($id)"},
        {name: "node-labels", value: ($labels | to_entries | map("\(.key)=\(.value)") | join(","))}
      ] + (if .pool then [{name: "max-pods", value: (.pool.maxPods | tostring)}] else [] end))
    }' "$CONFIG/node.json")
  jq -er --argjson me "$me" "
    .kubeadm.$1[]
    | if .nodeRegistration then
        .nodeRegistration.name = \$me.id
        | .nodeRegistration.kubeletExtraArgs += \$me.arguments
        | (if .kind == \"JoinConfiguration\" then .nodeRegistration.taints = \$me.taints else . end)
      else . end
    | if .kind == \"ClusterConfiguration\" then .apiServer.extraArgs[].value |= gsub(\"@SERVICE_ACCOUNT_ISSUER@\"; \$me.issuer) else . end
    | if .localAPIEndpoint then .localAPIEndpoint.advertiseAddress = \$me.ip else . end
    | ${2:-.} | (\"---\", tojson)" "$HOLDFAST/cluster.json"
}

# etcd_certificate_documents: kubeadm issues etcd's certificates only for an etcd of its own; this one is never started.
etcd_certificate_documents() {
  local name
  name=$(cluster ".etcd.members[] | select(.name == \"$(node .member.name)\").dnsName")
  kubeadm_documents init "if .kind == \"ClusterConfiguration\"
    then .etcd = {local: {dataDir: \"/var/lib/etcd\", serverCertSANs: [\"$name\"], peerCertSANs: [\"$name\"]}} else . end"
}

# in_folder FOLDER: kubeadm's documents from standard input, with certificates in another folder.
in_folder() { grep -vxF -- --- | jq -r --arg folder "$1" 'if .kind == "ClusterConfiguration" then .certificatesDir = $folder else . end | "---", tojson'; }

# phase FILE PHASE…: one phase of kubeadm init.
phase() {
  local file=$1
  shift
  kubeadm init phase "$@" --config "$file"
}
