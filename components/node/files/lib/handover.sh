# shellcheck shell=bash
# Lets another member answer in this one's place while its API server restarts: new connections to this machine's port are
# passed on, those that are there end by the API server's own goodbye. A load balancer would find the server unhealthy only
# after ten seconds, and then cut what still goes through it.

port=6443 rule=holdfast-handover

# another_api_server: address of another member whose API server is ready.
another_api_server() {
  local address
  for address in $(kubectl get endpointslices kubernetes -o json --request-timeout=5s |
    jq -r --arg self "$INSTANCE_IP" '.endpoints[]? | select(.conditions.ready) | .addresses[] | select(. != $self)'); do
    if curl -qsfk -m 2 -o /dev/null "https://$address:$port/readyz"; then
      echo "$address"
      return 0
    fi
  done
  return 1
}

nat() { iptables -w 10 -t nat "$@" -m comment --comment "$rule"; }

# hand_over: without another member there is nobody to hand over to.
hand_over() {
  local to
  take_back
  to=$(another_api_server) || return 0
  # kubelet and the controllers of this machine know any member by the API's name.
  nat -I PREROUTING -p tcp -d "$INSTANCE_IP" --dport "$port" -j DNAT --to-destination "$to:$port"
  nat -I OUTPUT -p tcp -d "$INSTANCE_IP" --dport "$port" -j DNAT --to-destination "$to:$port"
  nat -I POSTROUTING -p tcp -d "$to" --dport "$port" -m conntrack --ctstate DNAT -j MASQUERADE
  log "$to answers for this member"
}

# take_back: removes what hand_over has put there, also before the machine restarted its scripts.
take_back() {
  local chain
  for chain in PREROUTING OUTPUT POSTROUTING; do remove_rules "$rule" "$chain" -t nat; done
}
