#!/bin/bash
# seed.sh SEED TARGET: creates a machine's /var/lib/containerd with unpacked images. Shares blobs and unpacked layers, which
# never change in place, and copies databases, which do.
set -euo pipefail
seed=$1 target=$2
cp --archive --link "$seed/." "$target"
cd "$seed"
find . -name '*.db' -type f -exec cp --archive --parents --remove-destination {} "$target" \;
