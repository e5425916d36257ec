# shellcheck shell=bash
# Order of an upgrade: no kubelet and no kube-proxy may be newer than any API server (https://kubernetes.io/releases/version-skew-policy/).

# minor_of VERSION: `36` of `1.36.3` or `v1.36.3`.
minor_of() {
  local rest=${1#*.}
  echo "${rest%%.*}"
}

# kubelet_minors [SELECTOR]: minor versions of the nodes' kubelets, oldest first. A member's API server has the version of its kubelet.
kubelet_minors() {
  local versions version
  versions=$(kubectl get nodes -l "${1:-}" -o 'jsonpath={range .items[*]}{.status.nodeInfo.kubeletVersion}{"\n"}{end}') || return 1
  for version in $versions; do minor_of "$version"; done | sort -nu
}

# oldest_api_server: minor version of the oldest API server.
oldest_api_server() {
  local minors
  minors=$(kubelet_minors node-role.kubernetes.io/control-plane) && [ -n "$minors" ] && head -n 1 <<<"$minors"
}

# superseded: the settings have another configuration for this member than the one that it runs, so that its replacement is to come.
# Without Parameter Store, that of a newer cluster is taken for it.
superseded() {
  local wanted theirs own
  if wanted=$(wanted_configuration); then
    [ "$(jq -r .bundle.sha256 <<<"$wanted")" != "$(basename "$(readlink -f "$HOLDFAST")")" ]
    return
  fi
  # With super-admin: the first member has yet to write the binding that gives admin its permissions.
  theirs=$(kubectl --kubeconfig "$KUBERNETES/super-admin.conf" -n kube-system get configmap kubeadm-config --ignore-not-found -o json) || exit 1
  theirs=$(jq -r '.data.ClusterConfiguration // ""' <<<"${theirs:-null}" | sed -n 's/^kubernetesVersion: v//p')
  own=$(cluster .kubernetesVersion)
  [ -n "$theirs" ] && [ "$theirs" != "$own" ] && [ "$(printf '%s\n' "$theirs" "$own" | sort -V | tail -n 1)" = "$theirs" ]
}
