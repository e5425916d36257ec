import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Address4 } from "ip-address";
import { run, runOrThrow } from "../command";
import {
  firewallTable,
  mergeDropped,
  type PacketLoss,
  parseDenied,
  renderFirewall,
  renderHopLimit,
  renderIsolation,
  renderPacketLoss,
} from "./firewall";
import { LinkDelay, type PacketDelay } from "./linkDelay";
import { connectPort, disconnectPort, inNamespace, namespacePath } from "./namespaces";
import { mtu, plainAddress, planPort, routerCommands, routerName } from "./ports";
import type { DroppedFlow, FirewallGroup, Port, PortOptions } from "./types";

interface NetworkState {
  nextIndex: number;
  ports: Port[];
  addresses: string[];
}

const stateFile = (directory: string): string => join(directory, "network.json");

/** Kernel settings of the router. IPv6 is not simulated, and redirects would let machines bypass the firewall. */
const routerSettings = `
cd /proc/sys/net
echo 1 > ipv6/conf/all/disable_ipv6
echo 1 > ipv6/conf/default/disable_ipv6
for scope in all default; do
  for setting in rp_filter=0 send_redirects=0 accept_redirects=0 accept_local=0; do
    echo "\${setting#*=}" > "ipv4/conf/$scope/\${setting%=*}"
  done
done
echo 1 > ipv4/conf/default/proxy_arp
echo 1 > ipv4/ip_forward
`;

/** Network of a rehearsal: a router namespace with ports and a stateful firewall between them. */
export class Network {
  private readonly ports = new Map<string, Port>();
  private readonly addresses: Set<string>;
  private nextIndex: number;
  private earlierDrops: DroppedFlow[] = [];
  private linkDelay: LinkDelay | undefined;

  private constructor(
    private readonly directory: string,
    /** Name of the router's network namespace. */
    readonly namespace: string,
    state: NetworkState,
  ) {
    for (const port of state.ports) this.ports.set(port.name, port);
    this.addresses = new Set(state.addresses);
    this.nextIndex = state.nextIndex;
  }

  /**
   * Creates a rehearsal's router, which routes between ports, answers for every address of their subnets, and enforces the
   * security groups. The names of its namespaces follow from the path of the state directory, which is created if missing.
   * Rejects if the network exists.
   */
  static async create(directory: string): Promise<Network> {
    const root = resolve(directory);
    const router = routerName(root);
    if (existsSync(namespacePath(router))) {
      throw new Error(`network namespace ${router} of ${root} exists: take the earlier rehearsal down first`);
    }
    mkdirSync(root, { recursive: true });
    const network = new Network(root, router, { nextIndex: 1, ports: [], addresses: [] });
    network.save();
    await runOrThrow(["ip", "netns", "add", router]);
    await runOrThrow(["ip", "-n", router, "-batch", "-"], { stdin: routerCommands().join("\n") });
    await runOrThrow(inNamespace(router, ["sh", "-euc", routerSettings]));
    await network.setFirewall({});
    return network;
  }

  /** Opens a network that another process created. Undefined if there is none. */
  static open(directory: string): Network | undefined {
    const root = resolve(directory);
    const router = routerName(root);
    if (!existsSync(stateFile(root)) || !existsSync(namespacePath(router))) return undefined;
    return new Network(root, router, JSON.parse(readFileSync(stateFile(root), "utf8")) as NetworkState);
  }

  /** Runs before each change of the kernel's state, so that the file names everything that exists. */
  private save(): void {
    const state: NetworkState = {
      nextIndex: this.nextIndex,
      ports: [...this.ports.values()],
      addresses: [...this.addresses],
    };
    const temporary = `${stateFile(this.directory)}.new`;
    writeFileSync(temporary, JSON.stringify(state, null, 2));
    renameSync(temporary, stateFile(this.directory));
  }

  /**
   * Adds an address to the router's loopback (metadata service, DNS …), reachable from every port. Idempotent. Answers travel
   * `hopLimit` hops: 1 reaches machines, but not their pods.
   */
  async addAddress(address: string, options: { readonly hopLimit?: number } = {}): Promise<void> {
    if (!Address4.isValid(address)) throw new Error(`"${address}" is not an IPv4 address`);
    if (this.addresses.has(plainAddress(address))) return;
    this.addresses.add(plainAddress(address));
    this.save();
    if (options.hopLimit !== undefined) await this.loadRules(renderHopLimit(plainAddress(address), options.hopLimit));
    await runOrThrow(["ip", "-n", this.namespace, "address", "replace", `${plainAddress(address)}/32`, "dev", "lo"]);
  }

  /** Creates a namespace with `eth0`, its addresses and routes, and connects it. Rejects if the name or an address is taken. */
  async addPort(options: PortOptions): Promise<Port> {
    if (this.ports.has(options.name)) throw new Error(`port ${options.name} exists already`);
    const taken = new Map([...this.ports.values()].flatMap((p) => p.addresses.map((a) => [plainAddress(a), p.name])));
    for (const address of options.addresses.map(plainAddress)) {
      const owner = taken.get(address);
      if (owner !== undefined) throw new Error(`port ${options.name}: address ${address} belongs to port ${owner}`);
    }
    const port = planPort(this.namespace, this.nextIndex, options);
    this.nextIndex += 1;
    this.ports.set(port.name, port);
    this.save();
    await connectPort(port);
    return port;
  }

  /** Disconnects the port and removes its namespace, if it exists. */
  async removePort(name: string): Promise<void> {
    const port = this.ports.get(name);
    if (port === undefined) return;
    await disconnectPort(port);
    this.ports.delete(name);
    this.save();
  }

  /** Replaces the firewall in one step; established flows survive. Until the first call nothing passes between ports. */
  async setFirewall(groups: Readonly<Record<string, FirewallGroup>>): Promise<void> {
    const script = renderFirewall(groups);
    // Replacing the table clears its sets of dropped flows.
    this.earlierDrops = await this.dropped();
    await this.loadRules(script);
  }

  /** Isolates addresses and ranges from all others except the router's own. An empty list ends the isolation. */
  isolate(members: readonly string[]): Promise<void> {
    return this.loadRules(renderIsolation(members));
  }

  /** Loses packets on their way from some addresses to others, instead of an earlier loss. Undefined ends it. */
  lose(loss: PacketLoss | undefined): Promise<void> {
    return this.loadRules(renderPacketLoss(loss));
  }

  /** Delays packets on their way from some addresses to others, instead of an earlier delay. Undefined ends it. */
  async delay(delay: PacketDelay | undefined): Promise<void> {
    await this.linkDelay?.end();
    this.linkDelay = undefined;
    if (delay !== undefined) this.linkDelay = await LinkDelay.start(this.namespace, delay, mtu);
  }

  /** Flows dropped since the network was created (at most 4,096), most packets first. */
  async dropped(): Promise<DroppedFlow[]> {
    const sets = (["egress", "ingress"] as const).map(async (direction) => {
      const argv = ["nft", "-j", "list", "set", "ip", firewallTable, `denied_${direction}`];
      const listed = await run(inNamespace(this.namespace, argv));
      return listed.code === 0 ? parseDenied(listed.stdout, direction) : [];
    });
    return mergeDropped(this.earlierDrops, ...(await Promise.all(sets)));
  }

  private async loadRules(script: string): Promise<void> {
    await runOrThrow(inNamespace(this.namespace, ["nft", "-f", "-"]), { stdin: script });
  }
}
