#!/bin/bash
# Starts a machine and waits for its end. Runs on the host, on a terminal of `script`: the machine's console.
#   HF_DIRECTORY  the machine's directory      HF_IMAGE  shared root tree
#   HF_NAMESPACE  its network namespace        HF_HOSTNAME
set -uo pipefail
trap '' HUP # machines stay up when the terminal that started the rehearsal closes

files=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# --propagation slave: hides the machine's mounts from the host, and passes the host's unmounts on to the machine.
nsenter --net="/run/netns/${HF_NAMESPACE:?}" \
  unshare --mount --propagation slave --uts --ipc --pid --fork -- \
  /bin/bash "$files/pid1.sh"
echo $? >"${HF_DIRECTORY:?}/exit"
