import { connections, firewallRoles, groupRules, roleDescriptions } from "../../../components/firewall/rules.plan";
import { specOf } from "../../specs";
import { destinations, external, formatPeer, isolated, lines, migrating, stacked } from "./firewallSpecs";

/** Characters that AWS accepts in descriptions of security groups and rules; https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html */
const awsDescription = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/;

const everything = specOf({
  name: "everything",
  etcd: external,
  network: { interfaceEndpoints: true },
  api: {
    allowedCidrs: ["172.20.0.0/16"],
    public: { name: "api.example.com", hostedZoneId: "Z0123456789ABCDEFGHIJ", allowedCidrs: ["203.0.113.0/24"] },
  },
});
const existing = specOf({
  name: "existing",
  network: {
    zones: ["a"],
    vpc: {
      source: "existing",
      id: "vpc-0123456789abcdef0",
      cidr: "10.5.0.0/16",
      secondaryCidrs: ["100.64.0.0/16"],
      privateSubnets: { "eu-central-1a": "subnet-0123456789abcdef0" },
      publicSubnets: {},
    },
  },
  protect: false,
});

const specs = { stacked, everything, migrating, isolated, existing, destinations };

const betweenMachines = [
  "control-plane -> control-plane all",
  "control-plane -> worker all",
  "worker -> worker all",
  "worker -> control-plane tcp 10250",
  "worker -> control-plane udp 53",
  "worker -> control-plane tcp 53",
  "worker -> control-plane udp 8472",
  "worker -> control-plane tcp 4240-4244",
  "worker -> control-plane icmp",
];

describe("firewall table", () => {
  test("stacked etcd, NAT in each zone", () => {
    expect(lines(stacked)).toEqual([
      "control-plane -> api-load-balancer tcp 6443",
      "worker -> api-load-balancer tcp 6443",
      "10.0.0.0/16 -> api-load-balancer tcp 6443",
      "api-load-balancer -> control-plane tcp 6443",
      "worker -> control-plane tcp 6443",
      ...betweenMachines,
      "control-plane -> 0.0.0.0/0 tcp 443",
      "control-plane -> 0.0.0.0/0 tcp 80",
      "worker -> 0.0.0.0/0 tcp 443",
      "worker -> 0.0.0.0/0 tcp 80",
    ]);
  });

  test("external etcd, endpoints, public API and a VPN", () => {
    expect(lines(everything)).toEqual([
      "control-plane -> api-load-balancer tcp 6443",
      "worker -> api-load-balancer tcp 6443",
      "10.0.0.0/16 -> api-load-balancer tcp 6443",
      "172.20.0.0/16 -> api-load-balancer tcp 6443",
      "api-load-balancer -> control-plane tcp 6443",
      "worker -> control-plane tcp 6443",
      "203.0.113.0/24 -> public-api-load-balancer tcp 6443",
      "public-api-load-balancer -> control-plane tcp 6443",
      "control-plane -> etcd tcp 2379",
      "etcd -> etcd tcp 2379-2380",
      ...betweenMachines,
      "10.0.0.0/16 -> endpoints tcp 443",
      "control-plane -> 0.0.0.0/0 tcp 443",
      "control-plane -> 0.0.0.0/0 tcp 80",
      "etcd -> 0.0.0.0/0 tcp 443",
      "etcd -> 0.0.0.0/0 tcp 80",
      "worker -> 0.0.0.0/0 tcp 443",
      "worker -> 0.0.0.0/0 tcp 80",
    ]);
  });

  test("a migration of etcd opens the client and peer ports between members of both topologies, and nothing else", () => {
    const moved = specOf({ name: "migrating", etcd: external });
    expect(lines(migrating).filter((line) => !lines(moved).includes(line))).toEqual([
      "control-plane -> etcd tcp 2380",
      "etcd -> control-plane tcp 2379-2380",
    ]);
    expect(lines(migrating)).toEqual(expect.arrayContaining(lines(moved)));
  });

  test("without NAT, only the mirror in the settings is reachable outside AWS", () => {
    expect(lines(isolated).slice(5 + betweenMachines.length)).toEqual([
      "10.0.0.0/16 -> endpoints tcp 443",
      "control-plane -> endpoints tcp 443",
      "control-plane -> prefix list of s3 tcp 443",
      "worker -> endpoints tcp 443",
      "worker -> prefix list of s3 tcp 443",
      "control-plane -> 0.0.0.0/0 tcp 8081",
      "worker -> 0.0.0.0/0 tcp 8081",
    ]);
  });

  test("an existing VPC may have its own resolvers and time servers", () => {
    expect(lines(existing)).toEqual(
      expect.arrayContaining([
        "worker -> 10.5.0.0/16 udp 53",
        "worker -> 10.5.0.0/16 tcp 53",
        "worker -> 10.5.0.0/16 udp 123",
        "worker -> 100.64.0.0/16 udp 53",
        "100.64.0.0/16 -> api-load-balancer tcp 6443",
      ]),
    );
  });

  test("a duplicate range, or the VPC's, makes one rule", () => {
    const spec = {
      ...stacked,
      api: { ...stacked.api, allowedCidrs: ["172.20.0.0/16", "10.0.0.0/16", "172.20.0.0/16"] },
    };
    const added = lines(spec).filter((line) => !lines(stacked).includes(line));
    expect(added).toEqual(["172.20.0.0/16 -> api-load-balancer tcp 6443"]);
    expect(connections(spec)).toHaveLength(connections(stacked).length + 1);
  });
});

