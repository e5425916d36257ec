#!/bin/bash
# enter.sh PID CGROUPS COMMAND…: runs a command inside a machine and its cgroups.
set -euo pipefail
pid=$1 cgroups=$2
shift 2
while read -r cgroup _; do
  # In version 2, a cgroup that delegates controllers accepts no process.
  if [ -e "$cgroup/cgroup.subtree_control" ]; then cgroup=$cgroup/hf-exec && mkdir -p "$cgroup"; fi
  echo 0 >"$cgroup/cgroup.procs"
done <"$cgroups"
exec setpriv --bounding-set "$(<"$(dirname "${BASH_SOURCE[0]}")/capabilities")" -- \
  nsenter --target "$pid" --mount --uts --ipc --net --pid --cgroup --root --wd -- "$@"
