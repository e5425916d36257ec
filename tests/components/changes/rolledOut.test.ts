/** Changes that are rolled out. */
import { external, migrating, pool, keys, zones, members, effects } from "./support";

describe("rolled out", () => {
  test.each<[title: string, live: object, wanted: object, path: string, message: RegExp]>([
    [
      "next minor",
      { kubernetesVersion: "1.35.8" },
      {},
      "kubernetesVersion",
      /next minor version: members are replaced one at a time/,
    ],
    [
      "next minor, from 1.36",
      { kubernetesVersion: "1.36.4" },
      { kubernetesVersion: "1.37.0" },
      "kubernetesVersion",
      /next minor version: members are replaced one at a time.*no worker before the last member.*write emulatedVersion: "1\.36"/,
    ],
    [
      "next minor with a way back",
      { kubernetesVersion: "1.36.4" },
      { kubernetesVersion: "1.37.0", emulatedVersion: "1.36" },
      "kubernetesVersion",
      /next minor version.*until you remove emulatedVersion, you can go back to 1\.36$/,
    ],
    [
      "back to the emulated version",
      { kubernetesVersion: "1.37.0", emulatedVersion: "1.36" },
      { kubernetesVersion: "1.36.4" },
      "kubernetesVersion",
      /back to the previous minor version: workers are replaced first/,
    ],
    [
      "no way back any more",
      { kubernetesVersion: "1.37.0", emulatedVersion: "1.36" },
      { kubernetesVersion: "1.37.0" },
      "emulatedVersion",
      /use the APIs and features of 1\.37; afterwards, the cluster cannot go back to 1\.36/,
    ],
    [
      "next minor of the members alone",
      { kubernetesVersion: "1.35.8", workers: { a: pool } },
      { workers: { a: { ...pool, kubernetesVersion: "1.35.8" } } },
      "kubernetesVersion",
      /next minor version: members are replaced one at a time, .*; all worker pools stay at their version; to be able/,
    ],
    [
      "next minor of members and one pool",
      { kubernetesVersion: "1.35.8", workers: { a: pool, b: pool } },
      { workers: { a: pool, b: { ...pool, kubernetesVersion: "1.35.8" } } },
      "kubernetesVersion",
      /no worker before the last member; worker pools that stay at their version: b; to be able/,
    ],
    [
      "next minor, in which pools skip a version",
      { workers: { a: { ...pool, kubernetesVersion: "1.35.8" } } },
      { kubernetesVersion: "1.37.1", workers: { a: pool } },
      "kubernetesVersion",
      /next minor version: .*; workers as their pools' .*no worker before the last member/,
    ],
    [
      "next minor of a pool",
      { workers: { a: { ...pool, kubernetesVersion: "1.35.8" } } },
      { workers: { a: pool } },
      "workers.a.kubernetesVersion",
      /machines are replaced as its maxUnavailable and maxSurge allow; no member is$/,
    ],
    [
      "previous minor of a pool",
      { workers: { a: pool } },
      { workers: { a: { ...pool, kubernetesVersion: "1.35.8" } } },
      "workers.a.kubernetesVersion",
      /allow; no member is$/,
    ],
    [
      "previous patch of a pool",
      { workers: { a: { ...pool, kubernetesVersion: "1.35.8" } } },
      { workers: { a: { ...pool, kubernetesVersion: "1.35.7" } } },
      "workers.a.kubernetesVersion",
      /allow; no member is$/,
    ],
    ["previous patch", { kubernetesVersion: "1.36.4" }, {}, "kubernetesVersion", /patch release/],
    ["1 member to 3", members(1), {}, "controlPlane.members", /b, c .* learners, .*no other machine is replaced$/],
    ["3 members to 5", {}, members(5), "controlPlane.members", /d, e .* learners, .*no other machine is replaced$/],
    [
      "3 members to 1",
      {},
      members(1),
      "controlPlane.members",
      /b, c leave etcd one after the other, each after its machine .*confirmLoss: \[blue-etcd-volume-b, blue-etcd-volume-c\]$/,
    ],
    [
      "5 members to 1, confirmed",
      members(5),
      { ...members(1), confirmLoss: ["b", "c", "d", "e"].map((letter) => `blue-etcd-volume-${letter}`) },
      "controlPlane.members",
      /b, c, d, e leave etcd .*; their volumes are deleted$/,
    ],
    [
      "external, 5 to 3",
      { etcd: { ...external, members: 5 } },
      { etcd: external },
      "etcd.members",
      /d, e leave etcd .*, once no API server uses them, .*control plane's machines are replaced one at a time/,
    ],
    [
      "etcd machines",
      {},
      { etcd: migrating },
      "etcd.topology",
      /wait for the data volumes; then .* replaced one at a time, .* etcd keeps its quorum, .* remove migrateFrom/,
    ],
    [
      "an etcd machine for the only member",
      members(1),
      { ...members(1), etcd: { ...migrating, members: 1 } },
      "etcd.topology",
      /neither etcd nor the API is available/,
    ],
    [
      "end of a migration",
      { etcd: migrating },
      { etcd: external },
      "etcd.migrateFrom",
      /former roles .* no machine is replaced; pulumi refuses this while/,
    ],
    [
      "more API servers",
      { etcd: external },
      { etcd: external, ...members(5) },
      "controlPlane.members",
      /new machines join/,
    ],
    [
      "fewer API servers",
      { etcd: external, ...members(5) },
      { etcd: external },
      "controlPlane.members",
      /drained and end one after the other/,
    ],
    [
      "move, confirmed",
      zones("a", "b"),
      { ...zones("a", "b", "c"), confirmLoss: ["blue-etcd-volume-c"] },
      "network.zones",
      /c moves from eu-central-1a to eu-central-1c/,
    ],
    [
      "zone appended",
      { ...zones("a"), ...members(1) },
      { ...zones("a", "b"), ...members(1) },
      "network.zones",
      /no member moves$/,
    ],
    [
      "zone removed",
      { ...zones("a", "b"), ...members(1) },
      { ...zones("a"), ...members(1) },
      "network.zones",
      /workers in eu-central-1b are drained/,
    ],
    ["larger volume", {}, { etcd: { volume: { sizeGiB: 40 } } }, "etcd.volume.sizeGiB", /while they are in use/],
    [
      "add-ons enabled",
      { addons: { enabled: false } },
      {},
      "addons.podNetwork.provider",
      /cilium is installed; if the cluster has a pod network already, write none/,
    ],
    ["pool added", { workers: { a: pool } }, { workers: { a: pool, b: pool } }, "workers.b", /no other pool changes/],
    [
      "pool emptied",
      { workers: { a: pool } },
      { workers: { a: { min: 0, max: 0 } } },
      "workers.a.max",
      /drained .* 10 at a time/,
    ],
    [
      "empty pool removed",
      { workers: { a: pool, b: { min: 0, max: 0 } } },
      { workers: { a: pool } },
      "workers.b",
      /no machine/,
    ],
    ["key appended", {}, keys("1", "2"), "access.encryption.keys", /key 1 still encrypts/],
    [
      "key first",
      keys("1", "2"),
      keys("2", "1"),
      "access.encryption.keys",
      /encrypt with key 2; afterwards, run npx holdfast reencrypt/,
    ],
    [
      "key dropped, confirmed",
      keys("2", "1"),
      { ...keys("2"), confirmLoss: ["blue-encryption-1"] },
      "access.encryption.keys",
      /key 1 is deleted/,
    ],
    [
      "encryption ends",
      {},
      { access: { encryption: { provider: "none" } } },
      "access.encryption.provider",
      /unencrypted/,
    ],
    [
      "tenant, confirmed",
      { tenants: { shop: { description: "Shop." } } },
      { confirmLoss: ["blue-tenancy-shop"] },
      "tenants.shop",
      /namespace is deleted/,
    ],
  ])("%s", (_title, live, wanted, path, message) => {
    expect(effects(live, wanted)).toEqual([
      expect.stringMatching(new RegExp(`^rollout cluster\\.${path.replaceAll(".", "\\.")}: .*${message.source}`)),
    ]);
  });

  test("a pool that follows neither version of the cluster is a change of its own", () => {
    const live = { kubernetesVersion: "1.36.4", workers: { a: pool, b: { ...pool, kubernetesVersion: "1.35.7" } } };
    const wanted = { kubernetesVersion: "1.37.1", workers: { a: pool, b: { ...pool, kubernetesVersion: "1.35.8" } } };
    expect(effects(live, wanted)).toEqual([
      expect.stringMatching(/^rollout cluster\.kubernetesVersion: upgrade to the next minor version/),
      expect.stringMatching(/^rollout cluster\.workers\.b\.kubernetesVersion: .*allow; no member is$/),
    ]);
  });

  test("pools without a version in the record have that of the cluster", () => {
    const pools = { general: { max: 1, groups: ["blue-worker-general"] } };
    expect(effects({}, {}, { pools })).toEqual([]);
    expect(effects({}, { workers: { general: { kubernetesVersion: "1.35.8" } } }, { pools })).toEqual([
      expect.stringMatching(/^rollout cluster\.workers\.general\.kubernetesVersion: /),
    ]);
  });
});
