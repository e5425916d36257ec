#!/bin/bash
# Starts a machine and waits for its end. Runs on the host, on a terminal that `script` made: the machine's console.
#   HF_DIRECTORY  the machine's directory      HF_IMAGE  root tree that machines share
#   HF_NAMESPACE  its network namespace        HF_HOSTNAME
set -uo pipefail
trap '' HUP # whoever started the rehearsal may close their terminal: machines stay up

files=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# --propagation slave: no mount of the machine is seen outside, and what is unmounted outside is not held in here.
nsenter --net="/run/netns/${HF_NAMESPACE:?}" \
  unshare --mount --propagation slave --uts --ipc --pid --fork -- \
  /bin/bash "$files/pid1.sh"
echo $? >"${HF_DIRECTORY:?}/exit"
