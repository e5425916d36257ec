/** Changes of worker pools change nothing else. */
import { planStack, plainPlan } from "../../plan/planStack";
import type { Plan } from "../../plan/planStack";
import { comparePlans } from "../../plan/comparison/compare";
import type { PlainPlan } from "../../plan/report/planFile";
import type { Comparison } from "../../plan/comparison/changes";
import { outputsChangedByUpdate, replacementProperties } from "../../simulation/registry";
import { forWindows } from "../specs";

jest.setTimeout(120_000);

const types = { replaceOn: replacementProperties, changesWithUpdate: outputsChangedByUpdate };

/** Settings that Windows pools require; they concern all nodes, not one pool. */
const base = forWindows("1.36.3");
const planned = new Map<string, Promise<Plan>>();

function plan(workers: object): Promise<Plan> {
  const key = JSON.stringify(workers);
  const found = planned.get(key) ?? planStack("dev", { overrides: { ...base, workers } });
  planned.set(key, found);
  return found;
}

async function change(before: object, after: object): Promise<Comparison> {
  const plain = async (workers: object) => plainPlan(await plan(workers), { showSecrets: false });
  return comparePlans(await plain(before), await plain(after), types);
}

const general = { general: { min: 1, max: 5 } };

/** One pool of each kind; its resources bear its name. */
const pools: Readonly<Record<string, object>> = {
  plain: { instanceTypes: ["m6i.large"] },
  arm: { instanceTypes: ["m7g.large"] },
  gpu: { instanceTypes: ["g6.xlarge"], gpu: true },
  win: { os: "windows" },
  sandboxed: { sandbox: "gvisor" },
  any: { requirements: { vcpus: { min: 2 }, memoryGiB: { min: 4 } } },
  warm: { instanceTypes: ["m6i.large"], warmPool: { min: 1 } },
};
const added = Object.fromEntries(Object.entries(pools).map(([name, pool]) => [name, { ...pool, min: 0, max: 3 }]));
const stash = "pulumi:index:Stash";
const parts = ["group", "joined", "template"];

test("a pool that stays at its version is not replaced with the members, and follows later", async () => {
  const planAt = async (kubernetesVersion: string, pool: object = {}) =>
    plainPlan(await planStack("dev", { overrides: { kubernetesVersion, workers: { general: pool } } }));
  const compared = (before: PlainPlan, after: PlainPlan) => {
    const { rollouts, order, files, changes } = comparePlans(before, after, types);
    const bundles = changes.filter(({ name }) => /-node-(members|workers)/.test(name));
    return {
      rollouts: rollouts.map(({ group }) => group),
      order: order.length,
      bundles: bundles.map(({ action, name }) => `${action} ${name}`),
      files: [...new Set(files.map(({ path }) => path.split("/")[0]))],
    };
  };
  const first = await planAt("1.35.8");
  const second = await planAt("1.36.3", { kubernetesVersion: "1.35.8" });
  expect(compared(first, second)).toEqual({
    rollouts: ["dev-control-plane-a"],
    order: 1,
    bundles: ["replace dev-node-members"],
    files: ["members"],
  });
  expect(compared(second, await planAt("1.37.1"))).toEqual({
    rollouts: ["dev-worker-general", "dev-control-plane-a"],
    order: 2,
    bundles: ["replace dev-node-members", "create dev-node-workers-1.37.1", "delete dev-node-workers-1.35.8"],
    files: ["members", "workers-1.37.1"],
  });
});

test("added pools of every kind create their own resources and change nothing else", async () => {
  const { changes, files, rollouts } = await change(general, {
    ...general,
    ...added,
    db: { perZone: true, min: 0, max: 2 },
  });
  const names = (pool: string, each: string): readonly string[] => [pool, ...parts.map((part) => `${each}-${part}`)];
  const created = [
    ...Object.keys(pools).flatMap((pool) => names(`dev-workers-${pool}`, `dev-workers-${pool}`)),
    ...names("dev-workers-db", "dev-workers-db-a"),
    // Lifecycle hooks that hold instances until they are drained.
    ...[...Object.keys(pools), "db-a"].map((group) => `dev-addons-termination-handler-${group}-drain`),
    // Add-ons that Holdfast installs with the first GPU pool and the first sandboxed pool.
    ...["gpu-device-plugin", "gpu-device-plugin-chart", "gvisor", "gvisor-runtime-class"].map(
      (part) => `dev-addons-${part}`,
    ),
  ];
  const records = changes.filter(({ type }) => type === stash);
  // One record per pool, also for a pool of several groups.
  expect(records.map(({ action, name }) => `${action} ${name.split("-image-")[0] ?? ""}`).sort()).toEqual(
    [...Object.keys(pools), "db"].map((pool) => `create dev-workers-${pool}`).sort(),
  );
  expect(
    changes
      .filter((each) => !records.includes(each))
      .map(({ action, name }) => `${action} ${name}`)
      .sort(),
  ).toEqual(created.map((name) => `create ${name}`).sort());
  expect([files, rollouts]).toEqual([[], []]);
});

test("a raised max changes one property of one group and replaces no instance", async () => {
  const { changes, files, rollouts } = await change(general, { general: { min: 1, max: 50 } });
  expect(changes.map(({ action, name, changes: each }) => [action, name, each.map(({ path }) => path)])).toEqual([
    ["update", "dev-workers-general-group", ["maxSize"]],
  ]);
  expect([files, rollouts]).toEqual([[], []]);
});

test("a pinned image rolls out one group of machines", async () => {
  const plain = async (nodes: object) =>
    plainPlan(await planStack("dev", { overrides: { nodes, workers: { ...general, spare: {} } } }), {
      showSecrets: false,
    });
  const types = { replaceOn: replacementProperties, changesWithUpdate: outputsChangedByUpdate };
  const pinned = await plain({ imagePins: { "worker-spare": "ami-0fedcba9876543210" } });
  const { changes, rollouts } = comparePlans(await plain({}), pinned, types);
  expect(changes.map(({ action, type, changes: each }) => [action, type, each.map(({ path }) => path)])).toEqual([
    ["update", "aws:ec2/launchTemplate:LaunchTemplate", ["imageId"]],
    [
      "update",
      "aws:autoscaling/group:Group",
      ["mixedInstancesPolicy.launchTemplate.launchTemplateSpecification.version"],
    ],
  ]);
  expect(rollouts).toHaveLength(1);
  const repinned = await plain({ imagePins: { "worker-spare": "ami-00112233445566778" } });
  const again = comparePlans(pinned, repinned, types);
  expect(again.changes.flatMap(({ changes: each }) => each.map(({ before, after }) => [before, after]))).toContainEqual(
    ["ami-0fedcba9876543210", "ami-00112233445566778"],
  );
});
