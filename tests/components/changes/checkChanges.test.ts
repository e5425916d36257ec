/** Effects of changed settings on a live cluster. */
import * as fc from "fast-check";

import { checkChanges } from "../../../components/changes/checkChanges.plan";
import { parseLiveSettings } from "../../../components/changes/liveSettings.plan";
import { formatChange, formatRefusals } from "../../../components/changes/settingsChange.plan";
import { spreadMembers } from "../../../components/etcd/members.plan";
import { formatPath } from "../../../components/settings/problems";
import { base, recordOf, external, migrating, pool, keys, zones, members, effects } from "./support";

describe("refused", () => {
  test.each<[title: string, live: object, wanted: object, path: string, message: RegExp]>([
    ["domain", {}, { domain: "other.internal" }, "domain", /write the live domain .* or deploy a second stack/],
    ["VPC range", {}, { network: { ...base.network, vpc: { cidr: "10.64.0.0/16" } } }, "network.vpc", /live VPC/],
    ["podCidr", {}, { network: { ...base.network, podCidr: "10.128.0.0/16" } }, "network.podCidr", /a new pool/],
    ["node range", {}, { network: { ...base.network, nodeCidrMaskSize: 25 } }, "network.nodeCidrMaskSize", /maxPods/],
    [
      "serviceCidr",
      {},
      { network: { ...base.network, serviceCidr: "172.20.0.0/16" } },
      "network.serviceCidr",
      /ServiceCIDR/,
    ],
    [
      "pod network",
      {},
      { addons: { podNetwork: { provider: "flannel" } } },
      "addons.podNetwork.provider",
      /lose its network; .* write cilium/,
    ],
    [
      "no add-ons",
      {},
      { addons: { enabled: false } },
      "addons.podNetwork.provider",
      /keep add-ons enabled and write cilium/,
    ],
    [
      "etcd machines without a migration",
      {},
      { etcd: external },
      "etcd.topology",
      /also write etcd\.migrateFrom: stacked/,
    ],
    ["etcd back on the control plane", { etcd: external }, {}, "etcd.topology", /would end.*second stack/],
    ["a migration that is over", { etcd: external }, { etcd: migrating }, "etcd.migrateFrom", /remove the setting/],
    [
      "downgrade",
      {},
      { kubernetesVersion: "1.35.8" },
      "kubernetesVersion",
      /downgrade by a minor version.*write 1\.36\.3/,
    ],
    [
      "downgrade to another version than the emulated one",
      { kubernetesVersion: "1.37.1" },
      { kubernetesVersion: "1.36.4" },
      "kubernetesVersion",
      /downgrade by a minor version/,
    ],
    [
      "upgrade of a control plane that emulates the version before",
      { kubernetesVersion: "1.36.4", emulatedVersion: "1.35" },
      { kubernetesVersion: "1.37.1", emulatedVersion: "1.36" },
      "kubernetesVersion",
      /still emulates 1\.35; remove emulatedVersion first/,
    ],
    [
      "emulated version in a running cluster",
      {},
      { emulatedVersion: "1.35" },
      "emulatedVersion",
      /has run without it.*together with the next minor version/,
    ],
    [
      "fewer members in other zones",
      { ...members(5), ...zones("a", "b", "c") },
      { ...members(1), ...zones("a", "b") },
      "controlPlane.members",
      /leave and move to other zones at the same time; keep network.zones/,
    ],
    [
      "other members after a restore",
      {},
      {
        ...members(5),
        etcd: { restore: { generation: 2, snapshot: "blue/backups/all/20261121T140003Z-g1-r48211-b.db.gz" } },
      },
      "controlPlane.members",
      /a restore needs the same members before and after it; keep 3 members in this update/,
    ],
    [
      "two members move",
      zones("a"),
      zones("a", "b", "c"),
      "network.zones",
      /lose its quorum.*write \[eu-central-1a, eu-central-1b\] first/,
    ],
    [
      "two of five move",
      { ...zones("a", "b"), ...members(5) },
      { ...zones("a"), ...members(5) },
      "network.zones",
      /volumes of b .*, d .* at the same time; keep the live zones/,
    ],
    [
      "the only member moves",
      { ...zones("a", "b"), ...members(1) },
      { ...zones("b", "a"), ...members(1) },
      "network.zones",
      /no other member has the data; keep the live zones in their order/,
    ],
    [
      "one member moves",
      zones("a", "b"),
      zones("a", "b", "c"),
      "network.zones",
      /write confirmLoss: \[blue-etcd-volume-c\]/,
    ],
    ["smaller volume", { etcd: { volume: { sizeGiB: 40 } } }, {}, "etcd.volume.sizeGiB", /write at least 40/],
    [
      "pool removed",
      { workers: { a: pool, b: pool } },
      { workers: { a: pool } },
      "workers.b",
      /write min: 0 and max: 0 for b/,
    ],
    ["pool renamed", { workers: { a: pool } }, { workers: { b: pool } }, "workers.a", /add b beside it first/],
    [
      "perZone",
      { workers: { a: pool } },
      { workers: { a: { ...pool, perZone: true } } },
      "workers.a.perZone",
      /blue-worker-a would end/,
    ],
    [
      "zone of a zonal pool",
      { workers: { a: { ...pool, perZone: true } } },
      { workers: { a: { ...pool, perZone: true, zones: ["a"] } } },
      "workers.a.perZone",
      /blue-worker-a-b, blue-worker-a-c/,
    ],
    ["new key first", {}, keys("2", "1"), "access.encryption.keys", /write keys: \["1", "2"\] first/],
    ["key replaced", {}, keys("2"), "access.encryption.keys", /write keys: \["1", "2"\] first/],
    ["first key dropped", keys("1", "2"), keys("2"), "access.encryption.keys", /write keys: \["2", "1"\] first/],
    ["key dropped", keys("2", "1"), keys("2"), "access.encryption.keys", /confirmLoss: \[blue-encryption-1\]/],
    [
      "encryption begins",
      { access: { encryption: { provider: "none", keys: [] } } },
      {},
      "access.encryption.keys",
      /write provider: none, keys: \["1"\] first/,
    ],
    [
      "resource dropped",
      { access: { encryption: { resources: ["secrets", "configmaps"] } } },
      {},
      "access.encryption.resources",
      /decrypt stored configmaps/,
    ],
    [
      "restore removed",
      { etcd: { restore: { generation: 3, snapshot: "blue/backups/all/20261121T140003Z-g1-r48211-b.db.gz" } } },
      {},
      "etcd.restore",
      /generation: 4/,
    ],
    [
      "Object Lock",
      { etcd: { backups: { objectLock: { mode: "governance", days: 30 } } } },
      {},
      "etcd.backups.objectLock",
      /days: 1/,
    ],
    [
      "other copy",
      { etcd: { backups: { copyTo: { region: "eu-west-1" } } } },
      {},
      "etcd.backups.copyTo",
      /confirmLoss: \[blue-etcd-backups-copy\]/,
    ],
    [
      "tenant",
      { tenants: { shop: { description: "Shop." } } },
      {},
      "tenants.shop",
      /confirmLoss: \[blue-tenancy-shop\]/,
    ],
  ])("%s", (_title, live, wanted, path, message) => {
    const [first, ...others] = effects(live, wanted).filter((effect) => effect.startsWith("refused"));
    expect(others).toEqual([]);
    expect(first).toMatch(new RegExp(`^refused cluster\\.${path.replaceAll(".", "\\.")}: `));
    expect(first).toMatch(message);
  });

  test("a skipped minor version names every step, and the pools that skip it", () => {
    const workers = { general: {}, batch: { kubernetesVersion: "1.35.7" } };
    expect(effects({ kubernetesVersion: "1.35.8", workers }, { kubernetesVersion: "1.37.1", workers })).toEqual([
      expect.stringMatching(
        /^refused cluster\.kubernetesVersion: skips 1\.36, .*\. Write 1\.36\.\d+ first and keep the workers with workers\.general\.kubernetesVersion: 1\.35\.8, workers\.batch\.kubernetesVersion: 1\.35\.7, run pulumi up, and wait until all members run 1\.36\.\d+\. Then write 1\.37\.1 without workers\.<pool>\.kubernetesVersion/,
      ),
    ]);
    expect(effects({}, {}, { kubernetesVersion: "1.33.9" })[0]).toMatch(
      /skips 1\.34, 1\.35, .*\. Write a version of 1\.34 first .* Then write 1\.35\.\d+, then 1\.36\.3 without/,
    );
  });

  test.each([
    ["3.7.0", /runs etcd 3\.6\.8, but the live members run 3\.7\.0, and etcd does not start with data/],
    ["3.4.1", /etcd cannot skip a minor version/],
  ])("etcd from %s", (etcdVersion, message) => {
    expect(effects({}, {}, { etcdVersion })).toEqual([expect.stringMatching(message)]);
  });

  test("another name or region is the only problem: the rest belongs to another cluster", () => {
    const live = recordOf();
    const changes = checkChanges(live, { ...live, name: "green", region: "eu-west-1", pools: {} });
    expect(changes.map(({ path }) => formatPath(path))).toEqual(["cluster.name", "aws:region"]);
  });

  test("all refusals are reported together, with live and new value", () => {
    const wanted = { domain: "other.internal", network: { ...base.network, podCidr: "10.128.0.0/16" } };
    const text = formatRefusals(checkChanges(recordOf(), recordOf(wanted)));
    expect(text).toMatch(/^2 changes refused, because the cluster is live:\n\n {2}cluster\.domain\n/);
    expect(text).toContain('    live: "10.244.0.0/16", new: "10.128.0.0/16"\n');
  });
});

