import type { ClusterSpec, EtcdSpec, WorkerPoolSpec } from "./clusterSpec";
import { defaultQuotaBytes } from "./etcd/quota.plan";
import { supportedKubernetesVersions } from "./node/kubernetesVersions.plan";
import { scaleProfile } from "./scale/profiles.plan";
import type { InstanceRequirements } from "./workers/spec";
import { toAccessSpec } from "./access/toSpec";
import { architectureOf } from "./settings/instanceTypes";
import { withoutUndefined } from "./settings/withoutUndefined";
import { toPeopleSpec } from "./access/rbac/toSpec";
import { defaultZones, fullZoneName } from "./settings/regions";
import type { ClusterSettings } from "./clusterSettings";
import { defaultInstanceType } from "./machines/settings";

/** Settings of right shape → the cluster's specification. Decides nothing that a check could refuse, and never throws. */
export function toClusterSpec(
  settings: ClusterSettings,
  region: string,
  registries: ClusterSpec["registries"],
): ClusterSpec {
  const zoneName = (zone: string): string => fullZoneName(region, zone);
  const zones = settings.network.zones?.map(zoneName) ?? defaultZones(region);
  const { controlPlane, api } = settings;
  return {
    name: settings.name,
    region,
    domain: settings.domain ?? `${settings.name}.holdfast.internal`,
    kubernetesVersion: settings.kubernetesVersion ?? supportedKubernetesVersions.at(-1) ?? "",
    scale: settings.scale,
    network: { ...settings.network, zones },
    api: {
      allowedCidrs: api.allowedCidrs,
      ...(api.public && { public: api.public }),
      certificateSans: api.certificateSans,
    },
    pki: settings.pki,
    access: { ...toAccessSpec(settings.access), ...toPeopleSpec(settings.access) },
    etcd: toEtcd(settings.etcd, settings.scale),
    alarms: withoutUndefined(settings.alarms),
    controlPlane: {
      ...controlPlane,
      architecture: controlPlane.architecture ?? architectureOf(controlPlane.instanceType),
    },
    nodes: {
      images: settings.nodes.images,
      gpuImages: settings.nodes.gpuImages,
      windowsImage: settings.nodes.windowsImage,
      rootDevice: settings.nodes.rootDevice,
      assets: withoutUndefined(settings.nodes.assets),
      registryMirrors: settings.nodes.registryMirrors,
    },
    workers: Object.fromEntries(
      Object.entries(settings.workers).map(([name, pool]) => [name, toPool(pool, zones, zoneName)]),
    ),
    platform: settings.platform,
    tenants: settings.tenants,
    priorityClasses: settings.priorityClasses,
    registries,
    protect: settings.protect,
    tags: settings.tags,
  };
}

function toEtcd(etcd: ClusterSettings["etcd"], scale: ClusterSpec["scale"]): EtcdSpec {
  const { restore, maintenance, ...rest } = etcd;
  const common = {
    backups: withoutUndefined(etcd.backups),
    ...(restore && { restore }),
    maintenance: { ...maintenance, quotaBytes: maintenance.quotaBytes ?? defaultQuota(etcd.volume, scale) },
  };
  if (rest.topology === "stacked") return { ...rest, ...common };
  return { ...rest, ...common, architecture: rest.architecture ?? architectureOf(rest.instanceType) };
}

/** What the volume has room for, and no less than what a cluster of that size needs: a check then asks for a larger volume. */
function defaultQuota(volume: EtcdSpec["volume"], scale: ClusterSpec["scale"]): number {
  return Math.max(defaultQuotaBytes(volume), scaleProfile(scale).etcd.quotaBytes);
}

function toPool(
  pool: ClusterSettings["workers"][string],
  zones: readonly string[],
  zoneName: (zone: string) => string,
): WorkerPoolSpec {
  const max = pool.max ?? pool.min;
  const { warmPool, image, requirements, sandbox, ...rest } = pool;
  const instanceTypes = pool.instanceTypes ?? (requirements ? [] : [defaultInstanceType]);
  return {
    ...rest,
    instanceTypes,
    ...(requirements && { requirements: toRequirements(requirements) }),
    architecture: pool.architecture ?? architectureOf(instanceTypes[0] ?? ""),
    max,
    zones: pool.zones?.map(zoneName) ?? zones,
    ...(sandbox && { sandbox }),
    ...(warmPool && { warmPool: { min: warmPool.min, max: warmPool.max ?? max } }),
    ...(image !== undefined && { image }),
  };
}

function toRequirements(
  required: NonNullable<ClusterSettings["workers"][string]["requirements"]>,
): InstanceRequirements {
  const { gpus, ...rest } = required;
  return {
    ...rest,
    vcpus: withoutUndefined(required.vcpus),
    memoryGiB: withoutUndefined(required.memoryGiB),
    ...(gpus && { gpus: withoutUndefined(gpus) }),
  };
}
