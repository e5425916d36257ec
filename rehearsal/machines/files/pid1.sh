#!/bin/bash
# PID 1 of the machine: leaves word of who it is on the host, and moves into its cgroups before it shuts their doors behind it.
set -euo pipefail

# /proc is still the host's, so this is the host's number. With the start time (field 22) it is never taken for another.
read -r stat </proc/self/stat
read -ra fields <<<"${stat##*) }"
echo "${stat%% *} ${fields[19]}" >"$HF_DIRECTORY/pid"

while read -r cgroup _; do
  echo 0 >"$cgroup/cgroup.procs"
done <"$HF_DIRECTORY/cgroups"

# Only now: the root of a cgroup namespace is the cgroup that its maker is in. The capabilities that go are those over the
# host's clock, modules and hardware, which no namespace divides.
files=$(dirname "${BASH_SOURCE[0]}")
exec setpriv --bounding-set "$(<"$files/capabilities")" -- unshare --cgroup -- /bin/bash "$files/root.sh"
