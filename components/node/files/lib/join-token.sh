# shellcheck shell=bash
# Bootstrap tokens, with which workers join, and the kubeconfig with one.

# Seconds; join-token publishes a new token after half of it.
TOKEN_TTL=7200

# new_token: kubeadm's form, [a-z0-9]{6}.[a-z0-9]{16}.
new_token() {
  local text
  text=$(openssl rand -hex 11)
  echo "${text:0:6}.${text:6:16}"
}

# with_token TOKEN: kubeadm documents from standard input, with the token in the InitConfiguration. jq reads the token from the
# environment: arguments are visible to every process.
with_token() {
  grep -vxF -- --- | TOKEN=$1 jq -r --arg ttl "${TOKEN_TTL}s" 'if .kind == "InitConfiguration" then .bootstrapTokens = [{
      token: env.TOKEN, ttl: $ttl, usages: ["signing", "authentication"],
      groups: ["system:bootstrappers:kubeadm:default-node-token"], description: "workers joining"
    }] else . end | tojson | "---", .'
}

# token_secret TOKEN: Secret by which API servers accept the token.
token_secret() {
  TOKEN=$1 jq -n --arg expiration "$(date -u -d "+$TOKEN_TTL seconds" +%FT%TZ)" '(env.TOKEN | split(".")) as [$id, $secret] | {
    apiVersion: "v1", kind: "Secret", type: "bootstrap.kubernetes.io/token",
    metadata: {name: "bootstrap-token-\($id)", namespace: "kube-system"},
    stringData: {"token-id": $id, "token-secret": $secret, expiration: $expiration, "usage-bootstrap-authentication": "true",
      "usage-bootstrap-signing": "true", "auth-extra-groups": "system:bootstrappers:kubeadm:default-node-token",
      description: "workers joining"}}'
}

# token_seconds_left TOKEN: 0 if the cluster does not know it.
token_seconds_left() {
  local expiration
  expiration=$(kubectl -n kube-system get secret "bootstrap-token-${1%%.*}" --ignore-not-found -o 'jsonpath={.data.expiration}' | base64 -d)
  [ -n "$expiration" ] || { echo 0 && return; }
  echo $(($(date -d "$expiration" +%s) - $(date +%s)))
}

# published_minor KUBECONFIG: minor version of the oldest API server; empty in a kubeconfig of an earlier version of Holdfast.
published_minor() { jq -r '.extensions[]? | select(.name == "holdfast.dev/oldest-api-server").extension.minor' <<<"$1"; }
