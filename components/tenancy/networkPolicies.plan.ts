/** NetworkPolicies of a tenant's namespace: nothing at all, then what the settings allow, each by a policy of its own. Pure. */

import { Address4 } from "ip-address";

import type { ResolvedTenant } from "./inheritance.plan";
import type { PeerSpec, Tenants } from "./spec";
import { lineage } from "./tree.plan";

/** Label of a tenant's namespace for itself and each tenant above: what `tenant:` in a rule selects. */
export const branchLabel = (tenant: string): string => `tenant.holdfast.dev/${tenant}`;

/** Label that Kubernetes puts on every namespace with its name. */
const namespaceLabel = "kubernetes.io/metadata.name";

/** Instance metadata: no pod has business with the machine's own credentials. */
const metadata = "169.254.169.254/32";

interface Peer {
  readonly ipBlock?: { readonly cidr: string; readonly except?: string[] };
  readonly namespaceSelector?: {
    readonly matchLabels?: Record<string, string>;
    readonly matchExpressions?: { readonly key: string; readonly operator: string }[];
  };
  readonly podSelector?: { readonly matchLabels?: Record<string, string> };
}

interface Port {
  readonly protocol: string;
  readonly port: number;
}

export interface NetworkPolicy {
  readonly name: string;
  readonly spec: {
    readonly podSelector: Record<string, never>;
    readonly policyTypes: string[];
    readonly ingress?: { readonly from: Peer[]; readonly ports?: Port[] }[];
    readonly egress?: { readonly to: Peer[]; readonly ports?: Port[] }[];
  };
}

/** What of the cluster's network policies have to know. */
export interface ClusterNetwork {
  /** Range that control planes have their addresses in. */
  readonly vpcCidr: string;
}

/** The cluster's DNS, also behind a cache on the node, which takes the address of the Service. */
const dns: NetworkPolicy = {
  name: "allow-dns",
  spec: {
    podSelector: {},
    policyTypes: ["Egress"],
    egress: [
      {
        to: [
          {
            namespaceSelector: { matchLabels: { [namespaceLabel]: "kube-system" } },
            podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
          },
        ],
        ports: ["UDP", "TCP"].map((protocol) => ({ protocol, port: 53 })),
      },
    ],
  },
};

export function networkPolicies(tenant: ResolvedTenant, cluster: ClusterNetwork): readonly NetworkPolicy[] {
  const { internal, api, egress, ingress } = tenant.network;
  const ownPods: Peer[] = [{ podSelector: {} }];
  return [
    { name: "default-deny", spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] } },
    dns,
    ...policy("allow-internal", internal, {
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: ownPods }],
      egress: [{ to: ownPods }],
    }),
    ...policy("allow-api", api, {
      policyTypes: ["Egress"],
      egress: [{ to: [{ ipBlock: { cidr: cluster.vpcCidr } }], ports: [{ protocol: "TCP", port: 6443 }] }],
    }),
    ...policy("allow-egress", egress.length > 0, {
      policyTypes: ["Egress"],
      egress: egress.map((rule) => ({ to: [peer(rule)], ...ports(rule) })),
    }),
    ...policy("allow-ingress", ingress.length > 0, {
      policyTypes: ["Ingress"],
      ingress: ingress.map((rule) => ({ from: [peer(rule)], ...ports(rule) })),
    }),
  ];
}

function policy(name: string, wanted: boolean, spec: Omit<NetworkPolicy["spec"], "podSelector">): NetworkPolicy[] {
  return wanted ? [{ name, spec: { podSelector: {}, ...spec } }] : [];
}

function peer({ cidr, tenant, namespace }: PeerSpec): Peer {
  if (tenant !== undefined) {
    return { namespaceSelector: { matchExpressions: [{ key: branchLabel(tenant), operator: "Exists" }] } };
  }
  if (namespace !== undefined) return { namespaceSelector: { matchLabels: { [namespaceLabel]: namespace } } };
  const range = cidr ?? metadata;
  return {
    ipBlock: { cidr: range, ...(range !== metadata && contains(range, metadata) ? { except: [metadata] } : {}) },
  };
}

function ports(rule: PeerSpec): { readonly ports?: Port[] } {
  return rule.ports.length === 0 ? {} : { ports: rule.ports.map((port) => ({ protocol: rule.protocol, port })) };
}

/** Whether one range holds all of another; a text that is no range holds nothing and is in none. */
function contains(outer: string, inner: string): boolean {
  if (!Address4.isValid(outer) || !Address4.isValid(inner)) return false;
  return new Address4(inner).isInSubnet(new Address4(outer));
}

/** Whether all that one rule lets through another does, too. */
export function covers(tenants: Tenants, outer: PeerSpec, inner: PeerSpec): boolean {
  return coversPeer(tenants, outer, inner) && coversPorts(outer, inner);
}

function coversPeer(tenants: Tenants, outer: PeerSpec, inner: PeerSpec): boolean {
  if (inner.cidr !== undefined) return outer.cidr !== undefined && contains(outer.cidr, inner.cidr);
  const name = inner.tenant ?? inner.namespace;
  if (name === undefined) return false;
  if (outer.tenant !== undefined) return outer.tenant === name || lineage(tenants, name).includes(outer.tenant);
  return inner.namespace !== undefined && outer.namespace === inner.namespace;
}

function coversPorts(outer: PeerSpec, inner: PeerSpec): boolean {
  if (outer.ports.length === 0) return true;
  return (
    inner.ports.length > 0 &&
    inner.protocol === outer.protocol &&
    inner.ports.every((port) => outer.ports.includes(port))
  );
}
