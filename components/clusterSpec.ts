import type { ClusterSettings } from "./clusterSettings";
import { quotaBytes, quotaRange } from "./etcd/quota.plan";
import type { EtcdSpec } from "./etcd/settings";
import type { NetworkSpec } from "./network/settings";
import { scaleProfile } from "./scale/profiles.plan";
import { defaultZones, fullZoneName } from "./settings/regions";
import type { RegistrySpec } from "./tenancy/registrySettings";
import type { WorkerPoolSpec } from "./workers/settings";

/** Specification of a cluster: its settings with every default resolved. Everything below `components/` is derived from it. */
export interface ClusterSpec extends Omit<ClusterSettings, "domain" | "network" | "etcd" | "workers"> {
  readonly region: string;
  readonly domain: string;
  readonly network: NetworkSpec;
  readonly etcd: EtcdSpec;
  /** Worker pools by name, so that the removal of one changes no other. */
  readonly workers: Readonly<Record<string, WorkerPoolSpec>>;
  /** Container registries with credentials, without their passwords. */
  readonly registries: Readonly<Record<string, RegistrySpec>>;
}

/** Resolves the defaults that depend on the region or on other sections. Never throws; checks refuse invalid combinations. */
export function toClusterSpec(
  settings: ClusterSettings,
  region: string,
  registries: ClusterSpec["registries"],
): ClusterSpec {
  const zoneName = (zone: string): string => fullZoneName(region, zone);
  const zones = settings.network.zones?.map(zoneName) ?? defaultZones(region);
  const { etcd, scale } = settings;
  // At least what the scale requires: a check then demands a larger volume.
  const range = quotaRange(etcd.maintenance.quotaBytes, scaleProfile(scale).etcd.quotaBytes);
  const maintenance = { ...etcd.maintenance, quotaBytes: quotaBytes(etcd.volume, range), quotaRange: range };
  return {
    ...settings,
    region,
    domain: settings.domain ?? `${settings.name}.holdfast.internal`,
    network: { ...settings.network, zones },
    etcd: { ...etcd, maintenance },
    workers: Object.fromEntries(
      Object.entries(settings.workers).map(([name, pool]) => [
        name,
        {
          ...pool,
          kubernetesVersion: pool.kubernetesVersion ?? settings.kubernetesVersion,
          zones: pool.zones?.map(zoneName) ?? zones,
        },
      ]),
    ),
    registries,
  };
}
