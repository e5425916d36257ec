/**
 * Security-group rules of a cluster, rendered from one table of connections. Everything else is closed, SSH included: sessions
 * go through SSM Session Manager, which needs egress to port 443 only.
 *
 * AWS does not filter traffic to its own resolver, time and metadata addresses: the table has no rows for them.
 */

import { apiPort } from "../api/address.plan";
import type { ClusterSpec } from "../clusterSpec";
import { etcdClientPort, etcdPeerPort } from "../etcd/members.plan";
import { isMigrating } from "../etcd/migration.plan";
import { vpcRanges } from "../network/vpcRanges.plan";
import { contains } from "../settings/cidr";
import { destinations } from "./destinations.plan";
import { firstPort, includes, trafficName } from "./traffic.plan";
import type { Traffic } from "./traffic.plan";

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

/** TCP ports that rows below open from workers to the control plane. */
const workersToControlPlane: readonly number[] = [apiPort, 10250, 53];

const tcp = (from: number, to = from): Traffic => ({ protocol: "tcp", from, to });
const udp = (from: number, to = from): Traffic => ({ protocol: "udp", from, to });
const role = (name: FirewallRole): Peer => ({ role: name });
const row = (from: Peer, to: Peer, traffic: Traffic, why: string): Connection => ({ from, to, traffic, why });

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
  const rows = [...toApi(spec), ...toEtcd(spec), ...betweenMachines(spec), ...egress(spec)];
  return [...rows, ...toDestinations(spec, rows)];
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
  const external = role("public-api-load-balancer");
  const controlPlane = role("control-plane");
  const vpc = vpcRanges(spec.network.vpc);
  const fromSettings = "Kubernetes API from a range in the settings";
  return [
    row(controlPlane, internal, api, "Control plane to the Kubernetes API"),
    row(role("worker"), internal, api, "Workers to the Kubernetes API"),
    ...vpc.map((cidr) => row({ cidr }, internal, api, "Kubernetes API inside the VPC")),
    ...distinct(spec.api.allowedCidrs, vpc).map((cidr) => row({ cidr }, internal, api, fromSettings)),
    row(internal, controlPlane, api, "Kubernetes API through the load balancer"),
    row(
      role("worker"),
      controlPlane,
      api,
      "Kubernetes API through the Service named kubernetes, which bypasses the load balancer",
    ),
    ...(spec.api.public === undefined
      ? []
      : [
          ...distinct(spec.api.public.allowedCidrs).map((cidr) => row({ cidr }, external, api, fromSettings)),
          row(external, controlPlane, api, "Kubernetes API through the public load balancer"),
        ]),
  ];
}

/** Stacked members share the control plane's group, which allows all traffic inside it. */
function toEtcd(spec: ClusterSpec): readonly Connection[] {
  if (spec.etcd.topology === "stacked") return [];
  const etcd = role("etcd");
  const controlPlane = role("control-plane");
  return [
    row(controlPlane, etcd, tcp(etcdClientPort), "API servers to etcd"),
    row(etcd, etcd, tcp(etcdClientPort, etcdPeerPort), "etcd members to each other, also as clients when they join"),
    ...(isMigrating(spec)
      ? [
          row(
            controlPlane,
            etcd,
            tcp(etcdPeerPort),
            "Migration: etcd members of the control plane to those that moved",
          ),
          row(
            etcd,
            controlPlane,
            tcp(etcdClientPort, etcdPeerPort),
            "Migration: etcd members that moved to those of the control plane",
          ),
        ]
      : []),
  ];
}

/**
 * Traffic of pods is traffic of their machines, and with native routing AWS sees the pods' ports. Roles that run arbitrary
 * pods are therefore open to each other, except from the workers, which run users' pods, to the control plane: that
 * direction lists single ports.
 */
