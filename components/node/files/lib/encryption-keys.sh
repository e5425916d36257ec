# shellcheck shell=bash
# Keys for encryption at rest, by name. An API server cannot read what another one has encrypted with a key that it lacks.

encryption_keys_annotation=holdfast.dev/encryption-keys

# encryption_keys FILE: names of all keys in a cluster.json, comma-separated.
encryption_keys() { jq -r '[.encryption.resources[]?.providers[]?.secretbox.keys[]?.name] | unique | join(",")' "$1"; }

# members_without_key FILE: other members whose API servers lack the key with which a cluster.json encrypts. Members of an earlier version of
# Holdfast publish no keys, and are left out.
members_without_key() {
  local key
  key=$(jq -r '.encryption.resources[0]?.providers[0]?.secretbox.keys[0]?.name // ""' "$1")
  [ -n "$key" ] || return 0
  kubectl get nodes -l node-role.kubernetes.io/control-plane -o json |
    jq -r --arg own "$INSTANCE_ID" --arg key "$key" --arg name "$encryption_keys_annotation" '
      [.items[] | select(.metadata.name != $own) | .metadata | select(.annotations[$name] | . != null and (split(",") | index([$key]) | not))
      | .labels["holdfast.dev/member"] // .name] | join(", ")'
}
