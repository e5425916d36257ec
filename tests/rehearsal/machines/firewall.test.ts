import fc from "fast-check";
import {
  mergeDropped,
  parseDenied,
  renderIsolation,
  renderFirewall,
  renderHopLimit,
  renderPacketLoss,
} from "../../../rehearsal/machines/firewall";
import type { DroppedFlow, FirewallGroup, FirewallRule } from "../../../rehearsal/machines/types";

const rule = (protocol: FirewallRule["protocol"], fromPort: number, toPort: number, peer: string): FirewallRule => ({
  protocol,
  fromPort,
  toPort,
  peer: peer.startsWith("sg-") ? { group: peer } : { cidr: peer },
});
const group = (part: Partial<FirewallGroup> = {}): FirewallGroup => ({ members: [], ingress: [], egress: [], ...part });

/** Lines of a chain, without indentation. */
function chain(script: string, name: string): string[] {
  const [, body] = new RegExp(`chain ${name} \\{\\n([^}]*(?:\\{[^}]*\\}[^}]*)*?)\\n  \\}`).exec(script) ?? [];
  return (body ?? "").split("\n").map((line) => line.trim());
}

describe("renderIsolation", () => {
  it("drops both directions before security groups, including established flows", () => {
    const script = renderIsolation(["10.0.16.7", "10.244.3.9/24"]);
    expect(script).toContain("elements = { 10.0.16.7, 10.244.3.0/24 }");
    expect(chain(script, "forward")).toEqual([
      "type filter hook forward priority filter - 10; policy accept;",
      "ip saddr @isolated ip daddr != @isolated drop",
      "ip saddr != @isolated ip daddr @isolated drop",
    ]);
  });

  it("replaces an earlier isolation", () => {
    expect(renderIsolation([])).toBe("add table ip holdfast_isolation\ndelete table ip holdfast_isolation\n");
    expect(renderIsolation(["10.0.0.1"]).split("\n").slice(0, 2)).toEqual(renderIsolation([]).trim().split("\n"));
  });

  it("refuses invalid addresses", () => {
    expect(() => renderIsolation(["zone-a"])).toThrow('an isolated member is "zone-a"');
  });
});

describe("renderPacketLoss", () => {
  const loss = { from: ["10.0.0.11", "10.244.1.9/24"], to: ["10.0.16.7", "10.0.32.7"], percent: 5 };

  it("draws each packet in one direction, before security groups, including established flows", () => {
    const script = renderPacketLoss(loss);
    expect(script).toContain("elements = { 10.0.0.11, 10.244.1.0/24 }");
    expect(script).toContain("elements = { 10.0.16.7, 10.0.32.7 }");
    expect(chain(script, "forward")).toEqual([
      "type filter hook forward priority filter - 10; policy accept;",
      "ip saddr @senders ip daddr @receivers numgen random mod 100 < 5 counter drop",
    ]);
  });

  it("of all packets draws none", () => {
    expect(chain(renderPacketLoss({ ...loss, percent: 100 }), "forward")).toContain(
      "ip saddr @senders ip daddr @receivers counter drop",
    );
  });

  it("replaces an earlier loss, and leaves isolations alone", () => {
    const end = "add table ip holdfast_loss\ndelete table ip holdfast_loss\n";
    expect(renderPacketLoss(undefined)).toBe(end);
    expect(renderPacketLoss(loss).startsWith(end)).toBe(true);
  });

  it.each([0, 101, 0.5])("refuses a loss of %d percent", (percent) => {
    expect(() => renderPacketLoss({ ...loss, percent })).toThrow("write an integer from 1 to 100");
  });

  it("refuses invalid addresses", () => {
    expect(() => renderPacketLoss({ ...loss, to: ["member-a"] })).toThrow(
      'an address to which packets are lost is "member-a"',
    );
  });
});

