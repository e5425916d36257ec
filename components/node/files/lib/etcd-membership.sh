# shellcheck shell=bash disable=SC2154 # etcd.sh and etcd-member.sh set the variables
# Changes of etcd's membership: members join as learners, leave, and are removed if their machines are gone.

# backup_before_change ENDPOINT FILE: a backup before a change of the membership, in the bucket or else on the data volume.
backup_before_change() {
  "$HOLDFAST/bin/etcd-backup" --from "$1" && return 0
  ETCDCTL_ENDPOINTS=$1 ETCDCTL_COMMAND_TIMEOUT=600s etcdctl snapshot save "$ETCD/$2" >/dev/null || return 1
  log "the backup failed; snapshot before the membership change is $ETCD/$2"
}

# absent_members: ids of members that the settings do not want and that do not answer. A machine that still runs leaves by itself.
absent_members() {
  local peers list id peer client
  peers=$(etcd_member_field peerUrl; member_field peerUrl)
  list=$(etcdctl member list -w simple 2>/dev/null) || return 0
  while IFS=, read -r id _ _ peer client _; do
    ! grep -qxF "${peer# }" <<<"$peers" || continue
    client=${client# }
    [ -n "$client" ] && ETCDCTL_ENDPOINTS=$client etcdctl endpoint health >/dev/null 2>&1 || echo "$id"
  done <<<"$list"
}

# remove_absent_members: the caller holds the maintenance lock and has checked the other members.
remove_absent_members() {
  local ids id
  # Not by a former list, which lacks members that have joined since.
  read_members || return 0
  ids=$(absent_members)
  [ -n "$ids" ] || return 0
  backup_before_change "$own_endpoint" before-removal.db || return 1
  for id in $ids; do
    etcdctl member remove "$id" >/dev/null || return 1
    log "member $id removed: the settings do not want it, and it does not answer"
  done
}

# leave_etcd: removes this member. The caller holds the maintenance lock and has checked the other members; leadership is with one of them.
leave_etcd() {
  local id
  backup_before_change "$own_endpoint" before-leaving.db || return 1
  id=$(etcdctl member list -w simple | awk -F', ' -v url="$(member_field peerUrl)" '$4 == url { print $1 }')
  # Removed in an earlier, interrupted run.
  [ -n "$id" ] || return 0
  etcdctl member remove "$id" >/dev/null || return 1
  log "member $id left etcd"
}

# was_removed: the other members answer, and do not know this member.
was_removed() {
  local list
  list=$(ETCDCTL_ENDPOINTS=$(other_members clientUrl | paste -sd , -) etcdctl member list -w simple 2>/dev/null) || return 1
  ! grep -qF ", $(member_field peerUrl)," <<<"$list"
}

# lost_entries: the leader expects entries that this member has acknowledged and no longer has. Its volume is from a snapshot, or was lost
# right after a restore and restored again.
lost_entries() { grep -q 'Was the raft log corrupted, truncated, or lost' <<<"$(journalctl -u etcd.service -n 100 -o cat --no-pager)"; }

# contradicted: etcd keeps exiting, because the other members contradict this member's data.
contradicted() {
  [ -d "$data/member" ] && [ $(($(restart_count etcd.service))) -ge 5 ] && etcd_client && { was_removed || lost_entries; }
}

# is_voter NAME / promote NAME: query any member.
is_voter() {
  etcdctl member list -w json 2>/dev/null | jq -e --arg name "$1" '.members | any(.name == $name and (.isLearner | not))' >/dev/null
}
promote() {
  local id
  # Not as JSON: jq's numbers lose the last digits of a 64-bit id.
  id=$(etcdctl member list -w simple 2>/dev/null | awk -F', ' -v name="$1" '$3 == name && $6 == "true" { print $1 }')
  [ -z "$id" ] || ! etcdctl member promote "$id" >/dev/null 2>&1 || log "member $1 promoted"
}
