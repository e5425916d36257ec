/**
 * Security-group rules of a cluster, rendered from one table of connections. Everything else is closed, SSH included: sessions
 * go through SSM Session Manager, which needs egress to port 443 only.
 *
 * AWS does not filter traffic to its own resolver, time and metadata addresses: the table has no rows for them.
 */

import { apiPort } from "../api/address.plan";
import type { ClusterSpec } from "../clusterSpec";
import { etcdClientPort, etcdPeerPort } from "../etcd/members.plan";

/** Role with its own security group. */
export type FirewallRole =
  | "api-load-balancer"
  | "public-api-load-balancer"
  | "control-plane"
  | "etcd"
  | "worker"
  /** Interface endpoints of AWS APIs. */
  | "endpoints";

/** End of a connection. */
export type Peer =
  | { readonly role: FirewallRole }
  | { readonly cidr: string }
  /** Prefix list of an AWS service. */
  | { readonly prefixList: "s3" };

/** Protocol and ports of a connection. `icmp` means echo requests. */
export type Traffic =
  | { readonly protocol: "tcp" | "udp"; readonly from: number; readonly to: number }
  | { readonly protocol: "icmp" | "all" };

/** Row of the table: `from` may open connections to `to`. Security groups are stateful: responses need no row. */
export interface Connection {
  readonly from: Peer;
  readonly to: Peer;
  readonly traffic: Traffic;
  /** Description of the rule, at most 200 characters that AWS accepts. */
  readonly why: string;
}

/** Rule of a security group. */
export interface GroupRule {
  /** Unique in the cluster, and independent of the row's place in the table. */
  readonly id: string;
  readonly direction: "ingress" | "egress";
  readonly group: FirewallRole;
  readonly peer: Peer;
  readonly traffic: Traffic;
  readonly description: string;
}

/** Descriptions of the security groups, in characters that AWS accepts. */
export const roleDescriptions: Readonly<Record<FirewallRole, string>> = {
  "api-load-balancer": "Internal load balancer of the Kubernetes API",
  "public-api-load-balancer": "Internet-facing load balancer of the Kubernetes API",
  "control-plane": "Control plane instances",
  etcd: "etcd instances",
  worker: "Worker instances of all pools",
  endpoints: "Interface endpoints of AWS APIs",
};

const everywhere: Peer = { cidr: "0.0.0.0/0" };

const tcp = (from: number, to = from): Traffic => ({ protocol: "tcp", from, to });
const udp = (from: number, to = from): Traffic => ({ protocol: "udp", from, to });
const role = (name: FirewallRole): Peer => ({ role: name });

/** Roles of a cluster, in the order of the table. */
export function firewallRoles(spec: ClusterSpec): readonly FirewallRole[] {
  return [
    "api-load-balancer",
    ...(spec.api.public === undefined ? [] : (["public-api-load-balancer"] as const)),
    "control-plane",
    ...(spec.etcd.topology === "external" ? (["etcd"] as const) : []),
    "worker",
    ...(spec.network.interfaceEndpoints ? (["endpoints"] as const) : []),
  ];
}

/** Table of a cluster. */
export function connections(spec: ClusterSpec): readonly Connection[] {
  return [...toApi(spec), ...toEtcd(spec), ...betweenMachines(), ...egress(spec)];
}

/** Rules of the security groups: a row between two roles makes an egress and an ingress rule. */
export function groupRules(spec: ClusterSpec): readonly GroupRule[] {
  return connections(spec).flatMap(({ from, to, traffic, why }) => {
    const id = `${peerName(from)}-to-${peerName(to)}-${trafficName(traffic)}`;
    const rules: GroupRule[] = [];
    if ("role" in to) {
      rules.push({ id: `${id}-in`, direction: "ingress", group: to.role, peer: from, traffic, description: why });
    }
    if ("role" in from) {
      rules.push({ id: `${id}-out`, direction: "egress", group: from.role, peer: to, traffic, description: why });
    }
    return rules;
  });
}

function toApi(spec: ClusterSpec): readonly Connection[] {
  const api = tcp(apiPort);
  const internal = role("api-load-balancer");
  const rows: Connection[] = [
    { from: role("control-plane"), to: internal, traffic: api, why: "Control plane to the Kubernetes API" },
    { from: role("worker"), to: internal, traffic: api, why: "Workers to the Kubernetes API" },
    { from: { cidr: spec.network.vpc.cidr }, to: internal, traffic: api, why: "Kubernetes API inside the VPC" },
    ...distinct(spec.api.allowedCidrs, [spec.network.vpc.cidr]).map((cidr): Connection => ({
      from: { cidr },
      to: internal,
      traffic: api,
      why: "Kubernetes API from a range in the settings",
    })),
    { from: internal, to: role("control-plane"), traffic: api, why: "Kubernetes API through the load balancer" },
    {
      from: role("worker"),
      to: role("control-plane"),
      traffic: api,
      why: "Kubernetes API through the Service named kubernetes, which bypasses the load balancer",
    },
  ];
  if (spec.api.public !== undefined) {
    const balancer = role("public-api-load-balancer");
    for (const cidr of distinct(spec.api.public.allowedCidrs)) {
      rows.push({ from: { cidr }, to: balancer, traffic: api, why: "Kubernetes API from a range in the settings" });
    }
    rows.push({
      from: balancer,
      to: role("control-plane"),
      traffic: api,
      why: "Kubernetes API through the public load balancer",
    });
  }
  return rows;
}

