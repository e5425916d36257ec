# shellcheck shell=bash
# Checks of preflight: each prints the problem and its fix, or nothing. `role` is this machine's role.
# shellcheck disable=SC2154
PROC=${HOLDFAST_PROC:-/proc} CGROUP=${HOLDFAST_CGROUP:-/sys/fs/cgroup}

check_kernel() { # Kubernetes requires 5.8 for cgroup v2; 5.10 is the oldest maintained kernel with all features it lists.
  local version
  version=$(uname -r)
  [ "$(printf '%s\n' 5.10 "${version%%-*}" | sort -V | head -n 1)" = 5.10 ] || echo "Linux $version is too old; use 5.10 or later"
}

check_memory() { # kubeadm requires 1700 MB on a control plane; 800 MB leave a worker room for pods.
  local least=800 have
  [ "$role" = worker ] || least=1700
  have=$(awk '/^MemTotal:/ { print int($2 / 1024) }' "$PROC/meminfo")
  [ "$have" -ge "$least" ] || echo "$have MiB of memory, $role needs $least MiB; use a larger instance type"
}

check_cpus() {
  local least=1
  [ "$role" != control-plane ] || least=2
  [ "$(nproc)" -ge "$least" ] || echo "$(nproc) CPU, $role needs $least; use a larger instance type"
}

check_disk_space() { # Above kubelet's eviction threshold with the control plane's images.
  local free
  free=$(df --output=avail -m /var/lib | tail -n 1)
  [ "$free" -ge 5120 ] || echo "$free MiB free in /var/lib, needs 5120 MiB; use a larger root volume"
}

check_clock() { # For certificates and signatures; etcd warns from one second on.
  local offset
  for _ in {1..30}; do
    offset=$(clock_offset)
    [ -n "$offset" ] || return 0 # AWS is not reachable; the steps that need it fail.
    [ "${offset#-}" -gt 5 ] || return 0
    sleep 1
  done
  echo "the clock is $offset s off AWS's; configure chrony or timesyncd with 169.254.169.123"
}

check_commands() {
  local command missing=()
  local all=(awk base64 blkid blockdev cmp curl dumpe2fs e2fsck findmnt flock grep gzip ip jq mkfs.ext4 modprobe mount mountpoint openssl resize2fs sed sha256sum systemctl tar wipefs)
  [ "$role" = etcd ] || all+=(conntrack ethtool iptables nsenter socat)
  for command in "${all[@]}"; do command -v "$command" >/dev/null || missing+=("$command"); done
  [ ${#missing[@]} = 0 ] || echo "missing commands: ${missing[*]}"
}

check_hostname() {
  local name
  name=$(<"$PROC/sys/kernel/hostname")
  [[ $name =~ ^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$ && $name != localhost* ]] || echo "host name '$name' is not a lower-case DNS name"
}

check_address() {
  identity
  # No pipe: grep -q exits early, which pipefail turns into a failure.
  grep -qF " $INSTANCE_IP/" <<<"$(ip -4 -o addr show)" || echo "no interface has the metadata service's address $INSTANCE_IP"
}

check_machine_id() { [ -s "${HOLDFAST_MACHINE_ID:-/etc/machine-id}" ] || echo "/etc/machine-id is empty: the journal and DHCP need it"; }

check_kernel_modules() {
  grep -qw overlay "$PROC/filesystems" || echo "the kernel lacks the overlay file system"
  [ -e "$PROC/sys/net/bridge/bridge-nf-call-iptables" ] || echo "br_netfilter is not loaded"
  [ -e "$PROC/sys/net/netfilter/nf_conntrack_max" ] || echo "nf_conntrack is not loaded"
}

check_kernel_settings() {
  local key value found
  while IFS='= ' read -r key value; do
    case $key in '' | '#'*) continue ;; esac
    found=$(cat "$PROC/sys/${key//.//}" 2>/dev/null || echo none)
    [ "$found" = "$value" ] || echo "$key is $found, expected $value"
  done <"$HOLDFAST/config/sysctl-required.conf"
}

check_namespaces() {
  local kind
  for kind in cgroup ipc mnt net pid uts; do [ -e "$PROC/self/ns/$kind" ] || echo "the kernel lacks $kind namespaces"; done
}

check_seccomp() { grep -q '^Seccomp:' "$PROC/self/status" || echo "the kernel lacks seccomp"; }

check_cgroup_v2() { [ -e "$CGROUP/cgroup.controllers" ] || echo "cgroup v1 is active; boot with systemd.unified_cgroup_hierarchy=1"; }

check_cgroup_controllers() {
  local controller have
  if [ -e "$CGROUP/cgroup.controllers" ]; then have=$(<"$CGROUP/cgroup.controllers"); else have=$(awk '$4 == 1 { print $1 }' "$PROC/cgroups"); fi
  for controller in cpu cpuset memory pids; do
    grep -qw "$controller" <<<"$have" || echo "cgroup controller $controller is disabled"
  done
}

check_swap() { [ "$(wc -l <"$PROC/swaps")" -le 1 ] || echo "swap is enabled, which defeats kubelet's memory limits"; }

check_iptables() { iptables -w 5 -t nat -nL >/dev/null 2>&1 || echo "iptables cannot use the kernel's nat table: $(iptables -t nat -nL 2>&1 | head -n 1)"; }
