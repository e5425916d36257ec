# shellcheck shell=bash disable=SC2034 # scripts and other libraries read the variables
# etcd cluster: client environment, status, the wanted restore, and the marker of a formed cluster.

# etcd_client: environment of etcdctl with all wanted members as endpoints; sets `own_endpoint`.
etcd_client() {
  require_members || die "the wanted members of etcd are unknown"
  local folder=$KUBERNETES/pki
  export ETCDCTL_ENDPOINTS ETCDCTL_CACERT=$folder/etcd/ca.crt ETCDCTL_CERT ETCDCTL_KEY
  ETCDCTL_ENDPOINTS=$(etcd_member_field clientUrl | paste -sd , -)
  ETCDCTL_CERT=$folder/etcd/healthcheck-client.crt ETCDCTL_KEY=$folder/etcd/healthcheck-client.key
  if [ ! -e "$ETCDCTL_CERT" ]; then
    ETCDCTL_CERT=$folder/apiserver-etcd-client.crt ETCDCTL_KEY=$folder/apiserver-etcd-client.key
  fi
  export ETCDCTL_DIAL_TIMEOUT=3s ETCDCTL_COMMAND_TIMEOUT=5s
  own_endpoint=${HOLDFAST_ETCD_ENDPOINT:-https://127.0.0.1:$(cluster .etcd.ports.client)}
}

# read_wanted_restore: sets `wanted` (the parameter), `target` (its generation) and `snapshot` (key in the backups bucket, or empty). Also
# stores the wanted members: they are those of the restored generation.
read_wanted_restore() {
  local parameter
  parameter=$(cluster .parameters.etcdRestore)
  aws_login && ssm_fetch "$parameter" "$(cluster .parameters.members)" && store_members || return 1
  wanted=$(jq -r --arg name "$parameter" '.[$name]' <<<"$AWS_BODY")
  if ! target=$(jq -er '.generation | select(type == "number" and . >= 1 and . == floor)' <<<"$wanted"); then
    log "invalid restore parameter: $wanted" >&2
    return 1
  fi
  snapshot=$(jq -r '.snapshot // ""' <<<"$wanted")
}

# marker_url GENERATION: S3 object that exists once a generation has been formed.
marker_url() {
  local name=created
  [ "$1" = 1 ] || name=created-g$1
  s3_url "$(node .backupsBucket)" "$(node .cluster)/$name"
}

# read_marker GENERATION: sets `marker` to absent or present. Every ambiguous answer fails: S3 being slow must not lead to a second
# cluster.
read_marker() {
  aws_login
  if aws_request s3 "$(marker_url "$1")"; then
    marker=present
  elif [ "$AWS_STATUS" = 404 ] && [[ $AWS_BODY == *NoSuchKey* ]]; then
    marker=absent
  else
    log_failure "marker of generation $1"
    return 1
  fi
}

# initial_cluster: names and peer URLs of the wanted members.
initial_cluster() { paste -d = <(etcd_member_field name) <(etcd_member_field peerUrl) | paste -sd , -; }

# initial_settings GENERATION: settings of an initial member. Members with the same token form one cluster.
initial_settings() {
  local token
  token=$(node .cluster)
  [ "$1" = 1 ] || token=$token-g$1
  printf 'ETCD_INITIAL_CLUSTER=%s\nETCD_INITIAL_CLUSTER_STATE=new\nETCD_INITIAL_CLUSTER_TOKEN=%s\n' "$(initial_cluster)" "$token"
}

# other_etcd_members_healthy: every other member answers. One request each: a request to all succeeds with a majority.
other_etcd_members_healthy() {
  local endpoint
  while read -r endpoint; do
    ETCDCTL_ENDPOINTS=$endpoint etcdctl endpoint health >/dev/null 2>&1 || return 1
  done < <(other_members clientUrl)
}

# status_of ENDPOINT: the member's status as JSON; leads: true if the status on standard input is that of the leader.
status_of() { ETCDCTL_ENDPOINTS=$1 etcdctl endpoint status -w json 2>/dev/null | jq -ec '.[0].Status'; }
leads() { jq -e '.leader == .header.member_id' >/dev/null; }

# other_voter: member id of another wanted voter, empty if there is none; move_leader ID: from this member, which leads.
other_voter() {
  ETCDCTL_ENDPOINTS=$own_endpoint etcdctl member list -w simple |
    awk -F', ' -v wanted=" $(other_members name | paste -sd ' ' -) " '$2 == "started" && index(wanted, " " $3 " ") && $6 == "false" && !found++ { print $1 }'
}
move_leader() { ETCDCTL_ENDPOINTS=$own_endpoint etcdctl move-leader "$1" >/dev/null && log "leadership moved to member $1"; }

# defragment ENDPOINT: logs the database size before and after; sets `status` to the status after.
defragment() {
  local before
  before=$(status_of "$1" | jq .dbSize)
  ETCDCTL_ENDPOINTS=$1 ETCDCTL_COMMAND_TIMEOUT=600s etcdctl defrag >/dev/null
  status=$(status_of "$1")
  log "$1 defragmented: $((before >> 20)) MiB before, $(($(jq .dbSize <<<"$status") >> 20)) MiB after"
}

# forget_api_servers: delete API server addresses that a backup contains. Running servers write theirs again within seconds. Without
# the deletion, pods would connect to addresses of former servers in the meantime.
forget_api_servers() { etcdctl del --prefix /registry/masterleases/ >/dev/null; }
