/**
 * Interfaces of machines and their network, independent of AWS: a machine has a root, an address, block devices and power;
 * a network has ports and a stateful firewall between them.
 */
import type { CommandOptions } from "../command";

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

export interface Network {
  /** Name of the router's network namespace. */
  readonly namespace: string;
  /**
   * Adds an address to the router's loopback (metadata service, DNS …), reachable from every port. Idempotent. Answers travel
   * `hopLimit` hops: 1 reaches machines, but not their pods.
   */
  addAddress(address: string, options?: { readonly hopLimit?: number }): Promise<void>;
  /** Creates a namespace with `eth0`, its addresses and routes, and connects it. Rejects if the name or an address is taken. */
  addPort(options: PortOptions): Promise<Port>;
  /** Disconnects the port and removes its namespace, if it exists. */
  removePort(name: string): Promise<void>;
  /** Replaces the firewall in one step; established flows survive. Until the first call nothing passes between ports. */
  setFirewall(groups: Readonly<Record<string, FirewallGroup>>): Promise<void>;
  /** Isolates addresses and ranges from all others except the router's own. An empty list ends the isolation. */
  isolate(members: readonly string[]): Promise<void>;
  /** Flows dropped since the network was created (at most 4,096), most packets first. */
  dropped(): Promise<DroppedFlow[]>;
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

export interface Machine {
  readonly id: string;
  readonly directory: string;
  readonly port: Port;
  readonly running: boolean;
  /** Console output of all boots. */
  readonly consoleLog: string;
  /** Process id of the machine's PID 1 on the host, while it runs. */
  readonly pid: number | undefined;
  /** Boots the machine. Resolves when its systemd accepts commands; otherwise rejects with the console's last lines. */
  start(): Promise<void>;
  /** Cuts the power: disconnects the network, kills every process, releases devices. The disk stays. */
  powerOff(): Promise<void>;
  /** Shuts down cleanly; cuts the power after `timeoutMs` (default 30,000). */
  halt(timeoutMs?: number): Promise<void>;
  /** Powers off and removes everything except backing files and the port: cgroups, mounts, devices, directory. */
  destroy(): Promise<void>;
  /** Runs a command as root in the machine's cgroups. Rejects only if the machine is off. */
  exec(argv: readonly string[], options?: Pick<CommandOptions, "stdin" | "timeoutMs">): Promise<ExecResult>;
  /**
   * Sets the clocks of running processes of these programs (file names) to the host's plus `ahead` seconds (negative: behind;
   * 0 restores them). Resolves with the number of processes. Rejects if the machine is off, and on other hosts than x86-64.
   */
  setClocks(programs: readonly string[], ahead: number): Promise<number>;
  /** Command line that opens a shell (or runs `argv`) inside, for the host with inherited stdio. */
  shellCommand(argv?: readonly string[]): string[];
  /** Attaches a device now, or at the next start of a machine that is off. Rejects if the file is in use elsewhere. */
  attachDevice(device: BlockDevice): Promise<void>;
  /** Detaches a device, if it is attached. Rejects while it is mounted. */
  detachDevice(name: string): Promise<void>;
  readonly devices: readonly BlockDevice[];
  /** Registers a callback for every stop. */
  onStop(callback: (reason: StopReason) => void): void;
}
