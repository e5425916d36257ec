import type { ClusterSpec, EtcdSpec, WorkerPoolSpec } from "../components/clusterSpec";
import { defaultQuotaBytes } from "../components/etcd/maintenance";
import { supportedKubernetesVersions } from "../components/node/versions";
import { toAccessSpec } from "./accessSettings";
import { architectureOf } from "./instanceTypes";
import { withoutUndefined } from "./withoutUndefined";
import { toPeopleSpec } from "./peopleSettings";
import { defaultZones, fullZoneName } from "./regions";
import type { ClusterSettings } from "./schema";

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
    network: { ...settings.network, zones },
    api: {
      allowedCidrs: api.allowedCidrs,
      ...(api.public && { public: api.public }),
      certificateSans: api.certificateSans,
    },
    pki: settings.pki,
    access: { ...toAccessSpec(settings.access), ...toPeopleSpec(settings.access) },
    etcd: toEtcd(settings.etcd),
    alarms: withoutUndefined(settings.alarms),
    controlPlane: {
      ...controlPlane,
      architecture: controlPlane.architecture ?? architectureOf(controlPlane.instanceType),
    },
    nodes: {
      images: settings.nodes.images,
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

function toEtcd(etcd: ClusterSettings["etcd"]): EtcdSpec {
  const { restore, maintenance, ...rest } = etcd;
  const common = {
    backups: withoutUndefined(etcd.backups),
    ...(restore && { restore }),
    maintenance: { ...maintenance, quotaBytes: maintenance.quotaBytes ?? defaultQuotaBytes(etcd.volume) },
  };
  if (rest.topology === "stacked") return { ...rest, ...common };
  return { ...rest, ...common, architecture: rest.architecture ?? architectureOf(rest.instanceType) };
}

function toPool(
  pool: ClusterSettings["workers"][string],
  zones: readonly string[],
  zoneName: (zone: string) => string,
): WorkerPoolSpec {
  const max = pool.max ?? pool.min;
  const { warmPool, image, ...rest } = pool;
  return {
    ...rest,
    architecture: pool.architecture ?? architectureOf(pool.instanceTypes[0] ?? ""),
    max,
    zones: pool.zones?.map(zoneName) ?? zones,
    ...(warmPool && { warmPool: { min: warmPool.min, max: warmPool.max ?? max } }),
    ...(image !== undefined && { image }),
  };
}
