# shellcheck shell=bash disable=SC2154 # etcd.sh sets own_endpoint
# Transfer of etcd leadership without failed writes. A leader that steps down silently drops proposals that followers forwarded, and
# their clients wait until they time out. So all members drop client packets for a moment; TCP retransmits them.

transfer_key=/holdfast/leader-transfer hold_comment=holdfast-etcd-hold-clients

# hold_clients [MATCH…] / release_clients: drop, or accept again, client packets to this member.
hold_clients() {
  iptables -w 2 -I INPUT -p tcp --dport "$(cluster .etcd.ports.client)" "$@" -m comment --comment "$hold_comment" -j DROP
}
release_clients() { remove_iptables_rules "$hold_comment" INPUT; }

# wait_until_held HOST PORT: waits up to a second until that member drops client packets.
wait_until_held() {
  local try status
  for try in 1 2 3 4 5; do
    status=0
    timeout 0.2 bash -c ": </dev/tcp/$1/$2" 2>/dev/null || status=$?
    [ "$status" != 124 ] || return 0
    sleep 0.05
  done
  log "$1 still accepts clients after $try attempts"
}

# transfer_leadership: transfers leadership if this member leads. The caller holds the maintenance lock and has checked the other
# members. After a failure, etcd itself tries again when it stops.
transfer_leadership() {
  local voter host port
  status_of "$own_endpoint" | leads || return 0
  voter=$(other_voter)
  [ -n "$voter" ] || return 0
  ETCDCTL_ENDPOINTS=$own_endpoint etcdctl put "$transfer_key" "$(node .member.name)" >/dev/null || return 1
  while IFS=/: read -r _ _ _ host port; do wait_until_held "$host" "$port" & done < <(other_members clientUrl)
  # Not on loopback: move_leader connects through it.
  hold_clients ! -i lo || true
  wait
  # Requests that were in flight when the last member began to drop packets need time to finish.
  sleep 0.1
  move_leader "$voter" || log "leadership transfer failed"
  release_clients
}
