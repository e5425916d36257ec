#!/bin/bash
# enter.sh PID CGROUPS COMMAND…: runs a command inside a machine, accounted to it.
set -euo pipefail
pid=$1 cgroups=$2
shift 2
while read -r cgroup _; do
  # Version 2 takes no process into a cgroup that hands controllers down.
  if [ -e "$cgroup/cgroup.subtree_control" ]; then cgroup=$cgroup/hf-exec && mkdir -p "$cgroup"; fi
  echo 0 >"$cgroup/cgroup.procs"
done <"$cgroups"
exec setpriv --bounding-set "$(<"$(dirname "${BASH_SOURCE[0]}")/capabilities")" -- \
  nsenter --target "$pid" --mount --uts --ipc --net --pid --cgroup --root --wd -- "$@"
