/** Destinations outside the cluster that settings name: the firewall opens egress to each of them. */

import { isIPv4 } from "node:net";
import type { MachineRole } from "../aws/tags.plan";
import { serviceDomain } from "../aws/partition.plan";
import type { ClusterSpec } from "../clusterSpec";
import { contains } from "../settings/cidr";
import type { SettingPath } from "../settings/problems";
import type { Traffic } from "./traffic.plan";

/** Host and port that a setting names, as in a URL. */
export interface NamedHost {
  /** The setting. */
  readonly path: SettingPath;
  /** DNS name or IP address; IPv6 in brackets. */
  readonly host: string;
  readonly port: number;
  /** Roles of the machines that connect. */
  readonly from: readonly MachineRole[];
  /** Part of a rule's description. */
  readonly what: string;
}

/** Destination of egress rules. */
export interface Destination extends Pick<NamedHost, "from" | "what"> {
  readonly cidr: string;
  readonly traffic: Traffic;
}

const allMachines: readonly MachineRole[] = ["control-plane", "etcd", "worker"];
/** Machines that run pods, and therefore pull images. */
const podMachines: readonly MachineRole[] = ["control-plane", "worker"];
const apiServers: readonly MachineRole[] = ["control-plane"];

/** Every host that a setting names and a machine connects to. A new setting of this kind needs a line here. */
export function namedHosts(spec: ClusterSpec): readonly NamedHost[] {
  const { assets, proxy } = spec.nodes;
  const { authentication, authorization, admission } = spec.access;
  const inAccess = (...path: SettingPath): SettingPath => ["access", ...path];
  return [
    ...url(["nodes", "assets", "baseUrl"], assets.baseUrl, allMachines, "mirror of software"),
    ...url(["nodes", "proxy", "http"], proxy?.http, allMachines, "HTTP proxy"),
    ...url(["nodes", "proxy", "https"], proxy?.https, allMachines, "HTTP proxy"),
    ...Object.entries(spec.nodes.registryMirrors).flatMap(([registry, mirror]) =>
      url(["nodes", "registryMirrors", registry], mirror, podMachines, "mirror of images"),
    ),
    ...Object.entries(spec.registries).flatMap(([name, { server }]) =>
      url(["registries", name, "server"], `https://${server}`, podMachines, "container registry"),
    ),
    ...Object.entries(authentication.oidc).flatMap(([name, issuer]) =>
      // The URL of the keys (jwks_uri) is in the discovery document, which is usually on the same host and port.
      url(
        inAccess("authentication", "oidc", name, issuer.discoveryUrl === undefined ? "url" : "discoveryUrl"),
        issuer.discoveryUrl ?? issuer.url,
        apiServers,
        "OIDC issuer",
      ),
    ),
    ...url(
      inAccess("authentication", "webhook", "url"),
      authentication.webhook?.url,
      apiServers,
      "authentication webhook",
    ),
    ...authorization.webhooks.flatMap((webhook, index) =>
      url(inAccess("authorization", "webhooks", index, "url"), webhook.url, apiServers, "authorization webhook"),
    ),
    ...Object.entries(admission.webhooks).flatMap(([name, webhook]) =>
      url(inAccess("admission", "webhooks", name, "url"), webhook.url, apiServers, "admission webhook"),
    ),
  ];
}

function url(path: SettingPath, text: string | undefined, from: NamedHost["from"], what: string): readonly NamedHost[] {
  if (text === undefined) return [];
  const { hostname: host, port, protocol } = new URL(text);
  return [{ path, host, port: port === "" ? (protocol === "http:" ? 80 : 443) : Number(port), from, what }];
}

/** Destinations of the settings, duplicates included. The addresses of a name are unknown: it opens its port to everywhere. */
export function destinations(spec: ClusterSpec): readonly Destination[] {
  const { egress } = spec.network;
  const hosts = namedHosts(spec)
    .filter((named) => !isInside(spec, named) && !isAwsEndpoint(spec, named))
    .map(({ host, port, from, what }) => ({
      from,
      what,
      cidr: isIPv4(host) ? `${host}/32` : "0.0.0.0/0",
      traffic: { protocol: "tcp", from: port, to: port } as const,
    }));
  return [
    ...hosts,
    ...egress.flatMap(({ cidr, protocol, ports, from }) =>
      trafficOf(protocol, ports).map((traffic) => ({ cidr, traffic, from, what: "network.egress" })),
    ),
    // Network policies allow what the tenants' settings allow; the machines have to let it out.
    ...Object.values(spec.tenants).flatMap(({ network }) =>
      (network.egress ?? []).flatMap(({ cidr, protocol, ports }) =>
        cidr === undefined
          ? []
          : trafficOf(protocol, ports).map((traffic) => ({
              cidr,
              traffic,
              from: ["worker"] as const,
              what: "egress of tenants",
            })),
      ),
    ),
  ];
}

/** Single ports; all traffic if there are none. */
function trafficOf(protocol: "TCP" | "UDP", ports: readonly number[]): readonly Traffic[] {
  if (ports.length === 0) return [{ protocol: "all" }];
  const name = protocol === "TCP" ? "tcp" : "udp";
  return ports.map((port) => ({ protocol: name, from: port, to: port }));
}

/** The machine itself, or a Service or pod, whose traffic stays between machines. */
function isInside({ network }: ClusterSpec, { host }: NamedHost): boolean {
  if (host === "localhost") return true;
  return (
    isIPv4(host) && ["127.0.0.0/8", network.serviceCidr, network.podCidr].some((range) => contains(range, `${host}/32`))
  );
}

/** ECR and S3 of the region: without NAT, other rows open their endpoints. */
function isAwsEndpoint({ region, network }: ClusterSpec, { host, port }: NamedHost): boolean {
  if (network.nat !== "none" || !network.interfaceEndpoints || port !== 443) return false;
  const domain = `${region}.${serviceDomain(region)}`;
  return host === `s3.${domain}` || host.endsWith(`.s3.${domain}`) || host.endsWith(`.dkr.ecr.${domain}`);
}