test("without a change, a record, or with changes that only update resources, there is nothing to say", () => {
  expect(effects({}, {})).toEqual([]);
  expect(effects({ protect: true, tags: { a: "b" } }, { api: { allowedCidrs: ["192.168.0.0/16"] } })).toEqual([]);
  expect(checkChanges(undefined, recordOf())).toEqual([]);
});

test("own pod network: add-ons may be switched off and on, but Holdfast installs no second network", () => {
  const own = { addons: { podNetwork: { provider: "none" } } };
  const disabled = { addons: { enabled: false } };
  expect([effects(own, disabled), effects(disabled, own)]).toEqual([[], []]);
  expect(effects(own, {})).toEqual([expect.stringMatching(/^refused .*two pod networks; .*write none/)]);
});

test("a single member may encrypt with a new key at once: no other member reads it", () => {
  expect(effects(members(1), { ...members(1), ...keys("2", "1") })).toEqual([expect.stringMatching(/^rollout/)]);
});

test("a name in confirmLoss that an earlier update already had confirms nothing", () => {
  const confirmLoss = ["blue-encryption-1"];
  expect(effects({ ...keys("2", "1"), confirmLoss }, { ...keys("2"), confirmLoss })).toEqual([
    expect.stringMatching(/^refused cluster\.access\.encryption\.keys/),
  ]);
});

