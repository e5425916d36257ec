/**
 * Who may speak to whom: the one table from which every security-group rule is made. What is not here is closed, SSH among
 * it: people come through SSM Session Manager, which is egress to port 443.
 *
 * AWS filters no traffic to its own resolver, time and metadata addresses, so that the table is silent about them.
 */

import { apiPort } from "../api/address.plan";
import type { ClusterSpec } from "../clusterSpec";
import { etcdClientPort, etcdPeerPort } from "../etcd/members.plan";

/** What has a security group of its own. */
export type FirewallRole =
  | "apiLoadBalancer"
  | "publicApiLoadBalancer"
  | "controlPlane"
  | "etcd"
  | "workers"
  /** Interface endpoints of AWS APIs. */
  | "endpoints";

/** One end of a connection. */
export type Peer =
  | { readonly role: FirewallRole }
  | { readonly cidr: string }
  /** AWS' own ranges of a service, kept by AWS. */
  | { readonly prefixList: "s3" };

/** Ports of a connection. `icmp` is echo requests: answers and errors of a connection come back without a rule. */
export type Traffic =
  | { readonly protocol: "tcp" | "udp"; readonly from: number; readonly to: number }
  | { readonly protocol: "icmp" | "all" };

/** A row: `from` may open connections to `to`; answers need no row. */
export interface Connection {
  readonly from: Peer;
  readonly to: Peer;
  readonly traffic: Traffic;
  /** For consoles and auditors; in the characters that AWS takes, at most 200 of them. */
  readonly why: string;
}

/** One rule of one security group. */
export interface GroupRule {
  /** Unique in the cluster and stable: made of what the rule says, not of its place in the table. */
  readonly id: string;
  readonly direction: "ingress" | "egress";
  readonly group: FirewallRole;
  readonly peer: Peer;
  readonly traffic: Traffic;
  readonly description: string;
}

/** What a security group is for, in the characters that AWS takes. */
export const roleDescriptions: Readonly<Record<FirewallRole, string>> = {
  apiLoadBalancer: "Load balancer before the Kubernetes API, inside the VPC",
  publicApiLoadBalancer: "Load balancer before the Kubernetes API, facing the internet",
  controlPlane: "Control plane machines",
  etcd: "etcd machines",
  workers: "Worker machines of all pools",
  endpoints: "Private addresses of AWS APIs",
};

const everywhere: Peer = { cidr: "0.0.0.0/0" };

const tcp = (from: number, to = from): Traffic => ({ protocol: "tcp", from, to });
const udp = (from: number, to = from): Traffic => ({ protocol: "udp", from, to });
const role = (name: FirewallRole): Peer => ({ role: name });

/** Roles that this cluster has, in the order of the table. */
export function firewallRoles(spec: ClusterSpec): readonly FirewallRole[] {
  return [
    "apiLoadBalancer",
    ...(spec.api.public === undefined ? [] : (["publicApiLoadBalancer"] as const)),
    "controlPlane",
    ...(spec.etcd.topology === "external" ? (["etcd"] as const) : []),
    "workers",
    ...(spec.network.interfaceEndpoints ? (["endpoints"] as const) : []),
  ];
}

/** The table for a cluster. */
export function connections(spec: ClusterSpec): readonly Connection[] {
  return [...toApi(spec), ...toEtcd(spec), ...betweenMachines(), ...outward(spec)];
}

/** The table as rules of groups: a row between two roles opens one end and the other. */
export function groupRules(spec: ClusterSpec): readonly GroupRule[] {
  return connections(spec).flatMap(({ from, to, traffic, why }) => {
    const between = `${peerName(from)}-to-${peerName(to)}-${trafficName(traffic)}`;
    const rules: GroupRule[] = [];
    if ("role" in to) {
      rules.push({ id: `${between}-in`, direction: "ingress", group: to.role, peer: from, traffic, description: why });
    }
    if ("role" in from) {
      rules.push({ id: `${between}-out`, direction: "egress", group: from.role, peer: to, traffic, description: why });
    }
    return rules;
  });
}

function toApi(spec: ClusterSpec): readonly Connection[] {
  const api = tcp(apiPort);
  const internal = role("apiLoadBalancer");
  const rows: Connection[] = [
    { from: role("controlPlane"), to: internal, traffic: api, why: "Control plane to the Kubernetes API by its name" },
    { from: role("workers"), to: internal, traffic: api, why: "Workers to the Kubernetes API by its name" },
    { from: { cidr: spec.network.vpc.cidr }, to: internal, traffic: api, why: "Kubernetes API inside the VPC" },
    ...distinct(spec.api.allowedCidrs, [spec.network.vpc.cidr]).map((cidr): Connection => ({
      from: { cidr },
      to: internal,
      traffic: api,
      why: "Kubernetes API from a range that the settings name",
    })),
    { from: internal, to: role("controlPlane"), traffic: api, why: "Kubernetes API through the load balancer" },
    {
      from: role("workers"),
      to: role("controlPlane"),
      traffic: api,
      why: "Kubernetes API through the Service named kubernetes, which leads to the machines themselves",
    },
  ];
  if (spec.api.public !== undefined) {
    const facing = role("publicApiLoadBalancer");
    for (const cidr of distinct(spec.api.public.allowedCidrs, [])) {
      rows.push({
        from: { cidr },
        to: facing,
        traffic: api,
        why: "Kubernetes API from a range that the settings name",
      });
    }
    rows.push({
      from: facing,
      to: role("controlPlane"),
      traffic: api,
      why: "Kubernetes API through the public load balancer",
    });
  }
  return rows;
}

