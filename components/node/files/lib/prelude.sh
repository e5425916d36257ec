# shellcheck shell=bash disable=SC2034 # scripts and the other libraries read the variables
# Loaded first by every script: strict mode, paths, log, helpers for files and waiting, and all other libraries.
set -Eeuo pipefail

HOLDFAST=${HOLDFAST_HOME:-/opt/holdfast}/current CONFIG=${HOLDFAST_CONFIG:-/etc/holdfast}
STATE=${HOLDFAST_STATE:-/var/lib/holdfast} RUN=${HOLDFAST_RUN:-/run/holdfast}
KUBERNETES=${HOLDFAST_KUBERNETES:-/etc/kubernetes}

# Steps log under the name that run-steps gives them: `asset kubelet` is the step asset-kubelet.
LABEL=${0##*/}
[[ $0 != */steps/* ]] || LABEL=${STEP:-$LABEL}
log() { echo "holdfast: $LABEL: $*"; }

# The failing line as written in the script: expanded values may be secret.
trap 'log "line $LINENO failed: $BASH_COMMAND" >&2' ERR

die() {
  log "$*" >&2
  exit 1
}

# refuse REASON: exit status 78 tells systemd and run-steps not to retry.
refuse() {
  log "refused: $*" >&2
  exit 78
}

# install_file PATH MODE [USER]: write standard input to a file atomically, for root or another user; sets `changed`. Checks each
# command itself, because errexit is off in conditions.
install_file() {
  local path=$1 mode=$2 user=${3:-} new
  mkdir -p "${path%/*}" && new=$(mktemp "${path%/*}/.new.XXXXXX") || return 1
  changed=0
  if cat >"$new" && chmod "$mode" "$new" && { [ -z "$user" ] || chown "$user:" "$new"; }; then
    if [ -e "$path" ] && cmp -s "$new" "$path"; then
      rm -f "$new"
      chmod "$mode" "$path" && { [ -z "$user" ] || chown "$user:" "$path"; }
      return
    fi
    ! mv -fT "$new" "$path" || { changed=1 && return; }
  fi
  rm -f "$new"
  return 1
}

# wait_for SECONDS DESCRIPTION COMMAND…: retry until the command succeeds; 0 seconds means no limit. Logs every 30 s. The command sees these
# local variables, which no script may use.
wait_for() {
  local waiting_limit=$1 waiting_description=$2 waiting_start=$SECONDS waiting_logged=$SECONDS
  shift 2
  until "$@"; do
    if [ "$waiting_limit" -gt 0 ] && [ $((SECONDS - waiting_start)) -ge "$waiting_limit" ]; then
      log "timeout after $waiting_limit s: $waiting_description"
      return 1
    fi
    if [ $((SECONDS - waiting_logged)) -ge 30 ]; then
      log "waiting for $waiting_description ($((SECONDS - waiting_start)) s)"
      waiting_logged=$SECONDS
    fi
    sleep "${INTERVAL:-0.2}"
  done
}

# restart_count UNIT; exit_on_crash_loop UNIT RESTARTS_BEFORE LIMIT: fail when systemd restarted the unit too often since.
restart_count() { systemctl show -p NRestarts --value "$1"; }
exit_on_crash_loop() {
  [ $(($(restart_count "$1") - $2)) -ge "$3" ] || return 0
  log "$1 keeps failing; last log lines:"
  journalctl -u "$1" -n 5 -o cat --no-pager
  exit 1
}

# seconds_since EPOCHREALTIME: with one decimal.
seconds_since() { awk -v from="$1" -v to="$EPOCHREALTIME" 'BEGIN { printf "%.1f", to - from }'; }

# remove_iptables_rules COMMENT CHAIN [-t TABLE]: delete every rule with this comment.
remove_iptables_rules() {
  local comment=$1 chain=$2 number
  shift 2
  while number=$(iptables -w 10 "$@" -L "$chain" --line-numbers -n 2>/dev/null | awk -v comment="$comment" 'index($0, comment) && !found++ { print $1 }') && [ -n "$number" ]; do
    iptables -w 10 "$@" -D "$chain" "$number"
  done
}

. "$HOLDFAST/lib/settings.sh"
. "$HOLDFAST/lib/aws.sh"
. "$HOLDFAST/lib/aws-calls.sh"
. "$HOLDFAST/lib/auto-scaling.sh"
. "$HOLDFAST/lib/members.sh"
. "$HOLDFAST/lib/etcd-member.sh"
. "$HOLDFAST/lib/etcd.sh"
. "$HOLDFAST/lib/etcd-membership.sh"
. "$HOLDFAST/lib/etcd-backup.sh"
. "$HOLDFAST/lib/leader-transfer.sh"
. "$HOLDFAST/lib/api-redirect.sh"
. "$HOLDFAST/lib/kubeadm.sh"
. "$HOLDFAST/lib/version-skew.sh"
. "$HOLDFAST/lib/encryption-keys.sh"
. "$HOLDFAST/lib/image-pull.sh"
. "$HOLDFAST/lib/join-token.sh"
. "$HOLDFAST/lib/pki.sh"
. "$HOLDFAST/lib/authority-status.sh"
. "$HOLDFAST/lib/clock.sh"
. "$HOLDFAST/lib/serving-certificate.sh"

export AWS_REGION
AWS_REGION=$(node .region)