function betweenMachines({ network }: ClusterSpec): readonly Connection[] {
  const controlPlane = role("control-plane");
  const workers = role("worker");
  const all: Traffic = { protocol: "all" };
  return [
    row(controlPlane, controlPlane, all, "Control plane: stacked etcd, kubelets, webhooks and pods"),
    row(controlPlane, workers, all, "API servers to kubelets, webhooks and aggregated APIs on any port"),
    row(workers, workers, all, "Pods to pods and Services"),
    row(workers, controlPlane, tcp(10250), "metrics-server to the kubelets of the control plane"),
    row(workers, controlPlane, udp(53), "DNS: CoreDNS may run on the control plane"),
    row(workers, controlPlane, tcp(53), "DNS over TCP: CoreDNS may run on the control plane"),
    row(workers, controlPlane, udp(8472), "Pod network over VXLAN, default port of Cilium and flannel"),
    row(workers, controlPlane, tcp(4240, 4244), "Cilium: health checks between nodes (4240) and Hubble (4244)"),
    row(workers, controlPlane, { protocol: "icmp" }, "Cilium: echo requests between nodes"),
    ...distinct(network.controlPlanePorts, workersToControlPlane).map((port) =>
      row(workers, controlPlane, tcp(port), "Port of network.controlPlanePorts in the settings"),
    ),
  ];
}

/** Egress to AWS APIs, software and images; without NAT, only to the endpoints and to S3. */
function egress(spec: ClusterSpec): readonly Connection[] {
  const { vpc, nat, interfaceEndpoints } = spec.network;
  const isIsolated = vpc.source === "create" && nat === "none";
  const inVpc: readonly Peer[] = vpcRanges(vpc).map((cidr) => ({ cidr }));
  const toEndpoints = (from: Peer) => row(from, role("endpoints"), tcp(443), "AWS APIs through interface endpoints");
  const machines = firewallRoles(spec).filter(
    (name) => name === "control-plane" || name === "etcd" || name === "worker",
  );
  return [
    // The endpoints' private DNS names apply to the whole VPC, other workloads in it included.
    ...(interfaceEndpoints ? inVpc.map(toEndpoints) : []),
    ...machines.map(role).flatMap((from) => [
      ...(isIsolated && interfaceEndpoints ? [toEndpoints(from)] : []),
      ...(isIsolated
        ? [row(from, { prefixList: "s3" }, tcp(443), "S3 through its gateway endpoint")]
        : [
            row(from, everywhere, tcp(443), "AWS APIs, software, container images"),
            row(from, everywhere, tcp(80), "Package repositories whose packages are signed"),
          ]),
      // The DHCP options of an existing VPC may name other resolvers and time servers than AWS's.
      ...(vpc.source === "existing"
        ? inVpc.flatMap((range) => [
            row(from, range, udp(53), "DNS resolvers of the VPC"),
            row(from, range, tcp(53), "DNS resolvers of the VPC, over TCP"),
            row(from, range, udp(123), "Time servers of the VPC"),
          ])
        : []),
    ]),
  ];
}

/** Rows for the destinations in the settings that the other rows do not open: one per role, range and traffic. */
function toDestinations(spec: ClusterSpec, rows: readonly Connection[]): readonly Connection[] {
  const added = new Map<string, Connection & { readonly what: Set<string> }>();
  const roles = firewallRoles(spec);
  const all = [...destinations(spec)].sort((left, right) => firstPort(left.traffic) - firstPort(right.traffic));
  for (const { from, cidr, traffic, what } of all) {
    for (const name of from.filter((each) => roles.includes(each))) {
      const connection = row(role(name), { cidr }, traffic, "");
      if (rows.some((other) => covers(other, connection))) continue;
      const key = `${name} ${cidr} ${trafficName(traffic)}`;
      const known = added.get(key) ?? { ...connection, what: new Set() };
      known.what.add(what);
      added.set(key, known);
    }
  }
  return [...added.values()].map(({ from, to, traffic, what }) =>
    row(from, to, traffic, `In the settings: ${[...what].join(", ")}`),
  );
}

/** True if a row of the table allows a connection to a range. */
function covers(row: Connection, { from, to, traffic }: Connection): boolean {
  if (peerName(row.from) !== peerName(from) || !("cidr" in row.to) || !("cidr" in to)) return false;
  return contains(row.to.cidr, to.cidr) && includes(row.traffic, traffic);
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