describe("renderFirewall", () => {
  it("applies the sender's egress rules before the receiver's ingress rules", () => {
    const script = renderFirewall({
      "sg-api": group({ members: ["10.0.0.11"], ingress: [rule("tcp", 6443, 6443, "sg-lb")] }),
      "sg-lb": group({ members: ["10.0.0.50"], egress: [rule("tcp", 6443, 6443, "sg-api")] }),
    });
    expect(chain(script, "egress1")).toEqual(["ip daddr @members0 tcp dport 6443 goto ingress"]);
    expect(chain(script, "ingress0")).toEqual(["ip saddr @members1 tcp dport 6443 accept"]);
    expect(chain(script, "egress0")).toEqual([""]);
    expect(chain(script, "forward").slice(0, 4)).toEqual([
      "type filter hook forward priority filter; policy drop;",
      "ct state established,related accept",
      "ip saddr @members0 jump egress0",
      "ip saddr @members1 jump egress1",
    ]);
    expect(chain(script, "forward").at(-1)).toBe("drop");
    expect(chain(script, "ingress").at(-1)).toBe("drop");
  });

  it.each<[string, FirewallRule, string]>([
    ["one port", rule("tcp", 22, 22, "10.0.0.0/16"), "ip saddr 10.0.0.0/16 tcp dport 22 accept"],
    ["a range of ports", rule("udp", 4789, 4790, "10.0.0.9/32"), "ip saddr 10.0.0.9 udp dport 4789-4790 accept"],
    ["every port of a protocol", rule("tcp", 0, 65535, "10.0.0.0/8"), "ip saddr 10.0.0.0/8 meta l4proto tcp accept"],
    ["everything from everywhere", rule("all", -1, -1, "0.0.0.0/0"), "accept"],
    ["icmp, with AWS's port numbers", rule("icmp", -1, -1, "0.0.0.0/0"), "ip protocol icmp accept"],
    ["a range with host bits", rule("all", 0, 0, "10.1.2.3/16"), "ip saddr 10.1.0.0/16 accept"],
    ["the group itself", rule("tcp", 2380, 2380, "sg-a"), "ip saddr @members0 tcp dport 2380 accept"],
  ])("renders %s", (_, ingress, expected) => {
    expect(chain(renderFirewall({ "sg-a": group({ ingress: [ingress] }) }), "ingress0")).toEqual([expected]);
  });

  it("skips IPv6", () => {
    const script = renderFirewall({ "sg-a": group({ egress: [rule("all", 0, 0, "::/0")] }) });
    expect(chain(script, "egress0")).toEqual([""]);
  });

  it("writes members once, as networks", () => {
    const script = renderFirewall({ "sg-a": group({ members: ["10.0.0.2", "10.244.3.7/24", "10.0.0.2"] }) });
    expect(script).toContain("elements = { 10.0.0.2, 10.244.3.0/24 }");
  });

  it.each([
    [
      "an unknown group",
      { "sg-a": group({ ingress: [rule("all", 0, 0, "sg-b")] }) },
      /sg-a refers to unknown group sg-b/,
    ],
    ["a port above 65535", { "sg-a": group({ ingress: [rule("tcp", 1, 65536, "0.0.0.0/0")] }) }, /1-65536/],
    ["a reversed range of ports", { "sg-a": group({ egress: [rule("udp", 9, 8, "0.0.0.0/0")] }) }, /9-8/],
    ["an invalid member", { "sg-a": group({ members: ["10.0.0.300"] }) }, /10\.0\.0\.300/],
    ["an invalid peer", { "sg-a": group({ ingress: [rule("all", 0, 0, "10.0.0.0/33")] }) }, /10\.0\.0\.0\/33/],
  ])("refuses %s", (_, groups, message) => {
    expect(() => renderFirewall(groups)).toThrow(message);
  });

  it("escapes the names of groups in comments", () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const comments = renderFirewall({ [name]: group() }).match(/^ {4}comment .*$/gm) ?? [];
        return comments.length === 1 && comments.every((comment) => /^ {4}comment "[\w.:-]*"$/.test(comment));
      }),
    );
  });

  it("has two chains per group", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 8 }), (names) => {
        const script = renderFirewall(Object.fromEntries(names.map((name) => [name, group()])));
        return (script.match(/^ {2}chain (in|e)gress\d+ /gm) ?? []).length === names.length * 2;
      }),
    );
  });
});

describe("dropped flows", () => {
  const element = (concat: unknown[], packets: number): unknown => ({
    elem: { val: { concat }, counter: { packets, bytes: 60 } },
  });

  it("are parsed from nft's output", () => {
    const elements = [
      element(["10.0.0.11", "10.0.16.11", "tcp", 8002], 3),
      element(["10.0.0.11", "10.0.0.9", 132, 0], 1),
    ];
    const json = JSON.stringify({ nftables: [{ metainfo: {} }, { set: { name: "denied_ingress", elem: elements } }] });
    expect(parseDenied(json, "ingress")).toEqual([
      { direction: "ingress", source: "10.0.0.11", destination: "10.0.16.11", protocol: "tcp", port: 8002, packets: 3 },
      { direction: "ingress", source: "10.0.0.11", destination: "10.0.0.9", protocol: "132", port: 0, packets: 1 },
    ]);
  });

  it("are none for an empty set", () => {
    expect(parseDenied(JSON.stringify({ nftables: [{ set: { name: "denied_egress" } }] }), "egress")).toEqual([]);
  });

  it("are summed up, most packets first", () => {
    const flow = (port: number, packets: number): DroppedFlow => ({
      direction: "egress",
      source: "10.0.0.1",
      destination: "10.0.0.2",
      protocol: "tcp",
      port,
      packets,
    });
    expect(mergeDropped([flow(1, 2), flow(2, 4)], [flow(1, 3)])).toEqual([flow(1, 5), flow(2, 4)]);
  });
});

describe("renderHopLimit", () => {
  it("limits the answers of one address", () => {
    expect(renderHopLimit("169.254.169.254", 1)).toContain("ip saddr 169.254.169.254 ip ttl set 1");
  });
  it.each([0, 256, 1.5])("refuses %d hops", (hops) => {
    expect(() => renderHopLimit("169.254.169.254", hops)).toThrow(/hop limit/);
  });
});
