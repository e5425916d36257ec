# shellcheck shell=bash
# Wanted members of the control plane and of etcd, by letter, from an SSM parameter. cluster.json has all possible members: a change of their
# number replaces no machine.

members_file=$STATE/members.json

# read_members: stores the wanted members; keeps the former ones on failure.
read_members() {
  aws_login && ssm_fetch "$(cluster .parameters.members)" && store_members
}

# store_members: those in AWS_BODY.
store_members() {
  local found
  found=$(jq -ec --arg name "$(cluster .parameters.members)" '.[$name] | fromjson | select((."control-plane" | length > 0) and (.etcd | length > 0))' <<<"$AWS_BODY") || {
    log "invalid parameter $(cluster .parameters.members)" >&2
    return 1
  }
  install_file "$members_file" 0644 <<<"$found"
}

# require_members: fails if the wanted members were never read.
require_members() { [ -s "$members_file" ] || read_members; }

# wanted_members ROLE: their letters, one a line.
wanted_members() { jq -r --arg role "$1" '.[$role][]' "$members_file"; }

# is_wanted: this machine's member is wanted.
is_wanted() { jq -e --arg role "$(node .role)" --arg name "$(node .member.name)" '.[$role] | index($name) != null' "$members_file" >/dev/null; }

# leaves: the settings no longer want this machine's member. False in doubt: a member that only stops keeps its vote.
leaves() { read_members && ! is_wanted; }

# etcd_member_field FIELD [others]: name, dnsName, clientUrl or peerUrl of all wanted members of etcd, or of all but this machine's; one a line.
etcd_member_field() {
  local but=
  [ "${2:-}" != others ] || but=$(node .member.name)
  jq -r --arg but "$but" --slurpfile wanted "$members_file" \
    ".etcd.members[] | .name as \$name | select(\$name != \$but and (\$wanted[0].etcd | index(\$name))).$1" "$HOLDFAST/cluster.json"
}
other_members() { etcd_member_field "$1" others; }

# rotation_members: members that hold each authority, {authority: [role-letter]}; those of external etcd hold etcd's only.
rotation_members() {
  jq -c --arg topology "$(cluster .etcd.topology)" '(."control-plane" | map("control-plane-\(.)")) as $members
    | {kubernetes: $members, frontProxy: $members, serviceAccount: $members,
      etcd: ($members + if $topology == "external" then (.etcd | map("etcd-\(.)")) else [] end)}' "$members_file"
}