/** Stacked members share the control plane's group, which allows all traffic inside it. */
function toEtcd(spec: ClusterSpec): readonly Connection[] {
  if (spec.etcd.topology === "stacked") return [];
  return [
    { from: role("control-plane"), to: role("etcd"), traffic: tcp(etcdClientPort), why: "API servers to etcd" },
    {
      from: role("etcd"),
      to: role("etcd"),
      traffic: tcp(etcdClientPort, etcdPeerPort),
      why: "etcd members to each other, also as clients when they join",
    },
  ];
}

/**
 * Traffic of pods is traffic of their machines, and with native routing AWS sees the pods' ports. Roles that run arbitrary
 * pods are therefore open to each other, except from the workers, which run users' pods, to the control plane: that
 * direction lists single ports.
 */
function betweenMachines(): readonly Connection[] {
  const fromWorkers = (traffic: Traffic, why: string): Connection => ({
    from: role("worker"),
    to: role("control-plane"),
    traffic,
    why,
  });
  return [
    {
      from: role("control-plane"),
      to: role("control-plane"),
      traffic: { protocol: "all" },
      why: "Control plane: stacked etcd, kubelets, webhooks and pods",
    },
    {
      from: role("control-plane"),
      to: role("worker"),
      traffic: { protocol: "all" },
      why: "API servers to kubelets, webhooks and aggregated APIs on any port",
    },
    { from: role("worker"), to: role("worker"), traffic: { protocol: "all" }, why: "Pods to pods and Services" },
    fromWorkers(tcp(10250), "metrics-server to the kubelets of the control plane"),
    fromWorkers(udp(53), "DNS: CoreDNS may run on the control plane"),
    fromWorkers(tcp(53), "DNS over TCP: CoreDNS may run on the control plane"),
    fromWorkers(udp(8472), "Pod network over VXLAN, default port of Cilium and flannel"),
    fromWorkers(tcp(4240, 4244), "Cilium: health checks between nodes (4240) and Hubble (4244)"),
    fromWorkers({ protocol: "icmp" }, "Cilium: echo requests between nodes"),
  ];
}

/** Egress to AWS APIs, software and images; without NAT, only to the endpoints and to S3. */
function egress(spec: ClusterSpec): readonly Connection[] {
  const machines = firewallRoles(spec).filter(
    (name) => name === "control-plane" || name === "etcd" || name === "worker",
  );
  const { vpc } = spec.network;
  const rows: Connection[] = [];
  if (spec.network.interfaceEndpoints) {
    // The endpoints' private DNS names apply to the whole VPC, other workloads in it included.
    rows.push({
      from: { cidr: vpc.cidr },
      to: role("endpoints"),
      traffic: tcp(443),
      why: "AWS APIs through interface endpoints",
    });
  }
  for (const machine of machines) {
    const from = role(machine);
    if (vpc.source === "create" && spec.network.nat === "none") {
      if (spec.network.interfaceEndpoints) {
        rows.push({ from, to: role("endpoints"), traffic: tcp(443), why: "AWS APIs through interface endpoints" });
      }
      rows.push({ from, to: { prefixList: "s3" }, traffic: tcp(443), why: "S3 through its gateway endpoint" });
    } else {
      rows.push(
        { from, to: everywhere, traffic: tcp(443), why: "AWS APIs, software, container images" },
        { from, to: everywhere, traffic: tcp(80), why: "Package repositories whose packages are signed" },
      );
    }
    for (const port of mirrorPorts(spec)) {
      rows.push({ from, to: everywhere, traffic: tcp(port), why: "Mirror of software or images in the settings" });
    }
    if (vpc.source === "existing") {
      // Its DHCP options may name other resolvers and time servers than AWS's.
      rows.push(
        { from, to: { cidr: vpc.cidr }, traffic: udp(53), why: "DNS resolvers of the VPC" },
        { from, to: { cidr: vpc.cidr }, traffic: tcp(53), why: "DNS resolvers of the VPC, over TCP" },
        { from, to: { cidr: vpc.cidr }, traffic: udp(123), why: "Time servers of the VPC" },
      );
    }
  }
  return rows;
}

/** Ports of mirrors that no other row opens, in ascending order. */
function mirrorPorts(spec: ClusterSpec): readonly number[] {
  const mirrors = [spec.nodes.assets.baseUrl ?? [], Object.values(spec.nodes.registryMirrors)].flat();
  const ports = mirrors.map((mirror) => {
    const { port, protocol } = new URL(mirror);
    return port === "" ? (protocol === "http:" ? 80 : 443) : Number(port);
  });
  const open = spec.network.vpc.source === "create" && spec.network.nat === "none" ? [] : [80, 443];
  return distinct(ports, open).sort((a, b) => a - b);
}

/** Distinct values that are not in `without`: AWS rejects duplicate rules. */
function distinct<T>(values: readonly T[], without: readonly T[] = []): T[] {
  return [...new Set(values)].filter((value) => !without.includes(value));
}

function peerName(peer: Peer): string {
  if ("role" in peer) return peer.role;
  if ("prefixList" in peer) return peer.prefixList;
  return peer.cidr;
}

function trafficName(traffic: Traffic): string {
  if (!("from" in traffic)) return traffic.protocol;
  const ports = traffic.from === traffic.to ? `${traffic.from}` : `${traffic.from}-${traffic.to}`;
  return `${traffic.protocol}-${ports}`;
}
