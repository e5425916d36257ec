import { connections, firewallRoles, groupRules, roleDescriptions } from "../../../components/firewall/rules.plan";
import type { Peer } from "../../../components/firewall/rules.plan";
import { specOf } from "../../specs";

/** What AWS takes in descriptions of security groups and their rules; https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html */
const descriptionOfAws = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/;

const external = { topology: "external", members: 3, instanceType: "m7g.large" };
const stacked = specOf({ name: "stacked" });
const everything = specOf({
  name: "everything",
  etcd: external,
  network: { interfaceEndpoints: true },
  api: {
    allowedCidrs: ["172.20.0.0/16"],
    public: { name: "api.example.com", hostedZoneId: "Z0123456789ABCDEFGHIJ", allowedCidrs: ["203.0.113.0/24"] },
  },
});
const isolated = specOf({
  name: "isolated",
  network: { nat: "none", interfaceEndpoints: true },
  nodes: { assets: { baseUrl: "http://mirror.example.com:8081/assets" } },
});
const existing = specOf({
  name: "existing",
  network: {
    zones: ["a"],
    vpc: {
      source: "existing",
      id: "vpc-0123456789abcdef0",
      cidr: "10.5.0.0/16",
      privateSubnets: { "eu-central-1a": "subnet-0123456789abcdef0" },
      publicSubnets: {},
    },
  },
  protect: false,
});

const specs = { stacked, everything, isolated, existing };

function show(peer: Peer): string {
  if ("role" in peer) return peer.role;
  return "cidr" in peer ? peer.cidr : `prefix list of ${peer.prefixList}`;
}

/** The table as lines, for reading. */
function lines(spec: typeof stacked): string[] {
  return connections(spec).map(({ from, to, traffic }) => {
    const ports = "from" in traffic ? ` ${traffic.from}${traffic.to === traffic.from ? "" : `-${traffic.to}`}` : "";
    return `${show(from)} -> ${show(to)} ${traffic.protocol}${ports}`;
  });
}

const betweenMachines = [
  "controlPlane -> controlPlane all",
  "controlPlane -> workers all",
  "workers -> workers all",
  "workers -> controlPlane tcp 10250",
  "workers -> controlPlane udp 53",
  "workers -> controlPlane tcp 53",
  "workers -> controlPlane udp 8472",
  "workers -> controlPlane tcp 4240-4244",
  "workers -> controlPlane icmp",
];

