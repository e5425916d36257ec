# shellcheck shell=bash
# What is known about etcd's cluster, from inside and from outside.

ETCD=${HOLDFAST_ETCD:-/var/lib/etcd}
# shellcheck disable=SC2034 # read by the steps
data=$ETCD/data own_endpoint=${HOLDFAST_ETCD_ENDPOINT:-https://127.0.0.1:2379} initial_env=${HOLDFAST_ETC:-/etc}/etcd/initial.env

# A generation is a life of the data that began with a restore; data that was never restored is of the first. Its number is
# in the data directory, which a restore puts in place by one rename. Revisions tell it as well: each generation has its own
# range of them, so that whoever has seen one of a former life finds it compacted, never taken by something else.
REVISIONS=1000000000000
generation() { cat "$data/generation" 2>/dev/null || echo 1; }
generation_of_revision() { echo $(($1 / REVISIONS + 1)); }

# restore_wanted: leaves `wanted` (the setting), `target` (its generation) and `snapshot` (key in the backups bucket, or nothing).
restore_wanted() {
  aws_login && ssm_fetch "$(node .parameterPrefix)/etcd/restore" || return 1
  wanted=$(jq -r '.[]' <<<"$AWS_BODY")
  # shellcheck disable=SC2034 # read by the callers
  if ! target=$(jq -er '.generation | select(type == "number" and . >= 1 and . == floor)' <<<"$wanted"); then
    log "the restore setting is not understood: $wanted" >&2
    return 1
  fi
  # shellcheck disable=SC2034
  snapshot=$(jq -r '.snapshot // ""' <<<"$wanted")
}

# marker_key GENERATION: object that says that a generation has been formed.
marker_key() { if [ "$1" = 1 ]; then echo created; else echo "created-g$1"; fi; }

# marker_state GENERATION: leaves `marker`: absent | present. Every other answer than a clear one fails: nobody may found a
# second cluster because S3 was slow.
marker_state() {
  local url
  url=$(s3_url "$(node .backupsBucket)" "$(node .cluster)/$(marker_key "$1")")
  aws_login
  if aws_request s3 "$url"; then
    marker=present
  elif [ "$AWS_STATUS" = 404 ] && [[ $AWS_BODY == *NoSuchKey* ]]; then
    # shellcheck disable=SC2034
    marker=absent
  else
    explain "the marker of a formed cluster"
    return 1
  fi
}

# initial_settings GENERATION: what a founding member starts with; members of one generation take each other for a cluster.
initial_settings() {
  local token
  token=$(node .cluster)
  [ "$1" = 1 ] || token=$token-g$1
  printf 'ETCD_INITIAL_CLUSTER=%s\nETCD_INITIAL_CLUSTER_STATE=new\nETCD_INITIAL_CLUSTER_TOKEN=%s\n' "$(cluster .etcd.initialCluster)" "$token"
}

# others LETTER: client URLs of the other members.
others() { cluster ".etcd.members[] | select(.name != \"$1\") | \"https://\(.dnsName):2379\""; }

# others_serve LETTER: whether every other member answers; asked one by one, for a majority is not all.
others_serve() {
  local endpoint
  while read -r endpoint; do
    ETCDCTL_ENDPOINTS=$endpoint etcdctl endpoint health >/dev/null 2>&1 || return 1
  done < <(others "$1")
}

# status_of ENDPOINT: what a member says about itself, as JSON; leads: whether the status on standard input is the leader's.
status_of() { ETCDCTL_ENDPOINTS=$1 etcdctl endpoint status -w json 2>/dev/null | jq -ec '.[0].Status'; }
leads() { jq -e '.leader == .header.member_id' >/dev/null; }

# forget_api_servers: addresses of API servers as they were at the time of a backup; those that live write theirs again within
# seconds, those that are gone would be offered to pods for as long.
forget_api_servers() { etcdctl del --prefix /registry/masterleases/ >/dev/null; }

# is_voter NAME / promote NAME: by what any member answers.
is_voter() {
  etcdctl member list -w json 2>/dev/null | jq -e --arg name "$1" '.members | any(.name == $name and (.isLearner | not))' >/dev/null
}

promote() {
  local id
  # As text: jq's numbers lose the last digits of a 64-bit id.
  id=$(etcdctl member list -w simple 2>/dev/null | awk -F', ' -v name="$1" '$3 == name && $6 == "true" { print $1 }')
  [ -z "$id" ] || ! etcdctl member promote "$id" >/dev/null 2>&1 || log "member $1 promoted"
}
