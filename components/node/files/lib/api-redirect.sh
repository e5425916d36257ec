# shellcheck shell=bash
# Redirects new connections to this machine's API port to another member while its API server restarts; open connections end with the
# server's own shutdown. The load balancer would notice only after ten seconds, and then cut open connections.

redirect_comment=holdfast-api-redirect

# ready_api_server: address of another member whose API server is ready.
ready_api_server() {
  local address
  for address in $(kubectl get endpointslices kubernetes -o json --request-timeout=5s |
    jq -r --arg self "$INSTANCE_IP" '.endpoints[]? | select(.conditions.ready) | .addresses[] | select(. != $self)'); do
    if curl -qsfk -m 2 -o /dev/null "https://$address:$(cluster .api.port)/readyz"; then
      echo "$address"
      return 0
    fi
  done
  return 1
}

add_nat_rule() { iptables -w 10 -t nat "$@" -m comment --comment "$redirect_comment"; }

# api_redirected: a redirect is in place and leads to a ready API server.
api_redirected() {
  [[ $(iptables -w 10 -t nat -L OUTPUT -n 2>/dev/null) == *"$redirect_comment"* ]] &&
    curl -qsfk -m 2 -o /dev/null "https://$INSTANCE_IP:$(cluster .api.port)/readyz"
}

# start_api_redirect: keeps a redirect that works. While this machine's API server is stopped, connections are refused without it,
# those of kubectl too. No-op without another ready member.
start_api_redirect() {
  local to port
  port=$(cluster .api.port)
  ! api_redirected || return 0
  stop_api_redirect
  if ! to=$(ready_api_server); then
    log "API connections are not redirected: no other member is ready"
    return 0
  fi
  # OUTPUT: for kubelet and the controllers of this machine, which connect to its own address.
  add_nat_rule -I PREROUTING -p tcp -d "$INSTANCE_IP" --dport "$port" -j DNAT --to-destination "$to:$port"
  add_nat_rule -I OUTPUT -p tcp -d "$INSTANCE_IP" --dport "$port" -j DNAT --to-destination "$to:$port"
  add_nat_rule -I POSTROUTING -p tcp -d "$to" --dport "$port" -m conntrack --ctstate DNAT -j MASQUERADE
  log "API connections redirected to $to"
}

# stop_api_redirect: also removes rules of an interrupted run.
stop_api_redirect() {
  local chain
  for chain in PREROUTING OUTPUT POSTROUTING; do remove_iptables_rules "$redirect_comment" "$chain" -t nat; done
}

# api_server_stopped: of this machine, on loopback, where no redirect applies.
api_server_stopped() { ! curl -qsk -m 2 -o /dev/null "https://127.0.0.1:$(cluster .api.port)/livez"; }
