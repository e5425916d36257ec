# shellcheck shell=bash disable=SC2034 # scripts and other libraries read the variables
# This machine's etcd member: name (in node.json), DNS name and URLs (in cluster.json), data directory and its generation.

ETCD=${HOLDFAST_ETCD:-/var/lib/etcd}
data=$ETCD/data initial_env=${HOLDFAST_ETC:-/etc}/etcd/initial.env
# User that runs etcd and owns its data; the bundle's install creates it.
etcd_user=${HOLDFAST_ETCD_USER:-etcd} etcd_pki=${initial_env%/*}/pki

# member_field name|dnsName|clientUrl|peerUrl: of this machine's member.
member_field() { cluster ".etcd.members[] | select(.name == \"$(node .member.name)\").$1"; }

# member_metrics_url PATH: served on loopback without TLS.
member_metrics_url() { echo "http://127.0.0.1:$(cluster .etcd.ports.metrics)/$1"; }

# volume_bytes: size of the data volume; filesystem_bytes: size of its file system (ext4).
volume_device() { findmnt -no SOURCE "$ETCD"; }
volume_bytes() { blockdev --getsize64 "$(volume_device)"; }
filesystem_bytes() {
  dumpe2fs -h "$(volume_device)" 2>/dev/null | awk -F': *' '$1 == "Block count" { count = $2 } $1 == "Block size" { size = $2 } END { printf "%.0f", count * size }'
}

# database_quota: quota of etcd in bytes, a part of the volume within the bounds of the settings. A running etcd keeps its quota, which
# it reads only at its start: a volume that has grown must not restart it.
database_quota() {
  local env=${initial_env%/*}/etcd.env quota least most
  if [ -e "$env" ] && systemctl is-active --quiet etcd.service; then
    sed -n 's/^ETCD_QUOTA_BACKEND_BYTES=//p' "$env"
    return
  fi
  quota=$(($(volume_bytes) / $(cluster .etcd.quota.databasesOnVolume)))
  least=$(cluster .etcd.quota.least) most=$(cluster .etcd.quota.most)
  [ "$quota" -ge "$least" ] || quota=$least
  [ "$quota" -le "$most" ] || quota=$most
  echo "$quota"
}

# A restore starts a new generation of the data; data that was never restored is generation 1. The number is in the data directory,
# so that one rename puts both in place. Each generation has its own range of revisions: a client that has seen a revision of an
# earlier generation finds it compacted, never reused.
REVISIONS=1000000000000
generation() { cat "$data/generation" 2>/dev/null || echo 1; }
generation_of_revision() { echo $(($1 / REVISIONS + 1)); }

# set_data_aside REASON: keeps data that this member cannot use any more. With a blank directory, the member joins again.
set_data_aside() {
  local name
  name=before-$1-$(date -u +%Y%m%dT%H%M%SZ)
  mv -T "$data" "$ETCD/$name"
  log "the former data of this member is in $ETCD/$name"
}
