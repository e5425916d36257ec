/** Upgrade by two minor versions: versions of its steps, its own rehearsal, and the replacement of workers. */
import { minor } from "semver";
import { rehearsedKubernetesVersions } from "../../../../rehearsal/assets";
import { machineVersions } from "../../../../components/node/machineVersions.plan";
import { stackSpec } from "../../../../rehearsal/boot";
import { drills, groupByStart, selectDrills } from "../../../../rehearsal/drills/catalogue";
import { requireOneReplacement, upgradeTwoMinors } from "../../../../rehearsal/drills/faults/upgradeTwoMinors";

test("a rehearsal can run the start and both steps", () => {
  const { from = "" } = upgradeTwoMinors;
  const steps = upgradeTwoMinors.upgrades?.(from) ?? [];
  expect([from, ...steps].map((version) => minor(version) - minor(from))).toEqual([0, 1, 2]);
  expect(rehearsedKubernetesVersions).toEqual(expect.arrayContaining([from, ...steps]));
});

test.each(["staging", "prod"])("the settings of %s are valid in each step", async (stack) => {
  const { from = "" } = upgradeTwoMinors;
  const [between = "", to = ""] = upgradeTwoMinors.upgrades?.(from) ?? [];
  const { workers } = await stackSpec(stack, { kubernetesVersion: from });
  const pinned = Object.fromEntries(Object.keys(workers).map((pool) => [pool, { kubernetesVersion: from }]));
  const first = await stackSpec(stack, { kubernetesVersion: between, workers: pinned });
  expect(machineVersions(first)).toEqual([between, from]);
  expect(machineVersions(await stackSpec(stack, { kubernetesVersion: to }))).toEqual([to]);
});

test("drills with another start have a rehearsal of their own", () => {
  expect(groupByStart(selectDrills("upgrade-patch,upgrade-two-minors,rollback", "stacked"))).toMatchObject([
    { from: undefined, drills: [{ name: "upgrade-patch" }, { name: "rollback" }] },
    { from: upgradeTwoMinors.from, drills: [{ name: "upgrade-two-minors" }] },
  ]);
  expect(groupByStart(drills).flatMap((group) => group.drills)).toHaveLength(drills.length);
});

test.each([
  ["each worker once", ["a", "b"], ["c", "d"], ["c", "d"], undefined],
  ["a worker that stayed", ["a", "b"], ["c"], ["a", "c"], "workers were not replaced: a"],
  ["a worker that was replaced twice", ["a", "b"], ["c", "d", "e"], ["c", "e"], "3 workers were started to replace 2"],
  ["a worker without a successor", ["a", "b"], ["c"], ["c"], "1 workers were started to replace 2, and 1 remain"],
])("replacement of %s", (_title, former, started, now, problem) => {
  const check = () => {
    requireOneReplacement(former, started, now);
  };
  if (problem === undefined) expect(check).not.toThrow();
  else expect(check).toThrow(problem);
});
