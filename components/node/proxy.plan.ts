/** HTTP proxy of machines and of the add-ons that call AWS: the variables by which programs find it. */

import { serviceDomain } from "../aws/partition.plan";
import type { ClusterSpec } from "../clusterSpec";
import { endpointHosts } from "../network/interfaceEndpoints.plan";
import { vpcRanges } from "../network/vpcRanges.plan";

/**
 * Variables in lower case, which all programs read: curl ignores `HTTP_PROXY`, wget and apt ignore every variable in upper case.
 * Empty without a proxy.
 */
export function proxyEnvironment(spec: ClusterSpec): Readonly<Record<string, string>> {
  const { proxy } = spec.nodes;
  if (proxy === undefined) return {};
  const { http, https = http } = proxy;
  return {
    http_proxy: withoutSlash(http),
    https_proxy: withoutSlash(https),
    no_proxy: noProxy(spec, proxy.noProxy).join(","),
  };
}

/** The same as `env` of a container. */
export const proxyVariables = (spec: ClusterSpec): { readonly name: string; readonly value: string }[] =>
  Object.entries(proxyEnvironment(spec)).map(([name, value]) => ({ name, value }));

const withoutSlash = (url: string): string => url.replace(/\/$/, "");

/**
 * Destinations without the proxy. Programs compare ranges with addresses in URLs only, and do not resolve names. A leading
 * dot would exclude the name itself for Go, but not for curl: those of the settings are removed.
 */
function noProxy(spec: ClusterSpec, further: readonly string[]): readonly string[] {
  const { network, domain } = spec;
  const own = [
    "localhost",
    // Addresses in addition to their ranges, which wget and apt do not read.
    "127.0.0.1",
    "127.0.0.0/8",
    "::1",
    // The gateway of etcd dials the address at which etcd listens.
    "0.0.0.0",
    // Instance metadata.
    "169.254.169.254",
    "fd00:ec2::254",
    ...vpcRanges(network.vpc),
    network.podCidr,
    network.serviceCidr,
    `.${domain}`,
    ".svc",
    ".cluster.local",
    // EC2's private names; reserved for private use.
    ".internal",
  ];
  const all = [...own, ...endpoints(spec), ...further.map((entry) => entry.replace(/^\./, ""))];
  return [...new Set(all)];
}

/** Hosts of AWS that have endpoints in the VPC. Those of an existing VPC are unknown. */
function endpoints({ region, network }: ClusterSpec): readonly string[] {
  const domain = `${region}.${serviceDomain(region)}`;
  // The gateway endpoint of every VPC that the stack creates. Package repositories of Amazon Linux have the second form.
  const s3 = network.vpc.source === "create" ? [`s3.${domain}`, `s3.dualstack.${domain}`] : [];
  return [...s3, ...(network.interfaceEndpoints ? endpointHosts(region) : [])];
}
