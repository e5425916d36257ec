import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { namedHosts } from "../../../components/firewall/destinations.plan";
import { connections, firewallRoles, groupRules, roleDescriptions } from "../../../components/firewall/rules.plan";
import type { Peer } from "../../../components/firewall/rules.plan";
import { specOf, withoutInternet } from "../../specs";

/** Characters that AWS accepts in descriptions of security groups and rules; https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html */
const awsDescription = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/;

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
const isolated = specOf({ name: "isolated", ...withoutInternet });
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

const destinations = specOf({
  name: "destinations",
  etcd: external,
  network: {
    egress: [
      { cidr: "192.0.2.0/24", ports: [5432, 3306] },
      { cidr: "0.0.0.0/0", protocol: "UDP", ports: [123], from: ["control-plane", "etcd"] },
      { cidr: "0.0.0.0/0", ports: [8443] },
    ],
    controlPlanePorts: [9100, 10250],
  },
  nodes: {
    assets: { baseUrl: "https://mirror.example.com:8443" },
    registryMirrors: { "docker.io": "http://mirror.example.com:5000/v2/docker", "quay.io": "https://10.1.2.3:5001" },
  },
  access: {
    authentication: {
      oidc: {
        corp: { url: "https://login.example.com:8444/realm", audiences: ["k"], username: { claim: "sub" } },
        hidden: {
          url: "https://only-a-name.example.com:1",
          discoveryUrl: "https://203.0.113.7:8445/openid",
          audiences: ["k"],
          username: { claim: "sub" },
        },
        standard: { url: "https://accounts.example.com", audiences: ["k"], username: { claim: "sub" } },
      },
      webhook: { url: "https://tokens.example.com:8446" },
    },
    authorization: {
      webhooks: [
        { name: "opa", url: "https://opa.example.com:8181/v1" },
        { name: "local", url: "https://127.0.0.1:8182/v1" },
        { name: "service", url: "https://10.96.0.7:8183/v1" },
      ],
    },
    admission: {
      webhooks: {
        images: { kind: "validating", url: "https://opa.example.com:9443", match: [{ resources: ["pods"] }] },
        inside: {
          kind: "validating",
          service: { namespace: "policy", name: "gate", port: 9444 },
          match: [{ resources: ["pods"] }],
        },
      },
    },
  },
  tenants: {
    shop: {
      network: {
        egress: [
          { cidr: "0.0.0.0/0", ports: [443, 8447] },
          { cidr: "198.51.100.0/24", protocol: "UDP", ports: [514] },
          { cidr: "198.51.101.0/24" },
          { tenant: "shop", ports: [1] },
        ],
      },
    },
  },
});

const specs = { stacked, everything, isolated, existing, destinations };

function format(peer: Peer): string {
  if ("role" in peer) return peer.role;
  return "cidr" in peer ? peer.cidr : `prefix list of ${peer.prefixList}`;
}

/** Readable rows of the table. */
function lines(spec: typeof stacked): string[] {
  return connections(spec).map(({ from, to, traffic }) => {
    const ports = "from" in traffic ? ` ${traffic.from}${traffic.to === traffic.from ? "" : `-${traffic.to}`}` : "";
    return `${format(from)} -> ${format(to)} ${traffic.protocol}${ports}`;
  });
}

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

  test("every destination in the settings is open to the machines that connect to it", () => {
    const open = lines(destinations).filter((line) => !lines(everything).includes(line));
    expect(open).toEqual([
      "worker -> control-plane tcp 9100",
      "worker -> 198.51.101.0/24 all",
      "control-plane -> 0.0.0.0/0 udp 123",
      "etcd -> 0.0.0.0/0 udp 123",
      "worker -> 198.51.100.0/24 udp 514",
      "worker -> 192.0.2.0/24 tcp 3306",
      "control-plane -> 0.0.0.0/0 tcp 5000",
      "worker -> 0.0.0.0/0 tcp 5000",
      "control-plane -> 10.1.2.3/32 tcp 5001",
      "worker -> 10.1.2.3/32 tcp 5001",
      "worker -> 192.0.2.0/24 tcp 5432",
      "control-plane -> 0.0.0.0/0 tcp 8181",
      "control-plane -> 0.0.0.0/0 tcp 8443",
      "etcd -> 0.0.0.0/0 tcp 8443",
      "worker -> 0.0.0.0/0 tcp 8443",
      "control-plane -> 0.0.0.0/0 tcp 8444",
      "control-plane -> 203.0.113.7/32 tcp 8445",
      "control-plane -> 0.0.0.0/0 tcp 8446",
      "worker -> 0.0.0.0/0 tcp 8447",
      "control-plane -> 0.0.0.0/0 tcp 9443",
    ]);
    const rule = groupRules(destinations).find(({ id }) => id === "worker-to-0.0.0.0/0-tcp-8443-out");
    expect(rule?.description).toBe("In the settings: mirror of software, network.egress");
  });

  test("every setting that holds a URL is a destination", () => {
    const root = join(__dirname, "../../../components");
    const declared = readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter((file) => /settings\.ts$/i.test(file))
      .flatMap((file) => [
        ...readFileSync(join(root, file), "utf8").matchAll(/(\w+): (?:text|textMap|texts|named)\([^()]*rlRule\b/g),
      ])
      .map(([, key = ""]) => key);
    expect(declared.length).toBeGreaterThanOrEqual(7);
    const found = namedHosts(destinations).flatMap(({ path }) => path);
    for (const key of declared) expect(found).toContain(key);
  });

  test("API servers reach webhooks and aggregated APIs of pods on any port", () => {
    expect(lines(destinations)).toEqual(
      expect.arrayContaining(["control-plane -> control-plane all", "control-plane -> worker all"]),
    );
  });

  test("credentials of a registry open its port", () => {
    const registries = { internal: { server: "registry.example.com:5443", username: "x" } };
    expect(lines({ ...stacked, registries }).filter((line) => !lines(stacked).includes(line))).toEqual([
      "control-plane -> 0.0.0.0/0 tcp 5443",
      "worker -> 0.0.0.0/0 tcp 5443",
    ]);
  });

  test("without NAT, mirrors in ECR and S3 of the region need no rule beside the endpoints", () => {
    const spec = {
      ...isolated,
      nodes: {
        ...isolated.nodes,
        assets: { baseUrl: "https://mirror.s3.eu-central-1.amazonaws.com/assets", sha256: {} },
        registryMirrors: { "quay.io": "https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/v2/quay" },
      },
    };
    expect(lines(spec).filter((line) => line.includes("0.0.0.0/0"))).toEqual([]);
  });

  test("mirrors of software and images open their ports once", () => {
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
      "control-plane -> 0.0.0.0/0 tcp 8443",
      "worker -> 0.0.0.0/0 tcp 8443",
    ]);
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
    expect(open.map(({ group, peer }) => `${format(peer)} -> ${group}`)).toEqual([
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
