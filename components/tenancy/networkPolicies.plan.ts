import type { networking } from "@pulumi/kubernetes/types/input";
import { Address4 } from "ip-address";

import { apiPort } from "../api/address.plan";
import type { ResolvedTenant } from "./inheritance.plan";
import { branchLabel } from "./namespace.plan";
import type { PeerSpec, Tenants } from "./settings";
import { lineage } from "./tree.plan";

/** Kubernetes labels every namespace with its name. */
const namespaceLabel = "kubernetes.io/metadata.name";

/** Instance metadata service: it hands out the credentials of the machine. */
const instanceMetadata = "169.254.169.254/32";

interface NetworkPolicy {
  readonly name: string;
  readonly spec: Omit<networking.v1.NetworkPolicySpec, "podSelector">;
}

/** Access to the cluster's DNS. A cache on the node has the address of the Service, so that this policy covers it too. */
const dns: NetworkPolicy = {
  name: "allow-dns",
  spec: {
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

/**
 * NetworkPolicies of a tenant's namespace: one denies all traffic, the others allow what the settings allow.
 * @param vpcCidrs IPv4 ranges of the API servers.
 */
export function networkPolicies(tenant: ResolvedTenant, vpcCidrs: readonly string[]): readonly NetworkPolicy[] {
  const { internal, api, egress, ingress } = tenant.network;
  const ownPods = [{ podSelector: {} }];
  return [
    { name: "default-deny", spec: { policyTypes: ["Ingress", "Egress"] } },
    dns,
    ...policy("allow-internal", internal, {
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: ownPods }],
      egress: [{ to: ownPods }],
    }),
    ...policy("allow-api", api, {
      policyTypes: ["Egress"],
      egress: [{ to: vpcCidrs.map((cidr) => ({ ipBlock: { cidr } })), ports: [{ protocol: "TCP", port: apiPort }] }],
    }),
    ...policy("allow-egress", egress.length > 0, {
      policyTypes: ["Egress"],
      egress: egress.map((rule) => ({ to: [peer(rule)], ports: ports(rule) })),
    }),
    ...policy("allow-ingress", ingress.length > 0, {
      policyTypes: ["Ingress"],
      ingress: ingress.map((rule) => ({ from: [peer(rule)], ports: ports(rule) })),
    }),
  ];
}

function policy(name: string, enabled: boolean, spec: NetworkPolicy["spec"]): readonly NetworkPolicy[] {
  return enabled ? [{ name, spec }] : [];
}

function peer({ cidr, tenant, namespace }: PeerSpec): networking.v1.NetworkPolicyPeer {
  if (tenant !== undefined) {
    return { namespaceSelector: { matchExpressions: [{ key: branchLabel(tenant), operator: "Exists" }] } };
  }
  if (namespace !== undefined) return { namespaceSelector: { matchLabels: { [namespaceLabel]: namespace } } };
  const range = cidr ?? instanceMetadata;
  const includesMetadata = range !== instanceMetadata && contains(range, instanceMetadata);
  return { ipBlock: { cidr: range, except: includesMetadata ? [instanceMetadata] : undefined } };
}

function ports({ protocol, ports: numbers }: PeerSpec) {
  return numbers.length === 0 ? undefined : numbers.map((port) => ({ protocol, port }));
}

/** True if the inner range is part of the outer one; false if one of them is invalid. */
function contains(outer: string, inner: string): boolean {
  if (!Address4.isValid(outer) || !Address4.isValid(inner)) return false;
  return new Address4(inner).isInSubnet(new Address4(outer));
}

/** True if the outer rule allows all traffic that the inner one allows. */
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