test("zones: whatever the lists, at most one member moves, and never the only one", () => {
  const list = fc.shuffledSubarray(["eu-central-1a", "eu-central-1b", "eu-central-1c"], { minLength: 1 });
  fc.assert(
    fc.property(list, list, fc.constantFrom(1, 3, 5), (before, after, count) => {
      const record = recordOf(members(count));
      const confirmLoss = ["a", "b", "c", "d", "e"].map((letter) => `blue-etcd-volume-${letter}`);
      const live = { ...record, network: { ...record.network, zones: before } };
      const wanted = { ...record, network: { ...record.network, zones: after }, confirmLoss };
      const zonesOf = (names: readonly string[]) => spreadMembers(count, names).map(({ zone }) => zone);
      const moved = zonesOf(after).filter((zone, index) => zone !== zonesOf(before)[index]).length;
      const isRefused = checkChanges(live, wanted).some(({ effect }) => effect === "refused");
      expect(isRefused).toBe(moved > (count === 1 ? 0 : 1));
    }),
  );
});

test("a record survives the state of the stack; another form is an error", () => {
  const record = recordOf();
  expect(parseLiveSettings(JSON.parse(JSON.stringify(record)))).toEqual(record);
  expect(parseLiveSettings(undefined)).toBeUndefined();
  expect(() => parseLiveSettings({ ...record, etcd: {} })).toThrow(/^liveSettings\.etcd\.\w+: .*version of Holdfast/);
});

test("a change without values has path and message only", () => {
  expect(formatChange({ path: ["tenants", "shop"], effect: "refused", message: "kept" })).toBe(
    "  cluster.tenants.shop\n    kept\n",
  );
});
