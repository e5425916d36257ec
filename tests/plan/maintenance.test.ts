/** Maintenance windows in the plan of a whole cluster: every group has one schedule per window, with the preferences of its refresh. */
import { memberRefresh } from "../../components/machines/lifecycleHooks.plan";
import { comparePlans } from "../../plan/comparison/compare";
import { plainPlan, planStack } from "../../plan/planStack";
import type { Plan } from "../../plan/planStack";
import { outputsChangedByUpdate, replacementProperties } from "../../simulation/registry";

const windows = [
  { days: ["Tue", "Thu"], start: "01:30", hours: 2 },
  { days: ["Sat"], start: "22:00", hours: 6 },
];
const types = { replaceOn: replacementProperties, changesWithUpdate: outputsChangedByUpdate };
/** The longest names that the settings accept. */
const pool = "p".repeat(28);
const settings = {
  name: "c".repeat(20),
  etcd: { topology: "external" },
  workers: { general: {}, [pool]: { perZone: true, maxUnavailable: 0, maxSurge: 25 } },
  addons: { enabled: false },
};

let plan: Plan;
beforeAll(async () => {
  plan = await planStack("prod", { overrides: { ...settings, maintenance: { windows } } });
});

const ofType = (type: string) => plan.resources.filter((resource) => resource.type === type);

interface Request {
  readonly AutoScalingGroupName: string;
  readonly Strategy: string;
  readonly Preferences: Readonly<Record<string, unknown>>;
}

const schedules = () =>
  ofType("aws:scheduler/schedule:Schedule").map(({ inputs }) => {
    const { name, scheduleExpression, target } = inputs as {
      readonly name: string;
      readonly scheduleExpression: string;
      readonly target: { readonly input: string; readonly retryPolicy: object };
    };
    return { name, scheduleExpression, target, request: JSON.parse(target.input) as Request };
  });

test("no group starts its rollout with the update; each has one schedule per window", () => {
  const groups = ofType("aws:autoscaling/group:Group").map(({ inputs }) => String(inputs.name));
  expect(groups).toEqual(
    expect.arrayContaining(
      ["control-plane-a", "etcd-c", `worker-${pool}-b`].map((group) => `${settings.name}-${group}`),
    ),
  );
  for (const { inputs } of ofType("aws:autoscaling/group:Group")) expect(inputs).not.toHaveProperty("instanceRefresh");
  const started = schedules().map(
    ({ request, scheduleExpression }) => `${request.AutoScalingGroupName} ${scheduleExpression}`,
  );
  const expected = groups.flatMap((group) => [`${group} cron(30 1 ? * TUE,THU *)`, `${group} cron(0 22 ? * SAT *)`]);
  expect(started.sort()).toEqual(expected.sort());
});

test("names are unique and fit into the 64 characters of AWS", () => {
  const names = schedules().map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toContain(`worker-${pool}-a-tue-0130`);
  expect(Math.max(...names.map(({ length }) => length))).toBeLessThanOrEqual(64);
});

test("members wait for each other, pools keep their percentages, and AWS tries until the window ends", () => {
  const named = new Map(schedules().map((schedule) => [schedule.name, schedule]));
  const { preferences } = memberRefresh;
  expect(named.get("control-plane-a-sat-2200")?.request).toEqual({
    AutoScalingGroupName: `${settings.name}-control-plane-a`,
    Strategy: "Rolling",
    Preferences: {
      MinHealthyPercentage: preferences.minHealthyPercentage,
      MaxHealthyPercentage: preferences.maxHealthyPercentage,
      ScaleInProtectedInstances: "Wait",
      StandbyInstances: "Ignore",
      SkipMatching: true,
      InstanceWarmup: 180,
      AutoRollback: false,
    },
  });
  expect(named.get(`worker-${pool}-b-sat-2200`)?.request.Preferences).toEqual({
    MinHealthyPercentage: 100,
    MaxHealthyPercentage: 125,
    ScaleInProtectedInstances: "Ignore",
    StandbyInstances: "Ignore",
    SkipMatching: true,
    InstanceWarmup: 15,
  });
  expect(named.get("etcd-c-tue-0130")?.target.retryPolicy).toMatchObject({ maximumEventAgeInSeconds: 7200 });
});

test("the comparison shows rollouts with the windows in which they start, and none for a change of the windows", async () => {
  const planned = async (overrides: object) =>
    plainPlan(await planStack("dev", { overrides: { addons: { enabled: false }, ...overrides } }));
  const compared = async (before: object, after: object) => {
    const { rollouts, order } = comparePlans(await planned(before), await planned(after), types);
    return { groups: rollouts.map(({ group }) => group), order };
  };
  const live = { maintenance: { windows } };
  const surge = { general: { maxUnavailable: 0, maxSurge: 50 } };
  expect(await compared({}, live)).toEqual({ groups: [], order: [] });
  expect(await compared(live, { ...live, workers: surge })).toEqual({ groups: [], order: [] });
  const changed = { ...live, workers: { general: { ...surge.general, instanceTypes: ["m6i.xlarge"] } } };
  expect(await compared(live, changed)).toEqual({
    groups: ["dev-worker-general"],
    order: [
      "in the next maintenance window (Tue, Thu 01:30 UTC, 2 h; Sat 22:00 UTC, 6 h), workers: dev-worker-general (maxUnavailable 0 %, maxSurge 50 %)",
    ],
  });
});

test("without windows, every group starts its rollout with the update, and the stack has no schedule", async () => {
  const { resources } = await planStack("dev");
  expect(resources.filter(({ type }) => type.startsWith("aws:scheduler/"))).toEqual([]);
  const groups = resources.filter(({ type }) => type === "aws:autoscaling/group:Group");
  for (const { inputs } of groups) expect(inputs).toHaveProperty("instanceRefresh");
});
