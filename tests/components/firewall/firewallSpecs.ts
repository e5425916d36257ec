/** Specifications and readable rows for the tests of the firewall. */
import type { ClusterSpec } from "../../../components/clusterSpec";
import { connections } from "../../../components/firewall/rules.plan";
import type { Peer } from "../../../components/firewall/rules.plan";
import { specOf, withoutInternet } from "../../specs";

export const external = { topology: "external", members: 3, instanceType: "m7g.large" };
export const stacked = specOf({ name: "stacked" });
export const migrating = specOf({ name: "migrating", etcd: { ...external, migrateFrom: "stacked" } });
export const isolated = specOf({ name: "isolated", ...withoutInternet });

/** Cluster whose settings name a destination of each kind. */
export const destinations = specOf({
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
    proxy: { http: "http://proxy.example.com:3128", https: "http://10.9.8.7:3129" },
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

/** Readable end of a connection. */
export function formatPeer(peer: Peer): string {
  if ("role" in peer) return peer.role;
  return "cidr" in peer ? peer.cidr : `prefix list of ${peer.prefixList}`;
}

/** Readable rows of the table. */
export function lines(spec: ClusterSpec): string[] {
  return connections(spec).map(({ from, to, traffic }) => {
    const ports = "from" in traffic ? ` ${traffic.from}${traffic.to === traffic.from ? "" : `-${traffic.to}`}` : "";
    return `${formatPeer(from)} -> ${formatPeer(to)} ${traffic.protocol}${ports}`;
  });
}
