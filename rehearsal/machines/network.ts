import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Address4 } from "ip-address";
import { must, run } from "../command";
import { firewallTable, mergeDropped, parseDenied, renderIsolation, renderFirewall, renderHopLimit } from "./firewall";
import { disconnectPort, ensureNamespace, inNamespace, connectPort, removeNamespaces } from "./namespaces";
import type { DroppedFlow, FirewallGroup, Network, Port, PortOptions } from "./types";
import { plainAddress, planPort, routerCommands, routerName } from "./ports";

interface NetworkState {
  nextIndex: number;
  ports: Port[];
  addresses: string[];
}

const stateFile = (directory: string): string => join(directory, "network.json");

/**
 * Makes the rehearsal's router: a network namespace that routes between ports, answers for every address of their subnets,
 * and drops what no security group lets through. `directory` is the rehearsal's state directory (created if missing): the
 * names of its namespaces come from its path. Rejects if that network exists already.
 */
export async function createNetwork(directory: string): Promise<Network> {
  const root = resolve(directory);
  const router = routerName(root);
  if (existsSync(`/run/netns/${router}`)) {
    throw new Error(`network namespace ${router} of ${root} exists already: destroy what an earlier run left first`);
  }
  mkdirSync(root, { recursive: true });
  const network = new RouterNetwork(root, router, { nextIndex: 1, ports: [], addresses: [] });
  network.save();
  await ensureNamespace(router);
  await must(["ip", "-n", router, "-batch", "-"], { stdin: routerCommands().join("\n") });
  // Neither IPv6 nor redirects: the first is not simulated, the second would tell machines to talk past the firewall.
  await inNamespace(
    router,
    [
      "cd /proc/sys/net",
      "echo 1 > ipv6/conf/all/disable_ipv6",
      "echo 1 > ipv6/conf/default/disable_ipv6",
      "for scope in all default; do",
      "  for setting in rp_filter=0 send_redirects=0 accept_redirects=0 accept_local=0; do",
      '    echo "${setting#*=}" > "ipv4/conf/$scope/${setting%=*}"',
      "  done",
      "done",
      "echo 1 > ipv4/conf/default/proxy_arp",
      "echo 1 > ipv4/ip_forward",
    ].join("\n"),
  );
  await network.setFirewall({});
  return network;
}

/** Finds again a network that another process made. Undefined if there is none (any more). */
export function openNetwork(directory: string): Network | undefined {
  const root = resolve(directory);
  const router = routerName(root);
  if (!existsSync(stateFile(root)) || !existsSync(`/run/netns/${router}`)) return undefined;
  return new RouterNetwork(root, router, JSON.parse(readFileSync(stateFile(root), "utf8")) as NetworkState);
}

class RouterNetwork implements Network {
  readonly ports = new Map<string, Port>();
  private readonly addresses: Set<string>;
  private nextIndex: number;
  private earlierDrops: DroppedFlow[] = [];

  constructor(
    private readonly directory: string,
    readonly namespace: string,
    state: NetworkState,
  ) {
    for (const port of state.ports) this.ports.set(port.name, port);
    this.addresses = new Set(state.addresses);
    this.nextIndex = state.nextIndex;
  }

  /** Written before the kernel is changed: what exists is always a subset of what the file names. */
  save(): void {
    const state: NetworkState = {
      nextIndex: this.nextIndex,
      ports: [...this.ports.values()],
      addresses: [...this.addresses],
    };
    const temporary = `${stateFile(this.directory)}.new`;
    writeFileSync(temporary, JSON.stringify(state, null, 2));
    renameSync(temporary, stateFile(this.directory));
  }

  async addAddress(address: string, options: { readonly hopLimit?: number } = {}): Promise<void> {
    if (!Address4.isValid(address)) throw new Error(`"${address}" is no IPv4 address`);
    if (this.addresses.has(plainAddress(address))) return;
    this.addresses.add(plainAddress(address));
    this.save();
    if (options.hopLimit !== undefined) {
      const script = renderHopLimit(plainAddress(address), options.hopLimit);
      await must(["nsenter", `--net=/run/netns/${this.namespace}`, "nft", "-f", "-"], { stdin: script });
    }
    await must(["ip", "-n", this.namespace, "address", "replace", `${plainAddress(address)}/32`, "dev", "lo"]);
  }

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

  async removePort(name: string): Promise<void> {
    const port = this.ports.get(name);
    if (port === undefined) return;
    await disconnectPort(port);
    this.ports.delete(name);
    this.save();
  }

  async setFirewall(groups: Readonly<Record<string, FirewallGroup>>): Promise<void> {
    const script = renderFirewall(groups);
    // The table is replaced with everything in it: what it remembered of dropped flows moves over here.
    this.earlierDrops = await this.dropped();
    await must(["nsenter", `--net=/run/netns/${this.namespace}`, "nft", "-f", "-"], { stdin: script });
  }

  async isolate(members: readonly string[]): Promise<void> {
    await must(["nsenter", `--net=/run/netns/${this.namespace}`, "nft", "-f", "-"], {
      stdin: renderIsolation(members),
    });
  }

  async dropped(): Promise<DroppedFlow[]> {
    const sets = (["egress", "ingress"] as const).map(async (direction) => {
      const argv = ["nft", "-j", "list", "set", "ip", firewallTable, `denied_${direction}`];
      const listed = await run(["nsenter", `--net=/run/netns/${this.namespace}`, ...argv]);
      return listed.code === 0 ? parseDenied(listed.stdout, direction) : [];
    });
    return mergeDropped(this.earlierDrops, ...(await Promise.all(sets)));
  }

  async destroy(): Promise<void> {
    const ports = [...this.ports.values()];
    await removeNamespaces([...ports.map((port) => port.namespace), this.namespace]);
    this.ports.clear();
    this.addresses.clear();
    this.save();
  }
}
