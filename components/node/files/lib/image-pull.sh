# shellcheck shell=bash
# Pulls of images without kubelet, which alone has the credentials of its provider.

# mirrored_in_ecr IMAGE: its registry has a mirror that wants the token of ECR.
mirrored_in_ecr() { grep -qF "\"${1%%/*}\"" "$HOLDFAST/config/credential-provider.json" 2>/dev/null; }

# pull_image IMAGE: with the token if its registry's mirror is in ECR; leaves no token behind.
pull_image() {
  local image=$1 hosts=/etc/containerd/certs.d status=0
  if mirrored_in_ecr "$image"; then
    hosts=$RUN/certs.d
    write_hosts_with_token "$image" "$hosts" || return 1
  fi
  ctr -n k8s.io images pull --hosts-dir "$hosts" "$image" >/dev/null || status=$?
  rm -rf "$RUN/certs.d"
  return "$status"
}

# write_hosts_with_token IMAGE FOLDER: a copy of hosts.toml with the token, because every process sees arguments.
write_hosts_with_token() {
  local registry=${1%%/*} request token
  request=$(jq -nc --arg image "$1" '{apiVersion: "credentialprovider.kubelet.k8s.io/v1", kind: "CredentialProviderRequest", image: $image}')
  token=$(ecr-credential-provider <<<"$request" | jq -er '[.auth[]][0] | "\(.username):\(.password)" | @base64') || return 1
  {
    cat "$HOLDFAST/config/registries/$registry/hosts.toml"
    printf '[header]\nAuthorization = "Basic %s"\n' "$token"
  } | install_file "$2/$registry/hosts.toml" 0600
}
