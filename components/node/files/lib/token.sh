# shellcheck shell=bash
# Bootstrap tokens: what a worker shows to be let in.

# Lives for as long; a fresh one is published when half of it is over.
TOKEN_LIFE=7200

# new_token: kubeadm's form, [a-z0-9]{6}.[a-z0-9]{16}, from the kernel's random numbers.
new_token() {
  local text
  text=$(openssl rand -hex 11)
  echo "${text:0:6}.${text:6:16}"
}

# with_token TOKEN: kubeadm's documents from standard input, with the token in the InitConfiguration. The token reaches jq
# through the environment: arguments can be read by every process of the machine.
with_token() {
  grep -vxF -- --- | TOKEN=$1 jq -r --arg ttl "${TOKEN_LIFE}s" 'if .kind == "InitConfiguration" then .bootstrapTokens = [{
      token: env.TOKEN, ttl: $ttl, usages: ["signing", "authentication"],
      groups: ["system:bootstrappers:kubeadm:default-node-token"], description: "workers joining"
    }] else . end | tojson | "---", .'
}

# token_secret TOKEN: the Secret that makes API servers accept the token.
token_secret() {
  TOKEN=$1 jq -n --arg expiration "$(date -u -d "+$TOKEN_LIFE seconds" +%FT%TZ)" '(env.TOKEN | split(".")) as [$id, $secret] | {
    apiVersion: "v1", kind: "Secret", type: "bootstrap.kubernetes.io/token",
    metadata: {name: "bootstrap-token-\($id)", namespace: "kube-system"},
    stringData: {"token-id": $id, "token-secret": $secret, expiration: $expiration, "usage-bootstrap-authentication": "true",
      "usage-bootstrap-signing": "true", "auth-extra-groups": "system:bootstrappers:kubeadm:default-node-token",
      description: "workers joining"}}'
}

# token_life TOKEN: seconds that the cluster will still accept it; 0 when it does not.
token_life() {
  local expiration
  expiration=$(kubectl -n kube-system get secret "bootstrap-token-${1%%.*}" --ignore-not-found -o 'jsonpath={.data.expiration}' | base64 -d)
  [ -n "$expiration" ] || { echo 0 && return; }
  echo $(($(date -d "$expiration" +%s) - $(date +%s)))
}
