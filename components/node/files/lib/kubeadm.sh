# shellcheck shell=bash disable=SC2154 # members.sh sets members_file
# kubeadm's documents with this machine's values.

# kubeadm_documents init|join [FILTER]: documents of cluster.json as kubeadm reads them, through a jq filter.
kubeadm_documents() {
  local machine alone
  # Workers know no members.
  alone=$(jq --slurpfile node "$CONFIG/node.json" '."control-plane" == [$node[0].member.name]' "$members_file" 2>/dev/null || echo false)
  machine=$(jq -c --arg id "$INSTANCE_ID" --arg ip "$INSTANCE_IP" --arg zone "$INSTANCE_ZONE" --arg type "$INSTANCE_TYPE" '
    ((if .member then {"holdfast.dev/member": .member.name} else {} end)
    + (if .pool then {"holdfast.dev/pool": .pool.name} + .pool.labels else {} end)
    + {"topology.kubernetes.io/region": .region, "topology.kubernetes.io/zone": $zone, "node.kubernetes.io/instance-type": $type}
    ) as $labels
    | {
      id: $id, ip: $ip, taints: (.pool.taints // []),
      issuer: (.serviceAccountIssuer // ""), etcdEndpoints,
      arguments: ([
        {name: "node-ip", value: $ip},
        {name: "provider-id", value: "aws:///\($zone)/\($id)"},
        {name: "node-labels", value: ($labels | to_entries | map("\(.key)=\(.value)") | join(","))}
      ] + (if .pool then [{name: "max-pods", value: (.pool.maxPods | tostring)}] else [] end))
    }' "$CONFIG/node.json")
  jq -er --argjson machine "$machine" "
    .kubeadm.$1[]
    | if .nodeRegistration then
        .nodeRegistration.name = \$machine.id
        | .nodeRegistration.kubeletExtraArgs += \$machine.arguments
        | (if .kind == \"JoinConfiguration\" then .nodeRegistration.taints = \$machine.taints else . end)
      else . end
    | if .kind == \"ClusterConfiguration\" then .apiServer.extraArgs[].value |= gsub(\"@SERVICE_ACCOUNT_ISSUER@\"; \$machine.issuer) else . end
    | if \$machine.etcdEndpoints and .etcd.external then .etcd.external.endpoints = \$machine.etcdEndpoints else . end
    | if .kind == \"ClusterConfiguration\" and $alone then .apiServer.extraArgs |= map(select(.name != \"goaway-chance\")) else . end
    | if .localAPIEndpoint then .localAPIEndpoint.advertiseAddress = \$machine.ip else . end
    | ${2:-.} | (\"---\", tojson)" "$HOLDFAST/cluster.json"
}

# etcd_certificate_documents: kubeadm issues etcd certificates only for a local etcd, so these declare one that is never started.
etcd_certificate_documents() {
  local name
  name=$(member_field dnsName)
  kubeadm_documents init "if .kind == \"ClusterConfiguration\"
    then .etcd = {local: {dataDir: \"/var/lib/etcd\", serverCertSANs: [\"$name\"], peerCertSANs: [\"$name\"]}} else . end"
}

# with_certificates_dir FOLDER: documents from standard input, with another certificatesDir.
with_certificates_dir() { grep -vxF -- --- | jq -r --arg folder "$1" 'if .kind == "ClusterConfiguration" then .certificatesDir = $folder else . end | "---", tojson'; }

# init_phase FILE PHASE…: one phase of kubeadm init.
init_phase() { kubeadm init phase "${@:2}" --config "$1"; }

# api_server_error FILE: the reason why an API server ended, or its last log line. In a pod's log each line has a prefix.
api_server_error() {
  local reason
  reason=$(sed -nE 's/.*"command failed" err="(.*)"$/\1/p; s/^(.* F )?Error: //p' "$1" | tail -n 1)
  reason=${reason:-$(tail -n 1 "$1")}
  echo "${reason//\\\"/\"}"
}

# wanted_configuration: of the next instance of this member, as the settings have it.
wanted_configuration() {
  local parameter
  parameter=$(cluster .parameters.controlPlane)/$(node .member.name)
  aws_login && ssm_fetch "$parameter" && jq -er --arg name "$parameter" '.[$name]' <<<"$AWS_BODY"
}

# configuration_refused: the wanted configuration is the one that this member refused last.
refused_configuration=$STATE/configuration-refused
configuration_refused() {
  local wanted
  [ -e "$refused_configuration" ] && wanted=$(wanted_configuration) && [ "$wanted" = "$(<"$refused_configuration")" ]
}

# configuration_recently_refused: in the last 15 minutes. Later the member tries again: the cause may have been a lack of memory.
configuration_recently_refused() { [ -n "$(find "$refused_configuration" -mmin -15 2>/dev/null)" ] && configuration_refused; }
