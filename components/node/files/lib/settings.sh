# shellcheck shell=bash
# Settings of this node (node.json) and of its cluster (cluster.json), and the instance's identity.

# node FILTER / cluster FILTER: one value; fails where there is none.
node() { setting "$CONFIG/node.json" "$1"; }
cluster() { setting "$HOLDFAST/cluster.json" "$1"; }

# runs_etcd: true on machines with an etcd data volume.
runs_etcd() { node .member.volumeId >/dev/null; }

# setting DOCUMENT FILTER: plain paths come from the document's list, everything else from jq: a boot reads hundreds of settings,
# and jq 1.6 takes 25 ms to start.
setting() {
  local list=${1%.json}.list path value
  if [[ $2 =~ ^[.A-Za-z]+$ && $list -nt $1 ]]; then
    while IFS=$'\t' read -r path value; do
      [ "$path" != "$2" ] || { printf "%s\n" "$value" && return; }
    done <"$list"
  fi
  jq -er "$2" "$1"
}

# list_settings DOCUMENT…: write the lists (path, tab, value). Values with tabs or line breaks stay out, and so do arrays.
list_settings() {
  local document
  for document in "$@"; do
    jq -r 'paths(scalars) as $path | select(all($path[]; type == "string")) | [$path, getpath($path)]
      | select(.[1] | type != "string" or (test("[\\t\\n]") | not)) | ".\(.[0] | join("."))\t\(.[1])"' "$document" >"${document%.json}.list.new"
    mv -fT "${document%.json}.list.new" "${document%.json}.list"
  done
}

# identity: INSTANCE_ID, INSTANCE_IP, INSTANCE_ZONE and INSTANCE_TYPE from the metadata service, cached until the next boot.
identity() {
  local file=$RUN/identity.env
  if [ ! -s "$file" ]; then
    local id ip zone type
    # Explicit return: errexit is off in conditions, and empty values must not be cached.
    imds_token && id=$(imds instance-id) && ip=$(imds local-ipv4) && zone=$(imds placement/availability-zone) &&
      type=$(imds instance-type) || return 1
    printf '%s=%q\n' INSTANCE_ID "$id" INSTANCE_IP "$ip" INSTANCE_ZONE "$zone" INSTANCE_TYPE "$type" | install_file "$file" 0644 || return 1
  fi
  # shellcheck source=/dev/null
  . "$file"
}
