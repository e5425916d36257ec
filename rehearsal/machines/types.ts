/**
 * What a machine and a wire are to the rest of the rehearsal. Nothing here knows of AWS: a machine has a root, an
 * address, block devices and a power switch; a network has ports and a stateful firewall between them.
 */

/** One rule of a group. Ports are inclusive; they mean nothing for `icmp` and `all`. */
export interface FirewallRule {
  readonly protocol: "tcp" | "udp" | "icmp" | "all";
  readonly fromPort: number;
  readonly toPort: number;
  /** An IPv4 range, or the members of another (or the same) group. IPv6 ranges are ignored: there is no IPv6 here. */
  readonly peer: { readonly cidr: string } | { readonly group: string };
}

/** A security group: a packet passes if any group of its sender lets it out and any group of its receiver lets it in. */
export interface FirewallGroup {
  /** IPv4 addresses and ranges (pod ranges of the members' machines). An address may be in several groups. */
  readonly members: readonly string[];
  readonly ingress: readonly FirewallRule[];
  readonly egress: readonly FirewallRule[];
}

/** A flow that no rule let through. `port` is 0 where the protocol has none. */
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
  /** Addresses with the length of their subnet, e.g. `10.0.0.11/20`. The first is the one used for outgoing traffic. */
  readonly addresses: readonly string[];
  /** The subnet's router, e.g. `10.0.0.1`. */
  readonly gateway: string;
  /** Range of the machine's pods, routed to its first address. Default none. */
  readonly podCidr?: string;
}

/** A network interface `eth0` in a namespace of its own, wired to the router. Plain data: it can be written to disk. */
export interface Port extends PortOptions {
  /** Name of the port's network namespace (`ip netns exec <namespace> …`). */
  readonly namespace: string;
  /** Pinned address of `eth0`. */
  readonly mac: string;
  /** Name of the other end, inside the router's namespace. */
  readonly routerInterface: string;
  /** Namespace of the router. */
  readonly router: string;
}

export interface Network {
  /** Name of the router's network namespace. */
  readonly namespace: string;
  /** Ports by name. */
  readonly ports: ReadonlyMap<string, Port>;
  /**
   * Makes an address the router's own (metadata service, DNS …): on its loopback, reachable from every port. Idempotent.
   * With `hopLimit` its answers live that many hops: 1 reaches the machine and none of its pods.
   */
  addAddress(address: string, options?: { readonly hopLimit?: number }): Promise<void>;
  /** Makes a namespace with `eth0`, its addresses and routes, and plugs it in. Rejects if the name or an address is taken. */
  addPort(options: PortOptions): Promise<Port>;
  /** Unplugs the port and removes its namespace. Does nothing if there is none. */
  removePort(name: string): Promise<void>;
  /** Replaces the whole firewall in one step. Before the first call nothing passes between ports. Established flows stay. */
  setFirewall(groups: Readonly<Record<string, FirewallGroup>>): Promise<void>;
  /** Parts addresses and ranges from all others, connections that exist included; the router's own stay reachable. None: mends it. */
  isolate(members: readonly string[]): Promise<void>;
  /** Flows that were dropped since the network was made (at most 4,096 different ones), most packets first. */
  dropped(): Promise<DroppedFlow[]>;
  /** Removes the router, every port and what runs in them is cut off. */
  destroy(): Promise<void>;
}

export interface MachineOptions {
  /** Name of the machine, e.g. an instance id: `[a-zA-Z0-9-]`, at most 63 characters. Also its first host name. */
  readonly id: string;
  /** The machine's own directory, on a real disk (not tmpfs, not overlay); created, must not hold a machine yet. */
  readonly directory: string;
  /** Root tree that all machines share, read-only. */
  readonly image: string;
  /** A /var/lib/containerd with images unpacked, on the same file system as `directory`. Default: empty. */
  readonly containerdSeed?: string;
  readonly port: Port;
  /** Address of the DNS server. */
  readonly nameserver: string;
  /** Environment of every service (systemd's DefaultEnvironment) and of `exec`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Files written into the root before the first boot, by absolute path. `mode` defaults to 0o644. */
  readonly files: Readonly<Record<string, { readonly content: string | Buffer; readonly mode?: number }>>;
}

export interface BlockDevice {
  /** Path below /dev that leads to it, e.g. `disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0123`. */
  readonly name: string;
  /** File that holds its content. Made by the caller (`makeBackingFile`); may be sparse. */
  readonly backing: string;
}

export interface ExecResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Why a machine stopped: it was told to (`off`), halted itself (`halted`), or asked for a reboot (`reboot`). */
export type StopReason = "off" | "halted" | "reboot";

export interface Machine {
  readonly id: string;
  readonly directory: string;
  readonly port: Port;
  readonly running: boolean;
  /** Everything the console showed, over all boots. */
  readonly consoleLog: string;
  /** Process id of the machine's PID 1 as the host sees it, while it runs. */
  readonly pid: number | undefined;
  /** Boots it. Resolves when its systemd takes commands. Rejects with the console's last lines if it does not come to that. */
  start(): Promise<void>;
  /** Pulls the plug: the wire goes dead, every process is killed, devices are released. The disk stays. */
  powerOff(): Promise<void>;
  /** Shuts down cleanly; pulls the plug after `timeoutMs` (default 30,000). */
  halt(timeoutMs?: number): Promise<void>;
  /** Powers off and removes every trace but the backing files and the port: cgroups, mounts, devices, directory. */
  destroy(): Promise<void>;
  /** Runs a command inside, as root, accounted to the machine. Rejects only if the machine is off. */
  exec(
    argv: readonly string[],
    options?: { readonly stdin?: string | Buffer; readonly timeoutMs?: number },
  ): Promise<ExecResult>;
  /**
   * Sets the clocks of those of its processes that run one of these programs (names of files) to the host's plus `ahead`
   * seconds, negative: behind; 0: right again. Other processes, and later ones, go by the host's clock. Resolves with how many
   * there were. Rejects if the machine is off, and on other processors than x86-64.
   */
  setClocks(programs: readonly string[], ahead: number): Promise<number>;
  /** A command line that, run on the host with inherited stdio, is a shell (or `argv`) inside. */
  shellCommand(argv?: readonly string[]): string[];
  /** Plugs a device in; on a machine that is off, it is there at the next start. Rejects if the file is in use elsewhere. */
  attachDevice(device: BlockDevice): Promise<void>;
  /** Takes it out. Rejects while the device is mounted. Does nothing if it is not attached. */
  detachDevice(name: string): Promise<void>;
  /** Names of attached devices. */
  readonly devices: readonly BlockDevice[];
  /** Called once for each time it stops, whatever the reason. */
  onStop(callback: (reason: StopReason) => void): void;
}