/** Stacked etcd is inside the control plane's group, whose machines reach one another anyway. */
function toEtcd(spec: ClusterSpec): readonly Connection[] {
  if (spec.etcd.topology === "stacked") return [];
  return [
    { from: role("controlPlane"), to: role("etcd"), traffic: tcp(etcdClientPort), why: "API servers to etcd" },
    {
      from: role("etcd"),
      to: role("etcd"),
      traffic: tcp(etcdClientPort, etcdPeerPort),
      why: "etcd members to one another; a new member asks the others as a client",
    },
  ];
}

/**
 * Machines carry pods, and a pod's connection to another machine's pod is the machine's, whatever its port: with native
 * routing AWS sees the pods' own ports. So what may run any pod is open where any pod must reach it. Only the way from the
 * workers, where users' pods run, to the control plane is counted out port by port.
 */
function betweenMachines(): readonly Connection[] {
  const fromWorkers = (traffic: Traffic, why: string): Connection => ({
    from: role("workers"),
    to: role("controlPlane"),
    traffic,
    why,
  });
  return [
    {
      from: role("controlPlane"),
      to: role("controlPlane"),
      traffic: { protocol: "all" },
      why: "Members to one another: stacked etcd, kubelets, webhooks and pods",
    },
    {
      from: role("controlPlane"),
      to: role("workers"),
      traffic: { protocol: "all" },
      why: "API servers to kubelets, webhooks and aggregated APIs, which listen where they like",
    },
    { from: role("workers"), to: role("workers"), traffic: { protocol: "all" }, why: "Pods to pods and Services" },
    fromWorkers(tcp(10250), "metrics-server to the kubelets of the control plane"),
    fromWorkers(udp(53), "DNS: CoreDNS may run on the control plane"),
    fromWorkers(tcp(53), "DNS over TCP: CoreDNS may run on the control plane"),
    fromWorkers(udp(8472), "Pod network over VXLAN, default port of Cilium and flannel"),
    fromWorkers(tcp(4240, 4244), "Cilium: health checks between machines (4240) and Hubble (4244)"),
    fromWorkers({ protocol: "icmp" }, "Cilium: echo requests between machines"),
  ];
}

/** To AWS APIs, software and images. Where there is no NAT, to the endpoints alone. */
function outward(spec: ClusterSpec): readonly Connection[] {
  const machines = firewallRoles(spec).filter(
    (name) => name === "controlPlane" || name === "etcd" || name === "workers",
  );
  const { vpc } = spec.network;
  const rows: Connection[] = [];
  if (spec.network.interfaceEndpoints) {
    // Private DNS names of the endpoints hold in the whole VPC: what else lives in it is led here as well.
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
      rows.push({
        from,
        to: everywhere,
        traffic: tcp(port),
        why: "Mirror of software or images that the settings name",
      });
    }
    if (vpc.source === "existing") {
      // Its DHCP options may name resolvers and clocks other than AWS' own.
      rows.push(
        { from, to: { cidr: vpc.cidr }, traffic: udp(53), why: "DNS resolvers of the VPC" },
        { from, to: { cidr: vpc.cidr }, traffic: tcp(53), why: "DNS resolvers of the VPC, over TCP" },
        { from, to: { cidr: vpc.cidr }, traffic: udp(123), why: "Clocks of the VPC" },
      );
    }
  }
  return rows;
}

/** Ports of mirrors that are not open anyway, in ascending order. */
function mirrorPorts(spec: ClusterSpec): readonly number[] {
  const mirrors = [spec.nodes.assets.baseUrl ?? [], Object.values(spec.nodes.registryMirrors)].flat();
  const ports = mirrors.map((mirror) => {
    const { port, protocol } = new URL(mirror);
    return port === "" ? (protocol === "http:" ? 80 : 443) : Number(port);
  });
  const open = spec.network.vpc.source === "create" && spec.network.nat === "none" ? [] : [80, 443];
  return distinct(ports, open).sort((a, b) => a - b);
}

/** Each once, in order, without what is open anyway: AWS refuses a rule that is there. */
function distinct<T>(values: readonly T[], without: readonly T[]): T[] {
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
