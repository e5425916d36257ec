#!/bin/bash
# seed.sh SEED TARGET: gives a machine its own /var/lib/containerd with images unpacked. Blobs and unpacked layers are never
# changed in place and may be shared; databases are, and are copied.
set -euo pipefail
seed=$1 target=$2
cp --archive --link "$seed/." "$target"
cd "$seed"
find . -name '*.db' -type f -exec cp --archive --parents --remove-destination {} "$target" \;
