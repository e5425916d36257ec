#!/bin/bash
# PID 1 of the machine: records its identity on the host and enters its cgroups, before namespaces hide both.
set -euo pipefail

# /proc is still the host's, so this is the host's process id. The start time (field 22) makes it unique.
read -r stat </proc/self/stat
read -ra fields <<<"${stat##*) }"
echo "${stat%% *} ${fields[19]}" >"$HF_DIRECTORY/pid"

while read -r cgroup _; do
  echo 0 >"$cgroup/cgroup.procs"
done <"$HF_DIRECTORY/cgroups"

# Last, because the root of a cgroup namespace is the cgroup of its creator. The dropped capabilities control the host's
# clock, modules and hardware, which have no namespace.
files=$(dirname "${BASH_SOURCE[0]}")
exec setpriv --bounding-set "$(<"$files/capabilities")" -- unshare --cgroup -- /bin/bash "$files/root.sh"
