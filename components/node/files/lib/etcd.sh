# shellcheck shell=bash
# What is known about etcd's cluster, from inside and from outside.

# shellcheck disable=SC2034 # read by the steps
data=/var/lib/etcd/data

# marker_state: leaves `marker`: absent | present. Every other answer than a clear one fails: nobody may found a second
# cluster because S3 was slow.
marker_state() {
  local url
  url=$(s3_url "$(node .backupsBucket)" "$(node .cluster)/created")
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

# others LETTER: client URLs of the other members.
others() { cluster ".etcd.members[] | select(.name != \"$1\") | \"https://\(.dnsName):2379\""; }

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
