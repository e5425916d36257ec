# shellcheck shell=bash
# What every script of the bundle leans on: where things are, the journal, the two configuration files, waiting.

HOLDFAST=${HOLDFAST_HOME:-/opt/holdfast}/current
CONFIG=${HOLDFAST_CONFIG:-/etc/holdfast}
# shellcheck disable=SC2034 # used by the steps
STATE=${HOLDFAST_STATE:-/var/lib/holdfast} RUN=${HOLDFAST_RUN:-/run/holdfast}
# shellcheck disable=SC2034
KUBERNETES=${HOLDFAST_KUBERNETES:-/etc/kubernetes}

log() { echo "holdfast: step ${STEP:-${0##*/}}: $*"; }

# A command that fails where none may says which one it was; the text is the script's, with no value filled in.
set -E
trap 'log "line $LINENO failed: $BASH_COMMAND" >&2' ERR

die() {
  log "$*" >&2
  exit 1
}

# node FILTER / cluster FILTER: from this machine's or the cluster's configuration; fails where there is no value.
node() { setting "$CONFIG/node.json" "$1"; }
cluster() { setting "$HOLDFAST/cluster.json" "$1"; }

# holds_volume: whether the machine holds a member's data volume, as it does where etcd runs.
holds_volume() { node .member.volumeId >/dev/null; }

# setting DOCUMENT FILTER: a plain path is looked up in the document's list. A boot asks hundreds of times, and some releases
# of jq take 25 ms to start.
setting() {
  local list=${1%.json}.list path value
  if [[ $2 =~ ^[.A-Za-z]+$ && $list -nt $1 ]]; then
    while IFS=$'\t' read -r path value; do
      [ "$path" != "$2" ] || { printf "%s\n" "$value" && return; }
    done <"$list"
  fi
  jq -er "$2" "$1"
}

# list_settings DOCUMENT…: writes the lists: path, tab, value. Whatever is no plain value stays with jq.
list_settings() {
  local document
  for document in "$@"; do
    jq -r 'paths(scalars) as $path | select(all($path[]; type == "string")) | [$path, getpath($path)]
      | select(.[1] | type != "string" or (test("[\\t\\n]") | not)) | ".\(.[0] | join("."))\t\(.[1])"' "$document" >"${document%.json}.list.new"
    mv -fT "${document%.json}.list.new" "${document%.json}.list"
  done
}

# identity: who this machine is, from the metadata service, kept for the life of the boot.
identity() {
  local file=$RUN/identity.env
  if [ ! -s "$file" ]; then
    imds_token
    local id ip zone type
    id=$(imds instance-id) ip=$(imds local-ipv4) zone=$(imds placement/availability-zone) type=$(imds instance-type)
    printf '%s=%q\n' INSTANCE_ID "$id" INSTANCE_IP "$ip" INSTANCE_ZONE "$zone" INSTANCE_TYPE "$type" | install_file "$file" 0644
  fi
  # shellcheck source=/dev/null
  . "$file"
}

# install_file PATH MODE: standard input to a file, whole or not at all; `changed=1` when the content is new. Fails on its own
# account: below a condition the shell does not end at a command that fails.
install_file() {
  local path=$1 mode=$2 new
  mkdir -p "${path%/*}" && new=$(mktemp "${path%/*}/.new.XXXXXX") || return 1
  changed=0
  if cat >"$new" && chmod "$mode" "$new"; then
    if [ -e "$path" ] && cmp -s "$new" "$path"; then
      rm -f "$new"
      chmod "$mode" "$path"
      return
    fi
    # shellcheck disable=SC2034 # read by the callers
    ! mv -fT "$new" "$path" || { changed=1 && return; }
  fi
  rm -f "$new"
  return 1
}

# wait_for SECONDS WHAT COMMAND…: until the command succeeds, five times a second; 0 seconds: as long as it takes.
# A machine waits without end for what other machines bring, and says so every half minute.
wait_for() {
  local limit=$1 what=$2 start=$SECONDS said=$SECONDS
  shift 2
  until "$@"; do
    if [ "$limit" -gt 0 ] && [ $((SECONDS - start)) -ge "$limit" ]; then
      log "$what: not within $limit s"
      return 1
    fi
    if [ $((SECONDS - said)) -ge 30 ]; then
      log "waiting for $what ($((SECONDS - start)) s)"
      said=$SECONDS
    fi
    sleep "${INTERVAL:-0.2}"
  done
}

# restarts UNIT: how often systemd has restarted it; gives_up UNIT BEFORE LIMIT: ends the step when that is too often.
restarts() { systemctl show -p NRestarts --value "$1"; }
gives_up() {
  [ $(($(restarts "$1") - $2)) -ge "$3" ] || return 0
  log "$1 keeps failing; its last words:"
  journalctl -u "$1" -n 5 -o cat --no-pager
  exit 1
}

# remove_rules COMMENT CHAIN [-t TABLE]: takes every rule of iptables with that comment out of the chain.
remove_rules() {
  local comment=$1 chain=$2 number
  shift 2
  while number=$(iptables -w 10 "$@" -L "$chain" --line-numbers -n 2>/dev/null | awk -v comment="$comment" 'index($0, comment) && !found++ { print $1 }') && [ -n "$number" ]; do
    iptables -w 10 "$@" -D "$chain" "$number"
  done
}

# etcd_client: environment of etcdctl: all members, and whichever client certificate this machine has.
etcd_client() {
  local pki=$KUBERNETES/pki
  export ETCDCTL_ENDPOINTS ETCDCTL_CACERT=$pki/etcd/ca.crt ETCDCTL_CERT ETCDCTL_KEY
  ETCDCTL_ENDPOINTS=$(cluster '.etcd.clientUrls | join(",")')
  ETCDCTL_CERT=$pki/etcd/healthcheck-client.crt ETCDCTL_KEY=$pki/etcd/healthcheck-client.key
  if [ ! -e "$ETCDCTL_CERT" ]; then
    ETCDCTL_CERT=$pki/apiserver-etcd-client.crt ETCDCTL_KEY=$pki/apiserver-etcd-client.key
  fi
  export ETCDCTL_DIAL_TIMEOUT=3s ETCDCTL_COMMAND_TIMEOUT=5s
}
