/** Migration of stacked etcd to etcd machines, together with other changes of the settings. */
import { base, effects, external, members, migrating, zones } from "./support";

const refused = (...args: Parameters<typeof effects>): readonly string[] =>
  effects(...args)
    .filter((effect) => effect.startsWith("refused"))
    .map((effect) => effect.replace(/:.*/, ""));

/** Settings that a migration excludes, with the paths that are refused. */
const excluded: readonly [title: string, wanted: object, paths: readonly string[]][] = [
  ["number of members", { etcd: { members: 5 }, ...members(5) }, ["controlPlane.members", "etcd.members"]],
  ["minor version", { kubernetesVersion: "1.37.0" }, ["kubernetesVersion"]],
  [
    "minor version with emulation",
    { kubernetesVersion: "1.37.0", emulatedVersion: "1.36" },
    ["kubernetesVersion", "emulatedVersion"],
  ],
  [
    "restore",
    { etcd: { restore: { generation: 2, snapshot: "blue/backups/all/20261121T140003Z-g1-r48211-b.db.gz" } } },
    ["etcd.restore"],
  ],
];

describe.each(excluded)("a change of %s", (_title, wanted, paths) => {
  const { etcd = {}, ...others } = wanted as { readonly etcd?: object };
  const expected = paths.map((path) => `refused cluster.${path}`);

  test.each([
    ["with the start of a migration", {}],
    ["during a migration", { etcd: migrating }],
  ])("is refused %s", (_when, live) => {
    expect(refused(live, { ...others, etcd: { ...migrating, ...etcd } })).toEqual(expected);
  });

  test("is accepted when the migration has ended", () => {
    expect(refused({ etcd: external }, { ...others, etcd: { ...external, ...etcd } })).toEqual([]);
  });
});

test("a member moves to another zone in another update", () => {
  const wanted = { ...zones("a", "b", "c"), confirmLoss: ["blue-etcd-volume-c"] };
  expect(refused(zones("a", "b"), { ...wanted, etcd: migrating })).toEqual(["refused cluster.network.zones"]);
  expect(refused({ ...zones("a", "b"), etcd: external }, { ...wanted, etcd: external })).toEqual([]);
});

test("a patch release and settings of machines may change with it", () => {
  const wanted = { kubernetesVersion: "1.36.4", controlPlane: { members: 3, instanceType: "m6i.xlarge" } };
  expect(refused({}, { ...wanted, etcd: migrating })).toEqual([]);
});

test("machines of a version of Holdfast that did not read the members from Parameter Store cannot migrate", () => {
  const withoutVolumes = { etcd: { topology: "stacked", members: 3, volumeGiB: 20, generation: 1, objectLock: false } };
  expect(effects({}, { etcd: migrating }, withoutVolumes)).toEqual([
    expect.stringMatching(
      /^refused cluster\.etcd\.topology: .*earlier version of Holdfast; run pulumi up with the live/,
    ),
  ]);
});

test("volumes of former members stay, or go when confirmLoss names them", () => {
  const record = { confirmLoss: ["blue-etcd-volume-d"] };
  const former = ["a", "b", "c", "d"].map((name) => ({ name, zone: `eu-central-1${name}` }));
  const live = {
    etcd: { topology: "stacked", members: 3, volumes: former, volumeGiB: 20, generation: 1, objectLock: false },
  };
  const changes = effects({}, { ...base, ...record, etcd: migrating }, live);
  expect(changes).toContainEqual(
    expect.stringMatching(/^rollout cluster\.confirmLoss: the volumes of .* d are deleted/),
  );
});
