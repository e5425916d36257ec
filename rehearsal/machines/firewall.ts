import { Address4 } from "ip-address";
import type { DroppedFlow, FirewallGroup, FirewallRule } from "./types";

/** nftables table of the security groups, in the router's namespace. */
export const firewallTable = "holdfast";

/** Interface that unused addresses of subnets and pod ranges are routed to; it drops packets silently. */
export const blackholeInterface = "blackhole";

/**
 * nftables script that replaces the table with the given security groups in one transaction. A packet between ports passes the
 * egress rules of each group of its sender; the first that accepts it sends it to the ingress rules of each group of its
 * receiver. Anything else is counted in a set and dropped without an answer, as on AWS.
 */
export function renderFirewall(groups: Readonly<Record<string, FirewallGroup>>): string {
  const ids = Object.keys(groups).sort();
  const index = new Map(ids.map((id, position) => [id, position]));
  const indexOf = (id: string, owner: string): number => {
    const found = index.get(id);
    if (found === undefined) throw new Error(`group ${owner} refers to unknown group ${id}`);
    return found;
  };
  const entries = ids.map((id, position) => ({ id, position, group: groups[id] ?? emptyGroup }));
  const sets = entries.map(({ id, position, group }) => renderMembers(id, position, group.members));
  const chains = entries.flatMap(({ id, position, group }) => [
    renderChain(
      `egress${position}`,
      group.egress.map((rule) => renderRule(rule, "daddr", "goto ingress", (peer) => indexOf(peer, id))),
    ),
    renderChain(
      `ingress${position}`,
      group.ingress.map((rule) => renderRule(rule, "saddr", "accept", (peer) => indexOf(peer, id))),
    ),
  ]);
  return [
    // `add` makes the deletion valid on a router without a firewall.
    `add table ip ${firewallTable}`,
    `delete table ip ${firewallTable}`,
    `table ip ${firewallTable} {`,
    ...sets,
    ...(["egress", "ingress"] as const).map(renderDeniedSet),
    ...chains,
    renderChain("ingress", [
      ...entries.map(({ position }) => `ip daddr @members${position} jump ingress${position}`),
      // No machine has that address (any longer): a lost packet, not a missing rule.
      `oifname "${blackholeInterface}" drop`,
      ...denied("ingress"),
    ]),
    renderChain("forward", [
      "type filter hook forward priority filter; policy drop;",
      "ct state established,related accept",
      ...entries.map(({ position }) => `ip saddr @members${position} jump egress${position}`),
      ...denied("egress"),
    ]),
    "}",
    "",
  ].join("\n");
}

/** nftables script that sets the TTL of packets from one of the router's addresses (the hop limit of EC2's metadata). */
export function renderHopLimit(address: string, hops: number): string {
  if (!Number.isInteger(hops) || hops < 1 || hops > 255) throw new Error(`hop limit ${hops} must be between 1 and 255`);
  return [
    `add table ip ${firewallTable}_hops`,
    `add chain ip ${firewallTable}_hops output { type filter hook output priority mangle; }`,
    `add rule ip ${firewallTable}_hops output ip saddr ${address} ip ttl set ${hops}`,
    "",
  ].join("\n");
}

/**
 * nftables script that isolates addresses and ranges from all others, including established connections. An empty list ends
 * the isolation. Each script replaces the previous isolation.
 */
export function renderIsolation(members: readonly string[]): string {
  const elements = members.map((member) => normalRange(member, "an isolated member"));
  const table = `${firewallTable}_isolation`;
  const head = [`add table ip ${table}`, `delete table ip ${table}`];
  if (elements.length === 0) return [...head, ""].join("\n");
  return [
    ...head,
    `table ip ${table} {`,
    renderSet("isolated", elements),
    renderChain("forward", [
      "type filter hook forward priority filter - 10; policy accept;",
      "ip saddr @isolated ip daddr != @isolated drop",
      "ip saddr != @isolated ip daddr @isolated drop",
    ]),
    "}",
    "",
  ].join("\n");
}

/** Loss of packets on their way from some addresses and ranges to others; the other direction is not affected. */
export interface PacketLoss {
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** Share of lost packets, 1 to 100. Each packet is drawn by itself. */
  readonly percent: number;
}

/**
 * nftables script that drops packets of new and established connections at random. Undefined ends the loss. Each script replaces the
 * previous loss.
 */
export function renderPacketLoss(loss: PacketLoss | undefined): string {
  const table = `${firewallTable}_loss`;
  const head = [`add table ip ${table}`, `delete table ip ${table}`];
  if (loss === undefined) return [...head, ""].join("\n");
  const { from, to, percent } = loss;
  if (!Number.isInteger(percent) || percent < 1 || percent > 100) {
    throw new Error(`a loss of ${percent} percent: write an integer from 1 to 100`);
  }
  // nft refuses a comparison that is always true.
  const drawn = percent === 100 ? "" : `numgen random mod 100 < ${percent} `;
  const ranges = (members: readonly string[], owner: string): string[] =>
    members.map((member) => normalRange(member, owner));
  return [
    ...head,
    `table ip ${table} {`,
    renderSet("senders", ranges(from, "an address from which packets are lost")),
    renderSet("receivers", ranges(to, "an address to which packets are lost")),
    renderChain("forward", [
      "type filter hook forward priority filter - 10; policy accept;",
      `ip saddr @senders ip daddr @receivers ${drawn}counter drop`,
    ]),
    "}",
    "",
  ].join("\n");
}

