/** Changes of a live cluster whose effect docs/changes.md lists. */

export interface ChangeCase {
  readonly title: string;
  /** Settings over those of {@link baseSettings}, before and after the change. */
  readonly live: object;
  readonly wanted: object;
}

/** Stack whose settings all cases change, and settings over its own: three members in three zones, without protection. */
export const baseStack = "dev";
export const baseSettings = {
  name: "live",
  network: { zones: ["a", "b", "c"] },
  controlPlane: { members: 3, instanceType: "m6i.large" },
};

const change = (title: string, live: object, wanted: object): ChangeCase => ({ title, live, wanted });
const to = (title: string, wanted: object): ChangeCase => change(title, {}, wanted);

const pool = { instanceTypes: ["m6i.large"], min: 1, max: 6 };
const keys = (list: readonly string[]) => ({ access: { encryption: { keys: list } } });
const zones = (list: readonly string[], settings: object = {}) => ({ network: { zones: list }, ...settings });
const saturdays = { maintenance: { windows: [{ days: ["Sat"], start: "22:00", hours: 6 }] } };
const volume = (sizeGiB: number) => ({ etcd: { volume: { sizeGiB } } });
const members = (count: number) => ({ controlPlane: { members: count } });
const external = { topology: "external", instanceType: "m6i.large" };
const migrating = { ...external, migrateFrom: "stacked" };
const tenant = { shop: { quota: { compute: { requests: { cpu: 4, memory: "8Gi" }, limits: { memory: "16Gi" } } } } };
const copyTo = { etcd: { backups: { copyTo: { region: "eu-west-1" } } } };
const lock = { etcd: { backups: { objectLock: { mode: "governance", days: 30 } } } };

