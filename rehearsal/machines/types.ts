/** Plain data about machines and their network, independent of AWS. */

/** Firewall rule. Ports are inclusive and ignored for `icmp` and `all`. */
export interface FirewallRule {
  readonly protocol: "tcp" | "udp" | "icmp" | "all";
  readonly fromPort: number;
  readonly toPort: number;
  /** IPv4 range, or the members of a group. IPv6 ranges are ignored. */
  readonly peer: { readonly cidr: string } | { readonly group: string };
}

/** Security group. A packet passes if a group of its sender and a group of its receiver accept it. */
export interface FirewallGroup {
  /** IPv4 addresses, and the members' pod ranges. An address may be in several groups. */
  readonly members: readonly string[];
  readonly ingress: readonly FirewallRule[];
  readonly egress: readonly FirewallRule[];
}

/** Flow that no rule accepted. `port` is 0 for protocols without ports. */
export interface DroppedFlow {
  readonly direction: "egress" | "ingress";
  readonly source: string;
  readonly destination: string;
  readonly protocol: string;
  readonly port: number;
  readonly packets: number;
}

export interface PortOptions {
  /** Unique within the network, e.g. an instance id. */
  readonly name: string;
  /** Addresses with prefix length, e.g. `10.0.0.11/20`. Outgoing traffic uses the first. */
  readonly addresses: readonly string[];
  /** The subnet's router, e.g. `10.0.0.1`. */
  readonly gateway: string;
  /** Range of the machine's pods, routed to its first address. Default: none. */
  readonly podCidr?: string;
}

/** Network interface `eth0` in its own namespace, connected to the router. Plain data that can be written to disk. */
export interface Port extends PortOptions {
  /** Name of the port's network namespace (`ip netns exec <namespace> …`). */
  readonly namespace: string;
  /** MAC address of `eth0`. */
  readonly mac: string;
  /** Name of the router's end. */
  readonly routerInterface: string;
  /** Network namespace of the router. */
  readonly router: string;
}

export interface MachineOptions {
  /** Name, e.g. an instance id: `[a-zA-Z0-9-]`, at most 63 characters. Also the first host name. */
  readonly id: string;
  /** The machine's own directory on a disk (not tmpfs or overlay); created, must not contain a machine. */
  readonly directory: string;
  /** Root tree shared by all machines, read-only. */
  readonly image: string;
  /** /var/lib/containerd with unpacked images, on the same file system as `directory`. Default: empty. */
  readonly containerdSeed?: string;
  readonly port: Port;
  /** Address of the DNS server. */
  readonly nameserver: string;
  /** Environment of every service (systemd's DefaultEnvironment) and of `exec`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Files to write before the first boot, by absolute path. `mode` defaults to 0o644. */
  readonly files: Readonly<Record<string, { readonly content: string | Buffer; readonly mode?: number }>>;
}

export interface BlockDevice {
  /** Path below /dev, e.g. `disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0123`. */
  readonly name: string;
  /** File with its content, created by the caller (`createBackingFile`); may be sparse. */
  readonly backing: string;
}

export interface ExecResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Reason for a stop: switched off or crashed (`off`), halted itself (`halted`), or rebooting (`reboot`). */
export type StopReason = "off" | "halted" | "reboot";