const emptyGroup: FirewallGroup = { members: [], ingress: [], egress: [] };

function renderChain(name: string, lines: readonly (string | undefined)[]): string {
  const body = lines.filter((line) => line !== undefined).map((line) => `    ${line}`);
  return [`  chain ${name} {`, ...body, "  }"].join("\n");
}

function renderMembers(id: string, position: number, members: readonly string[]): string {
  const ranges = members.map((member) => normalRange(member, `a member of group ${id}`));
  return renderSet(`members${position}`, ranges, id.replace(/[^\w.:-]/g, "_").slice(0, 100));
}

function renderSet(name: string, ranges: readonly string[], comment?: string): string {
  const elements = [...new Set(ranges)].sort();
  return [
    `  set ${name} {`,
    ...(comment === undefined ? [] : [`    comment "${comment}"`]),
    "    type ipv4_addr; flags interval; auto-merge;",
    ...(elements.length === 0 ? [] : [`    elements = { ${elements.join(", ")} }`]),
    "  }",
  ].join("\n");
}

function renderDeniedSet(direction: "egress" | "ingress"): string {
  return [
    `  set denied_${direction} {`,
    "    type ipv4_addr . ipv4_addr . inet_proto . inet_service; size 2048; flags dynamic; counter;",
    "  }",
  ].join("\n");
}

function denied(direction: "egress" | "ingress"): string[] {
  const flow = "ip saddr . ip daddr . meta l4proto";
  return [
    `meta l4proto { tcp, udp } update @denied_${direction} { ${flow} . th dport }`,
    // Other protocols have no port: type and code bits at that offset would make each packet its own flow.
    `meta l4proto != { tcp, udp } update @denied_${direction} { ${flow} . 0 }`,
    "drop",
  ];
}

function renderRule(
  rule: FirewallRule,
  side: "saddr" | "daddr",
  verdict: string,
  indexOf: (group: string) => number,
): string | undefined {
  const peer = renderPeer(rule.peer, side, indexOf);
  if (peer === undefined) return undefined;
  return [peer, renderProtocol(rule), verdict].filter((part) => part !== "").join(" ");
}

function renderPeer(
  peer: FirewallRule["peer"],
  side: "saddr" | "daddr",
  indexOf: (group: string) => number,
): string | undefined {
  if ("group" in peer) return `ip ${side} @members${indexOf(peer.group)}`;
  if (peer.cidr.includes(":")) return undefined;
  const range = normalRange(peer.cidr, "the peer of a rule");
  return range === "0.0.0.0/0" ? "" : `ip ${side} ${range}`;
}

function renderProtocol(rule: FirewallRule): string {
  if (rule.protocol === "all") return "";
  if (rule.protocol === "icmp") return "ip protocol icmp";
  const { fromPort, toPort } = rule;
  if (!isPort(fromPort) || !isPort(toPort) || fromPort > toPort) {
    throw new Error(`${rule.protocol} rule has ports ${fromPort}-${toPort}: use a range within 0-65535`);
  }
  if (fromPort === 0 && toPort === 65535) return `meta l4proto ${rule.protocol}`;
  return `${rule.protocol} dport ${fromPort === toPort ? fromPort : `${fromPort}-${toPort}`}`;
}

const isPort = (port: number): boolean => Number.isInteger(port) && port >= 0 && port <= 65535;

/** `10.0.0.5` unchanged, `10.0.0.5/20` as `10.0.0.0/20`. @throws on other text than an IPv4 address or range */
function normalRange(text: string, owner: string): string {
  if (!Address4.isValid(text)) throw new Error(`${owner} is "${text}", not an IPv4 address or range`);
  const address = new Address4(text);
  return address.subnetMask === 32
    ? address.correctForm()
    : `${address.startAddress().correctForm()}/${address.subnetMask}`;
}

/** Parses the output of `nft -j list set` for a `denied_…` set. */
export function parseDenied(json: string, direction: DroppedFlow["direction"]): DroppedFlow[] {
  const listing = JSON.parse(json) as { nftables?: { set?: { elem?: unknown[] } }[] };
  const elements = (listing.nftables ?? []).flatMap((item) => item.set?.elem ?? []);
  return elements.flatMap((element) => {
    const { val, counter } = (element as { elem?: DeniedElement }).elem ?? {};
    const [source, destination, protocol, port] = val?.concat ?? [];
    if (source === undefined || destination === undefined) return [];
    return [
      {
        direction,
        source: String(source),
        destination: String(destination),
        protocol: String(protocol),
        port: Number(port ?? 0),
        packets: counter?.packets ?? 0,
      },
    ];
  });
}

interface DeniedElement {
  val?: { concat?: (string | number)[] };
  counter?: { packets: number };
}

/** Sums up equal flows, most packets first. */
export function mergeDropped(...lists: readonly DroppedFlow[][]): DroppedFlow[] {
  const merged = new Map<string, DroppedFlow>();
  for (const flow of lists.flat()) {
    const key = [flow.direction, flow.source, flow.destination, flow.protocol, flow.port].join(" ");
    const packets = (merged.get(key)?.packets ?? 0) + flow.packets;
    merged.set(key, { ...flow, packets });
  }
  return [...merged.values()].sort((a, b) => b.packets - a.packets).slice(0, 4096);
}
