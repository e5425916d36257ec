# shellcheck shell=bash
# The checks of preflight: each prints what is wrong with the machine and how to mend it, or nothing.
# shellcheck disable=SC2154 # `role` is set by preflight
PROC=${HOLDFAST_PROC:-/proc} CGROUP=${HOLDFAST_CGROUP:-/sys/fs/cgroup}

check_kernel() { # Kubernetes' own lowest for cgroup v2 is 5.8; 5.10 is the oldest kept kernel that has all that it lists.
  local version
  version=$(uname -r)
  [ "$(printf '%s\n' 5.10 "${version%%-*}" | sort -V | head -n 1)" = 5.10 ] || echo "Linux $version is too old: 5.10 or later"
}

check_memory() { # kubeadm asks 1700 MB of a control plane; 800 MB leave a worker room for pods.
  local least=800 have
  [ "$role" = worker ] || least=1700
  have=$(awk '/^MemTotal:/ { print int($2 / 1024) }' "$PROC/meminfo")
  [ "$have" -ge "$least" ] || echo "$have MiB of memory: a $role needs $least MiB, take a larger instance type"
}

check_cpus() {
  local least=1
  [ "$role" != controlPlane ] || least=2
  [ "$(nproc)" -ge "$least" ] || echo "$(nproc) CPU: a $role needs $least, take a larger instance type"
}

check_disk_space() { # Above kubelet's eviction threshold with the images of the control plane on it.
  local free
  free=$(df --output=avail -m /var/lib | tail -n 1)
  [ "$free" -ge 5120 ] || echo "$free MiB free below /var/lib: 5120 are needed, take a larger root volume"
}

check_clock() { # Certificates and signatures need one time; etcd warns from one second on.
  local offset
  for _ in {1..30}; do
    offset=$(clock_offset)
    [ -n "$offset" ] || return 0 # AWS out of reach is not the clock's fault; the steps that need it will say so.
    [ "${offset#-}" -gt 5 ] || return 0
    sleep 1
  done
  echo "the clock is $offset s off AWS's: let chrony or timesyncd use 169.254.169.123"
}

check_commands() {
  local command missing=()
  local all=(awk base64 blkid cmp curl e2fsck findmnt flock grep gzip ip jq mkfs.ext4 modprobe mount mountpoint openssl resize2fs sed sha256sum systemctl tar wipefs)
  [ "$role" = etcd ] || all+=(conntrack ethtool iptables nsenter socat)
  for command in "${all[@]}"; do command -v "$command" >/dev/null || missing+=("$command"); done
  [ ${#missing[@]} = 0 ] || echo "commands are missing: ${missing[*]}"
}

check_hostname() {
  local name
  name=$(<"$PROC/sys/kernel/hostname")
  [[ $name =~ ^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$ && $name != localhost* ]] || echo "host name '$name' is no lower-case DNS name of this machine"
}

check_address() {
  identity
  # Not through a pipe: grep -q hangs up early, and pipefail takes that for a failure.
  grep -qF " $INSTANCE_IP/" <<<"$(ip -4 -o addr show)" || echo "the metadata service's address $INSTANCE_IP is on no interface"
}

check_machine_id() { [ -s "${HOLDFAST_MACHINE_ID:-/etc/machine-id}" ] || echo "/etc/machine-id is empty: the journal and DHCP need it"; }

check_kernel_modules() {
  grep -qw overlay "$PROC/filesystems" || echo "the kernel has no overlay file system"
  [ -e "$PROC/sys/net/bridge/bridge-nf-call-iptables" ] || echo "br_netfilter is not loaded"
  [ -e "$PROC/sys/net/netfilter/nf_conntrack_max" ] || echo "nf_conntrack is not loaded"
}

check_kernel_settings() {
  local key value found
  while IFS='= ' read -r key value; do
    case $key in '' | '#'*) continue ;; esac
    found=$(cat "$PROC/sys/${key//.//}" 2>/dev/null || echo none)
    [ "$found" = "$value" ] || echo "$key is $found, not $value"
  done <"$HOLDFAST/config/sysctl-required.conf"
}

check_namespaces() {
  local kind
  for kind in cgroup ipc mnt net pid uts; do [ -e "$PROC/self/ns/$kind" ] || echo "the kernel has no $kind namespaces"; done
}

check_seccomp() { grep -q '^Seccomp:' "$PROC/self/status" || echo "the kernel has no seccomp"; }

check_cgroup_v2() { [ -e "$CGROUP/cgroup.controllers" ] || echo "cgroup v1: boot with systemd.unified_cgroup_hierarchy=1"; }

check_cgroup_controllers() {
  local controller have
  if [ -e "$CGROUP/cgroup.controllers" ]; then have=$(<"$CGROUP/cgroup.controllers"); else have=$(awk '$4 == 1 { print $1 }' "$PROC/cgroups"); fi
  for controller in cpu cpuset memory pids; do
    grep -qw "$controller" <<<"$have" || echo "cgroup controller $controller is off"
  done
}

check_swap() { [ "$(wc -l <"$PROC/swaps")" -le 1 ] || echo "swap is on: kubelet's memory limits would not hold"; }

check_iptables() { iptables -w 5 -t nat -nL >/dev/null 2>&1 || echo "iptables cannot use the kernel's nat table: $(iptables -t nat -nL 2>&1 | head -n 1)"; }
