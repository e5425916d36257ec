#!/bin/bash
# Assembles the machine's root and becomes its init. Runs as PID 1 in its own namespaces.
set -euo pipefail

files=$(dirname "${BASH_SOURCE[0]}")
root=$HF_DIRECTORY/root
console=$(tty)
exec 9>"$HF_DIRECTORY/ready" # opened while the host's files are still reachable

mount -t overlay overlay -o "lowerdir=$HF_IMAGE,upperdir=$HF_DIRECTORY/upper,workdir=$HF_DIRECTORY/work" "$root"
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
mount -t tmpfs -o nosuid,nodev,mode=755,size=20% tmpfs "$root/run"
mount -t tmpfs -o nosuid,nodev,mode=1777 tmpfs "$root/tmp"

# Data of container overlays, databases and journals is on the disk itself: overlay does not stack on overlay.
for path in var/lib/containerd var/lib/kubelet var/log; do
  mkdir -p "$root/$path"
  mount --bind "$HF_DIRECTORY/disk/${path//\//-}" "$root/$path"
done

# /sys: the kernel's, read-only, each folder bound into a tmpfs, which can hold the files that identify EC2.
mkdir -p "$HF_DIRECTORY/sysfs"
mount -t sysfs -o nosuid,nodev,noexec,ro sysfs "$HF_DIRECTORY/sysfs"
mount -t tmpfs -o nosuid,nodev,noexec,mode=755,size=1m tmpfs "$root/sys"
for folder in "$HF_DIRECTORY"/sysfs/*/; do
  name=$(basename "$folder")
  [ "$name" = hypervisor ] && continue
  mkdir "$root/sys/$name"
  mount --bind "$folder" "$root/sys/$name"
done
mkdir "$root/sys/hypervisor"
echo xen >"$root/sys/hypervisor/type"
cat "$HF_DIRECTORY/uuid" >"$root/sys/hypervisor/uuid"
mount -o remount,ro "$root/sys"

# The machine's own cgroups: its cgroup namespace makes them the root of each mount.
if [ "$HF_CGROUP_VERSION" = 2 ]; then
  mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 "$root/sys/fs/cgroup"
else
  mount -t tmpfs -o nosuid,nodev,noexec,mode=755,size=1m tmpfs "$root/sys/fs/cgroup"
  while read -r _ options; do
    folder=$root/sys/fs/cgroup/${options#name=}
    mkdir "$folder"
    case $options in
    unified) mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 "$folder" ;;
    name=*) mount -t cgroup -o "nosuid,nodev,noexec,none,$options" cgroup "$folder" ;;
    *) mount -t cgroup -o "nosuid,nodev,noexec,$options" cgroup "$folder" ;;
    esac
    # Programs look for controllers that share a hierarchy under each of their names.
    case $options in *,*) for one in ${options//,/ }; do ln -s "$options" "$root/sys/fs/cgroup/$one"; done ;; esac
  done <"$HF_DIRECTORY/cgroups"
fi

# /dev
mount -t tmpfs -o nosuid,mode=755,size=1m tmpfs "$root/dev"
mkdir -p "$root"/dev/{pts,shm,mqueue,net,disk}
while read -r name major minor; do
  mknod -m 666 "$root/dev/$name" c "$major" "$minor"
done <<'NODES'
null 1 3
zero 1 5
full 1 7
random 1 8
urandom 1 9
tty 5 0
kmsg 1 11
fuse 10 229
net/tun 10 200
NODES
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
mount -t tmpfs -o nosuid,nodev,mode=1777 tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
ln -s fd/0 "$root/dev/stdin"
ln -s fd/1 "$root/dev/stdout"
ln -s fd/2 "$root/dev/stderr"
: >"$root/dev/console"
mount --bind "$console" "$root/dev/console"
while read -r node minor link; do
  mknod -m 660 "$root/dev/$node" b 7 "$minor"
  [ -z "$link" ] && continue
  mkdir -p "$(dirname "$root/dev/$link")"
  ln -s "/dev/$node" "$root/dev/$link"
done <"$HF_DIRECTORY/devices"

# /proc/sys: the network's settings belong to the machine, the rest to the host, read-only. Settings that node software
# writes or requires are files of the machine: it reads back its own values, and the host does not change.
echo "$HF_HOSTNAME" >"$root/proc/sys/kernel/hostname"
mount --bind "$root/proc/sys" "$root/proc/sys"
mount --bind "$root/proc/sys/net" "$root/proc/sys/net"
rm -rf "$HF_DIRECTORY/sysctl"
mkdir "$HF_DIRECTORY/sysctl"
while IFS='=' read -r setting value; do
  [ -e "$root/proc/sys/$setting" ] || continue
  own=$HF_DIRECTORY/sysctl/${setting//\//.}
  if [ -n "$value" ]; then echo "$value"; else read -r value <"$root/proc/sys/$setting" && echo "$value"; fi >"$own"
  mount --bind "$own" "$root/proc/sys/$setting"
done < <(grep -v '^#' "$files/sysctl")
mount -o remount,bind,ro "$root/proc/sys"
# Without this the machine would switch off the host's swap.
head -n 1 "$root/proc/swaps" >"$HF_DIRECTORY/sysctl/swaps"
mount --bind "$HF_DIRECTORY/sysctl/swaps" "$root/proc/swaps"
if [ -e "$root/proc/sysrq-trigger" ]; then
  mount --bind "$root/proc/sysrq-trigger" "$root/proc/sysrq-trigger"
  mount -o remount,bind,ro "$root/proc/sysrq-trigger"
fi

cd "$root"
mkdir -p .host
pivot_root . .host
umount -l /.host
rmdir /.host
# As systemd does at the boot of a machine, but not of a container: a pod can mount something for its node.
mount --make-rshared /
echo ready >&9
exec 9>&-
exec env -i container=lxc PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb \
  /sbin/init </dev/console >/dev/console 2>&1
