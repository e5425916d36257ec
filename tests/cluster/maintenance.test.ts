/** Boots staging with a maintenance window: changed launch templates replace no machine before the window, and all of them in it. */
import { setTimeout as sleep } from "node:timers/promises";
import { weekdays } from "../../components/maintenance/windows.plan";
import { boot, down } from "../../rehearsal/boot";
import { callQueryApi, elementTexts } from "../../rehearsal/drills/aws";
import { elapsed } from "../../rehearsal/drills/durations";
import { waitForReplacement } from "../../rehearsal/drills/memberReplacement";
import { RehearsedCluster, waitUntil } from "../../rehearsal/drills/rehearsedCluster";
import { changeTemplate, otherInstanceType } from "../../rehearsal/drills/rollout";
import { log } from "./log";

const id = "maintenancetest";
const minute = 60_000;
/** Time for the boot and for the observation before the window. */
const untilWindow = 8 * minute;

let cluster: RehearsedCluster;
let window: Date;

beforeAll(async () => {
  window = new Date(Math.ceil((Date.now() + untilWindow) / minute) * minute);
  const windows = [{ days: weekdays, start: window.toISOString().slice(11, 16), hours: 1 }];
  const client = await boot({ stack: "staging", id, overrides: { maintenance: { windows } } });
  cluster = await RehearsedCluster.connect(client);
  log(`all nodes ready after ${cluster.status.readyAfter ?? "?"} s`);
}, 40 * minute);

afterAll(async () => {
  await down(id);
}, 5 * minute);

/** Instance refreshes of a group, newest first. */
const refreshes = async (group: string): Promise<readonly string[]> =>
  elementTexts(
    await callQueryApi(cluster, "autoscaling", "DescribeInstanceRefreshes", { AutoScalingGroupName: group }),
    "Status",
  );

test("a changed launch template is rolled out in the window, as the role of the schedules", async () => {
  expect(window.getTime()).toBeGreaterThan(Date.now() + minute);
  const old = cluster.status.machines;
  const groups = [...new Set(old.map(({ group }) => group))];
  expect(groups).toHaveLength(4);
  for (const group of groups) {
    await changeTemplate(cluster, group, { instanceType: otherInstanceType("m6i.large") });
  }
  await sleep(Math.max(0, window.getTime() - Date.now() - 5_000));
  expect((await Promise.all(groups.map(refreshes))).flat()).toEqual([]);
  expect((await cluster.refresh()).machines.map((machine) => machine.id)).toEqual(old.map((machine) => machine.id));

  const began = Date.now();
  await waitUntil("the rollouts to start", 2 * minute, async () =>
    (await Promise.all(groups.map(refreshes))).every((statuses) => statuses.length === 1),
  );
  const oldIds = old.map((machine) => machine.id);
  const maxUnavailable = await waitForReplacement(cluster, oldIds, 25 * minute);
  log(
    `${old.length} machines replaced after ${elapsed(began)}, at most ${maxUnavailable} member unavailable at a time`,
  );
  await waitUntil("the refreshes to succeed", 5 * minute, async () =>
    (await Promise.all(groups.map(refreshes))).every(([status]) => status === "Successful"),
  );

  const report = await cluster.client.iamReport();
  expect(report.denied).toEqual([]);
  expect(report.unused.map(({ sid }) => sid)).not.toContain("StartRollouts");
});