describe("firewall table", () => {
  test("stacked etcd, NAT in each zone", () => {
    expect(lines(stacked)).toEqual([
      "controlPlane -> apiLoadBalancer tcp 6443",
      "workers -> apiLoadBalancer tcp 6443",
      "10.0.0.0/16 -> apiLoadBalancer tcp 6443",
      "apiLoadBalancer -> controlPlane tcp 6443",
      "workers -> controlPlane tcp 6443",
      ...betweenMachines,
      "controlPlane -> 0.0.0.0/0 tcp 443",
      "controlPlane -> 0.0.0.0/0 tcp 80",
      "workers -> 0.0.0.0/0 tcp 443",
      "workers -> 0.0.0.0/0 tcp 80",
    ]);
  });

  test("external etcd, endpoints, public API and a VPN", () => {
    expect(lines(everything)).toEqual([
      "controlPlane -> apiLoadBalancer tcp 6443",
      "workers -> apiLoadBalancer tcp 6443",
      "10.0.0.0/16 -> apiLoadBalancer tcp 6443",
      "172.20.0.0/16 -> apiLoadBalancer tcp 6443",
      "apiLoadBalancer -> controlPlane tcp 6443",
      "workers -> controlPlane tcp 6443",
      "203.0.113.0/24 -> publicApiLoadBalancer tcp 6443",
      "publicApiLoadBalancer -> controlPlane tcp 6443",
      "controlPlane -> etcd tcp 2379",
      "etcd -> etcd tcp 2379-2380",
      ...betweenMachines,
      "10.0.0.0/16 -> endpoints tcp 443",
      "controlPlane -> 0.0.0.0/0 tcp 443",
      "controlPlane -> 0.0.0.0/0 tcp 80",
      "etcd -> 0.0.0.0/0 tcp 443",
      "etcd -> 0.0.0.0/0 tcp 80",
      "workers -> 0.0.0.0/0 tcp 443",
      "workers -> 0.0.0.0/0 tcp 80",
    ]);
  });

  test("without NAT, only the mirror that the settings name is reached outside AWS", () => {
    expect(lines(isolated).slice(5 + betweenMachines.length)).toEqual([
      "10.0.0.0/16 -> endpoints tcp 443",
      "controlPlane -> endpoints tcp 443",
      "controlPlane -> prefix list of s3 tcp 443",
      "controlPlane -> 0.0.0.0/0 tcp 8081",
      "workers -> endpoints tcp 443",
      "workers -> prefix list of s3 tcp 443",
      "workers -> 0.0.0.0/0 tcp 8081",
    ]);
  });

  test("an existing VPC may have resolvers and clocks of its own", () => {
    expect(lines(existing)).toEqual(
      expect.arrayContaining([
        "workers -> 10.5.0.0/16 udp 53",
        "workers -> 10.5.0.0/16 tcp 53",
        "workers -> 10.5.0.0/16 udp 123",
      ]),
    );
  });

  test("a range that is listed twice, or is the VPC's, makes one rule", () => {
    const spec = {
      ...stacked,
      api: { ...stacked.api, allowedCidrs: ["172.20.0.0/16", "10.0.0.0/16", "172.20.0.0/16"] },
    };
    const added = lines(spec).filter((line) => !lines(stacked).includes(line));
    expect(added).toEqual(["172.20.0.0/16 -> apiLoadBalancer tcp 6443"]);
    expect(connections(spec)).toHaveLength(connections(stacked).length + 1);
  });

  test("mirrors of software and images open their ports, each once", () => {
    const spec = {
      ...stacked,
      nodes: {
        ...stacked.nodes,
        assets: { baseUrl: "https://mirror.example.com:8443", sha256: {} },
        registryMirrors: {
          "registry.k8s.io": "https://mirror.example.com:8443",
          "docker.io": "http://mirror.example.com",
        },
      },
    };
    expect(lines(spec).filter((line) => !lines(stacked).includes(line))).toEqual([
      "controlPlane -> 0.0.0.0/0 tcp 8443",
      "workers -> 0.0.0.0/0 tcp 8443",
    ]);
  });
});

describe.each(Object.entries(specs))("rules of cluster %s", (_, spec) => {
  const rules = groupRules(spec);

  test("have ids of their own", () => {
    expect(new Set(rules.map((rule) => rule.id)).size).toBe(rules.length);
  });

  test("and groups are described in characters that AWS takes", () => {
    for (const text of [...rules.map((rule) => rule.description), ...Object.values(roleDescriptions)]) {
      expect(text).toMatch(descriptionOfAws);
    }
  });

  test("open both ends of every connection between groups", () => {
    const ends = rules.map(({ direction, group, peer, traffic }) => ({ direction, group, peer, traffic }));
    for (const { from, to, traffic } of connections(spec)) {
      if ("role" in to) expect(ends).toContainEqual({ direction: "ingress", group: to.role, peer: from, traffic });
      if ("role" in from) expect(ends).toContainEqual({ direction: "egress", group: from.role, peer: to, traffic });
    }
  });

  test("belong to groups that the cluster has, and lead to such", () => {
    const roles = firewallRoles(spec);
    for (const { group, peer } of rules) {
      expect(roles).toContain(group);
      if ("role" in peer) expect(roles).toContain(peer.role);
    }
  });

  test("let nobody in from everywhere, and nothing out to everywhere on every port", () => {
    for (const { direction, peer, traffic } of rules) {
      if ("cidr" in peer && peer.cidr === "0.0.0.0/0") expect([direction, traffic.protocol]).toEqual(["egress", "tcp"]);
    }
  });

  test("leave SSH closed but between machines that carry each other's pods", () => {
    const open = rules.filter(
      ({ direction, traffic }) =>
        direction === "ingress" &&
        (traffic.protocol === "all" || ("from" in traffic && traffic.from <= 22 && traffic.to >= 22)),
    );
    expect(open.map(({ group, peer }) => `${show(peer)} -> ${group}`)).toEqual([
      "controlPlane -> controlPlane",
      "controlPlane -> workers",
      "workers -> workers",
    ]);
  });

  test("stay below the 60 in each direction that a group may have", () => {
    for (const role of firewallRoles(spec)) {
      for (const direction of ["ingress", "egress"]) {
        expect(rules.filter((rule) => rule.group === role && rule.direction === direction).length).toBeLessThan(60);
      }
    }
  });
});
