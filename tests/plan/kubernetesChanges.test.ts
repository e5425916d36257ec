/** Changes of settings that reach objects of a live cluster: updates and replacements that the API server accepts. */
import { comparePlans } from "../../plan/comparison/compare";
import type { ResourceChange } from "../../plan/comparison/changes";
import { planStack, plainPlan } from "../../plan/planStack";
import type { PlainPlan } from "../../plan/report/planFile";
import { outputsChangedByUpdate, replacementProperties } from "../../simulation/registry";

jest.setTimeout(120_000);

const types = { replaceOn: replacementProperties, changesWithUpdate: outputsChangedByUpdate };

const plan = async (overrides: object): Promise<PlainPlan> => plainPlan(await planStack("staging", { overrides }));

const ofType = (changes: readonly ResourceChange[], type: string): readonly string[] =>
  changes.filter((change) => change.type === type).map(({ action }) => action);

const priority = (value: number, preempts = true) => ({ priorityClasses: { customers: { value, preempts } } });

test.each([
  ["value", priority(1000), priority(2000)],
  ["preemption policy", priority(1000), priority(1000, false)],
])("a new %s replaces a PriorityClass", async (_title, before, after) => {
  const { changes } = comparePlans(await plan(before), await plan(after), types);
  expect(ofType(changes, "kubernetes:scheduling.k8s.io/v1:PriorityClass")).toEqual(["replace"]);
});

test("the reclaim policy replaces the StorageClass", async () => {
  const after = { addons: { ebsCsiDriver: { storageClass: { reclaimPolicy: "Retain" } } } };
  const { changes } = comparePlans(await plan({}), await plan(after), types);
  expect(ofType(changes, "kubernetes:storage.k8s.io/v1:StorageClass")).toEqual(["replace"]);
});

describe("ConfigMaps", () => {
  const configMap = "kubernetes:core/v1:ConfigMap";
  const withCache = (size: number) => ({ addons: { dns: { minReplicas: size, autoscaling: { maxReplicas: size } } } });

  test("are updated in place, because the provider has enableConfigMapMutable", async () => {
    const { changes } = comparePlans(await plan(withCache(2)), await plan(withCache(5)), types);
    expect(new Set(ofType(changes, configMap))).toEqual(new Set(["update"]));
  });

  test("would be replaced without it", async () => {
    const [before, after] = [await plan(withCache(2)), await plan(withCache(5))];
    const resources = after.resources.map((resource) =>
      resource.type === "pulumi:providers:kubernetes" ? { ...resource, inputs: {} } : resource,
    );
    const { changes } = comparePlans(before, { ...after, resources }, types);
    expect(new Set(ofType(changes, configMap))).toEqual(new Set(["replace"]));
  });
});
