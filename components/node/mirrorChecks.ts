import { addonImages } from "../addons/enabledAddons.plan";
import { registriesOf } from "../addons/shared/images.plan";
import type { ClusterSpec } from "../clusterSpec";
import type { Finding, SettingPath } from "../settings/problems";
import { finding } from "../settings/problems";
import { controlPlaneImages } from "./images.plan";

const natPath: SettingPath = ["network", "nat"];
const proxyPath: SettingPath = ["nodes", "proxy"];

/** Registries that nodes pull the cluster's own images from: those of Kubernetes and of the enabled add-ons. */
const requiredRegistries = (spec: ClusterSpec): readonly string[] =>
  registriesOf([...controlPlaneImages(spec.kubernetesVersion), ...addonImages(spec)]);

/** Mirrors of binaries and registries that a VPC without internet access needs, unless machines have a proxy. Requires a supported Kubernetes version. */
export function* checkMirrors(spec: ClusterSpec): Iterable<Finding> {
  const { network, nodes } = spec;
  if (network.nat !== "none" || network.vpc.source === "existing" || nodes.proxy !== undefined) return;
  if (nodes.assets.baseUrl === undefined) {
    yield finding(
      ["nodes", "assets", "baseUrl"],
      "required with network.nat: none, because instances cannot reach the upstream release sites; write the URL of a mirror in your network, or set nodes.proxy",
      [natPath, proxyPath],
    );
  }
  const required = requiredRegistries(spec);
  const missing = required.filter((registry) => !Object.hasOwn(nodes.registryMirrors, registry));
  if (missing.length > 0) {
    yield finding(
      ["nodes", "registryMirrors"],
      `no mirror of ${missing.join(", ")}, which instances cannot reach with network.nat: none; write the URL of a mirror in your network for each, such as ${missing[0]}: https://registry.example.com/v2/${missing[0]}, or set nodes.proxy`,
      [natPath, proxyPath],
    );
  }
  for (const [registry, url] of Object.entries(nodes.registryMirrors)) {
    const { host } = new URL(url);
    if (!required.includes(host)) continue;
    const message = `${host} is outside your network, which instances cannot leave with network.nat: none; write the URL of a mirror in your network`;
    yield finding(["nodes", "registryMirrors", registry], message, [natPath, proxyPath]);
  }
}
