# shellcheck shell=bash
# Leadership of etcd passes on while no client's write is on its way. A leader that hands over drops what other members pass on
# to it, and says nothing: those clients would wait until they give up. So members hold their clients' packets back for a
# moment; TCP sends them again. Needs etcd.sh.

standstill=/holdfast/stand-still hold_rule=holdfast-stand-still

# hold [MATCH…]: clients' packets to this member's etcd are dropped, until let_pass.
hold() { iptables -w 2 -I INPUT -p tcp --dport 2379 "$@" -m comment --comment "$hold_rule" -j DROP; }
let_pass() { remove_rules "$hold_rule" INPUT; }

# held HOST: waits, for a second at most, until a member takes no packets of clients.
held() {
  local try status
  for try in 1 2 3 4 5; do
    status=0
    timeout 0.2 bash -c ": </dev/tcp/$1/2379" 2>/dev/null || status=$?
    [ "$status" != 124 ] || return 0
    sleep 0.05
  done
  log "$1 does not stand still after $try looks"
}

# yield_leadership LETTER: has another member lead if this one does. Whoever calls this has the cluster's lock, and has seen
# that the others are healthy. Where it fails, etcd tries by itself when it stops.
yield_leadership() {
  local letter=$1 host to
  # shellcheck disable=SC2154 # etcd.sh has it
  status_of "$own_endpoint" | leads || return 0
  to=$(ETCDCTL_ENDPOINTS=$own_endpoint etcdctl member list -w simple |
    awk -F', ' -v name="$letter" '$2 == "started" && $3 != name && $6 == "false" { print $1; exit }')
  [ -n "$to" ] || return 0
  ETCDCTL_ENDPOINTS=$own_endpoint etcdctl put "$standstill" "$letter" >/dev/null || return 1
  while read -r host; do held "$host" & done < <(others "$letter" | sed 's|^https://||; s|:.*||')
  # Its own scripts go by the loopback address, and the one that asks for the move is one of them.
  hold ! -i lo || true
  wait
  # What was on its way when the last one stood still.
  sleep 0.1
  if ETCDCTL_ENDPOINTS=$own_endpoint etcdctl move-leader "$to" >/dev/null; then
    log "leadership has passed from $letter to $to"
  else
    log "leadership stays for now"
  fi
  let_pass
}