describe.each(Object.entries(specs))("rules of cluster %s", (_, spec) => {
  const rules = groupRules(spec);

  test("have unique ids", () => {
    expect(new Set(rules.map((rule) => rule.id)).size).toBe(rules.length);
  });

  test("have descriptions in characters that AWS accepts", () => {
    for (const text of [...rules.map((rule) => rule.description), ...Object.values(roleDescriptions)]) {
      expect(text).toMatch(awsDescription);
    }
  });

  test("open both ends of every connection between groups", () => {
    const ends = rules.map(({ direction, group, peer, traffic }) => ({ direction, group, peer, traffic }));
    for (const { from, to, traffic } of connections(spec)) {
      if ("role" in to) expect(ends).toContainEqual({ direction: "ingress", group: to.role, peer: from, traffic });
      if ("role" in from) expect(ends).toContainEqual({ direction: "egress", group: from.role, peer: to, traffic });
    }
  });

  test("refer to roles of the cluster only", () => {
    const roles = firewallRoles(spec);
    for (const { group, peer } of rules) {
      expect(roles).toContain(group);
      if ("role" in peer) expect(roles).toContain(peer.role);
    }
  });

  test("allow no ingress from everywhere, and egress to everywhere on single ports only", () => {
    for (const { direction, peer, traffic } of rules) {
      if (!("cidr" in peer) || peer.cidr !== "0.0.0.0/0") continue;
      expect([direction, "from" in traffic && traffic.from === traffic.to]).toEqual(["egress", true]);
    }
  });

  test("allow SSH only between roles whose pods reach each other", () => {
    const open = rules.filter(
      ({ direction, traffic }) =>
        direction === "ingress" &&
        (traffic.protocol === "all" || ("from" in traffic && traffic.from <= 22 && traffic.to >= 22)),
    );
    expect(open.map(({ group, peer }) => `${formatPeer(peer)} -> ${group}`)).toEqual([
      "control-plane -> control-plane",
      "control-plane -> worker",
      "worker -> worker",
    ]);
  });

  test("stay below AWS's limit of 60 per group and direction", () => {
    for (const role of firewallRoles(spec)) {
      for (const direction of ["ingress", "egress"]) {
        expect(rules.filter((rule) => rule.group === role && rule.direction === direction).length).toBeLessThan(60);
      }
    }
  });
});