/** Sections of the page with their cases. */
export const changeCases: Readonly<Record<string, readonly ChangeCase[]>> = {
  Identity: [
    to("`name`", { name: "other" }),
    to("`domain`", { domain: "other.internal" }),
    to("`network.vpc.cidr`", { network: { vpc: { cidr: "10.64.0.0/16" } } }),
    to("`network.podCidr`", { network: { podCidr: "10.128.0.0/16" } }),
    to("`network.nodeCidrMaskSize` 24 → 25", { network: { nodeCidrMaskSize: 25 } }),
    to("`network.serviceCidr`", { network: { serviceCidr: "172.20.0.0/16" } }),
    to("`addons.podNetwork.provider` cilium → flannel", { addons: { podNetwork: { provider: "flannel" } } }),
    to("`access.serviceAccountIssuer` s3 → cloudfront", { access: { serviceAccountIssuer: "cloudfront" } }),
  ],
  Versions: [
    change("`kubernetesVersion`: next patch", { kubernetesVersion: "1.36.3" }, { kubernetesVersion: "1.36.4" }),
    change("`kubernetesVersion`: next minor", { kubernetesVersion: "1.35.8" }, { kubernetesVersion: "1.36.4" }),
    change(
      "the same with `emulatedVersion`",
      { kubernetesVersion: "1.36.4" },
      { kubernetesVersion: "1.37.1", emulatedVersion: "1.36" },
    ),
    change(
      "`emulatedVersion` removed",
      { kubernetesVersion: "1.37.1", emulatedVersion: "1.36" },
      { kubernetesVersion: "1.37.1" },
    ),
    change(
      "`kubernetesVersion`: back to the emulated minor",
      { kubernetesVersion: "1.37.1", emulatedVersion: "1.36" },
      { kubernetesVersion: "1.36.4" },
    ),
    to("`emulatedVersion` alone", { emulatedVersion: "1.35" }),
    change(
      "`kubernetesVersion`: next minor, with [maintenance windows](maintenance.md)",
      { ...saturdays, kubernetesVersion: "1.35.8" },
      { ...saturdays, kubernetesVersion: "1.36.4" },
    ),
    change("`kubernetesVersion`: two minors", { kubernetesVersion: "1.35.8" }, { kubernetesVersion: "1.37.1" }),
    change(
      "the first of two minors, `workers.<pool>.kubernetesVersion` added",
      { kubernetesVersion: "1.35.8", workers: { general: pool } },
      { kubernetesVersion: "1.36.4", workers: { general: { ...pool, kubernetesVersion: "1.35.8" } } },
    ),
    change(
      "the second of two minors, `workers.<pool>.kubernetesVersion` removed",
      { kubernetesVersion: "1.36.4", workers: { general: { ...pool, kubernetesVersion: "1.35.8" } } },
      { kubernetesVersion: "1.37.1", workers: { general: pool } },
    ),
    change(
      "`workers.<pool>.kubernetesVersion`: next minor",
      { kubernetesVersion: "1.36.4", workers: { general: { ...pool, kubernetesVersion: "1.35.8" } } },
      { kubernetesVersion: "1.36.4", workers: { general: pool } },
    ),
    change(
      "`workers.<pool>.kubernetesVersion`: previous minor",
      { kubernetesVersion: "1.36.4", workers: { general: pool } },
      { kubernetesVersion: "1.36.4", workers: { general: { ...pool, kubernetesVersion: "1.35.8" } } },
    ),
    change("`kubernetesVersion`: previous patch", { kubernetesVersion: "1.36.4" }, { kubernetesVersion: "1.36.3" }),
    change("`kubernetesVersion`: previous minor", { kubernetesVersion: "1.36.4" }, { kubernetesVersion: "1.35.8" }),
  ],
  "Members and zones": [
    change("`controlPlane.members` 1 → 3", members(1), members(3)),
    change("`controlPlane.members` 3 → 5", members(3), members(5)),
    change("`controlPlane.members` 3 → 1", members(3), members(1)),
    change("the same with `confirmLoss`", members(3), {
      ...members(1),
      confirmLoss: ["live-etcd-volume-b", "live-etcd-volume-c"],
    }),
    change("`controlPlane.members` 5 → 3 with external etcd", { ...members(5), etcd: external }, { etcd: external }),
    change("`etcd.members` 5 → 3", { etcd: { ...external, members: 5 } }, { etcd: external }),
    change("`etcd.members` 1 → 3", { etcd: { ...external, members: 1 } }, { etcd: external }),
    change("`controlPlane.members` 3 → 1 and `network.zones` [a, b, c] → [a, b]", {}, zones(["a", "b"], members(1))),
    to("`etcd.topology` stacked → external", { etcd: external }),
    to("the same with `migrateFrom: stacked`", { etcd: migrating }),
    change(
      "the same with one member",
      { controlPlane: { members: 1 } },
      { controlPlane: { members: 1 }, etcd: { ...migrating, members: 1 } },
    ),
    change(
      "the same with the next minor version",
      { kubernetesVersion: "1.35.8" },
      { kubernetesVersion: "1.36.4", etcd: migrating },
    ),
    change("`etcd.migrateFrom` removed", { etcd: migrating }, { etcd: external }),
    change("`etcd.topology` external → stacked", { etcd: external }, {}),
    to("`controlPlane.instanceType`", { controlPlane: { instanceType: "m6i.xlarge" } }),
    change("`network.zones` [a] → [a, b, c]", zones(["a"]), zones(["a", "b", "c"])),
    change("`network.zones` [a, b] → [a, b, c]", zones(["a", "b"]), zones(["a", "b", "c"])),
    change(
      "the same with `confirmLoss`",
      zones(["a", "b"]),
      zones(["a", "b", "c"], { confirmLoss: ["live-etcd-volume-c"] }),
    ),
    change("`network.zones` [a, b, c] → [b, a, c]", zones(["a", "b", "c"]), zones(["b", "a", "c"])),
    change("`network.zones` [a, b] → [a] with one member", zones(["a", "b"], members(1)), zones(["a"], members(1))),
  ],
  "etcd and backups": [
    change("`etcd.volume.sizeGiB` 40 → 20", volume(40), volume(20)),
    change("`etcd.volume.sizeGiB` 20 → 40", volume(20), volume(40)),
    to("`etcd.volume.iops`", { etcd: { volume: { iops: 6000 } } }),
    to("`etcd.backups.retention`", { etcd: { backups: { retention: { daily: 365 } } } }),
    to("`etcd.backups.schedule`", { etcd: { backups: { schedule: "*:0/10" } } }),
    change("`etcd.backups.objectLock` removed", lock, {}),
    change("`etcd.backups.copyTo` removed", copyTo, {}),
    change("`etcd.restore` removed after a restore", restore(2), {}),
    to("`etcd.restore` added", restore(2)),
  ],
  "Encryption at rest": [
    to('`access.encryption.keys` ["1"] → ["2"]', keys(["2"])),
    to('`access.encryption.keys` ["1"] → ["1", "2"]', keys(["1", "2"])),
    change('`access.encryption.keys` ["1", "2"] → ["2", "1"]', keys(["1", "2"]), keys(["2", "1"])),
    change('`access.encryption.keys` ["2", "1"] → ["2"]', keys(["2", "1"]), keys(["2"])),
    change("the same with `confirmLoss`", keys(["2", "1"]), { ...keys(["2"]), confirmLoss: ["live-encryption-1"] }),
    to("`access.encryption.provider` secretbox → none", { access: { encryption: { provider: "none" } } }),
  ],
  "Worker pools": [
    to("pool added", { workers: { batch: pool } }),
    change("pool removed", { workers: { batch: pool } }, {}),
    change("pool renamed", { workers: { batch: pool } }, { workers: { jobs: pool } }),
    change("`min: 0` and `max: 0`", { workers: { batch: pool } }, { workers: { batch: { ...pool, min: 0, max: 0 } } }),
    change("pool removed after `max: 0`", { workers: { batch: { ...pool, min: 0, max: 0 } } }, {}),
    to("`max` raised", { workers: { general: { max: 8 } } }),
    to("`maxUnavailable: 0` and `maxSurge: 25`", { workers: { general: { maxUnavailable: 0, maxSurge: 25 } } }),
    to("`maxNodeAgeDays`", { workers: { general: { maxNodeAgeDays: 30 } } }),
    to("`instanceTypes`", { workers: { general: { instanceTypes: ["m6i.xlarge"] } } }),
    to("`perZone` switched on", { workers: { general: { perZone: true } } }),
    to("`nodes.imagePins`", { nodes: { imagePins: { "worker-general": "ami-0fedcba9876543210" } } }),
  ],
  "Maintenance windows": [
    to("`maintenance.windows` added", saturdays),
    change("`maintenance.windows` removed", saturdays, {}),
    change("`instanceTypes` of a pool", saturdays, {
      ...saturdays,
      workers: { general: { instanceTypes: ["m6i.xlarge"] } },
    }),
    change("`maxSurge` of a pool", saturdays, { ...saturdays, workers: { general: { maxSurge: 50 } } }),
  ],
  Others: [
    change("tenant removed", { tenants: tenant }, {}),
    to("`network.nat` single → perZone", { network: { nat: "perZone" } }),
    to("`tags`", { tags: { owner: "others" } }),
    to("`protect: true`", { protect: true }),
    to("a default written out", { network: { podCidr: "10.244.0.0/16" }, scale: "small" }),
  ],
};

function restore(generation: number) {
  return { etcd: { restore: { generation, snapshot: `live/backups/all/20261121T140003Z-g1-r48211-b.db.gz` } } };
}
