import { roleTag } from "../../components/aws/tags.plan";
import { type LiveSettings, poolVersion } from "../../components/changes/liveSettings.plan";
import { minorSteps } from "../../components/node/kubernetesVersions.plan";
import { settingsOf } from "../report/planFile";
import type { PlainPlan, Properties } from "../report/planFile";
import type { Rollout } from "./changes";
import { groupName, groupType, refreshesOf } from "./refreshes";
import type { RefreshPreferences } from "./refreshes";

interface PlannedRollout extends Rollout {
  readonly role: string;
  /** Percentages of a pool's instances, as in its settings. */
  readonly maxUnavailable: number;
  readonly maxSurge: number;
}

/** Plans before and after a change. */
interface PlanChange {
  readonly before: PlainPlan;
  readonly after: PlainPlan;
}

/**
 * Steps in which groups replace their instances, with the maintenance windows in which they start. The machines keep the order;
 * the update itself does not wait for them.
 */
export function rolloutOrder({ before, after }: PlanChange, rollouts: readonly Rollout[]): readonly string[] {
  const groups = after.resources.filter(({ type }) => type === groupType);
  const inputs = new Map(groups.map((group) => [groupName(group), group.inputs]));
  const refreshes = refreshesOf(after.resources);
  const planned = rollouts.map((rollout) =>
    withRole(rollout, inputs.get(rollout.group) ?? {}, refreshes.get(rollout.group) ?? {}),
  );
  const settings = settingsOf(after);
  const members = memberSteps(
    planned.filter(({ role }) => role !== "worker"),
    settings,
  );
  const workers = planned.filter(({ role, max }) => role === "worker" && max > 0);
  const [first, ...others] = inOrder(members, workers, settingsOf(before), settings);
  return first === undefined ? [] : [`${inWindow(settings)}${first}`, ...others];
}

/** No kubelet is newer than an API server. */
function inOrder(
  members: readonly string[],
  workers: readonly PlannedRollout[],
  live: LiveSettings | undefined,
  wanted: LiveSettings | undefined,
): readonly string[] {
  if (members.length === 0) return workerSteps(workers);
  // Without a record of both settings, the versions are unknown.
  const timeOf = ({ group }: PlannedRollout) => (live && wanted ? timeOfWorkers(group, live, wanted) : "with");
  const at = (time: ReturnType<typeof timeOf>) => workerSteps(workers.filter((worker) => timeOf(worker) === time));
  const before = at("before");
  return [
    ...before,
    ...members.map((step) => (before.length > 0 ? `when no worker runs the former version: ${step}` : step)),
    ...at("with").map((step) => `at the same time, ${step}`),
    ...at("after").map((step) => `when every member runs the new version, ${step}`),
  ];
}

/** When the machines of a group of workers are replaced, relative to the members. */
function timeOfWorkers(group: string, live: LiveSettings, wanted: LiveSettings): "before" | "with" | "after" {
  const versionIn = (settings: LiveSettings): string => {
    const pool = Object.keys(settings.pools).find((name) => settings.pools[name]?.groups.includes(group));
    return (pool === undefined ? undefined : poolVersion(settings, pool)) ?? settings.kubernetesVersion;
  };
  if (minorSteps(wanted.kubernetesVersion, versionIn(live)) > 0) return "before";
  return minorSteps(live.kubernetesVersion, versionIn(wanted)) > 0 ? "after" : "with";
}

function inWindow(settings: LiveSettings | undefined): string {
  const windows = settings?.maintenanceWindows ?? [];
  return windows.length === 0 ? "" : `in the next maintenance window (${windows.join("; ")}), `;
}

function memberSteps(members: readonly PlannedRollout[], settings: LiveSettings | undefined): readonly string[] {
  if (members.length === 0) return [];
  const groups = members.map(({ group }) => group).join(", ");
  const outage = settings?.controlPlane.members === 1 ? "; the API is not available meanwhile" : "";
  if (members.length === 1) return [`${groups}, while all other members are healthy${outage}`];
  return [`one at a time, each while all others are healthy: ${groups}${outage}`];
}

function workerSteps(workers: readonly PlannedRollout[]): readonly string[] {
  if (workers.length === 0) return [];
  const groups = workers
    .map(
      ({ group, maxUnavailable, maxSurge }) => `${group} (maxUnavailable ${maxUnavailable} %, maxSurge ${maxSurge} %)`,
    )
    .join(", ");
  return [`workers: ${groups}`];
}

function withRole(rollout: Rollout, { tags }: Properties, refresh: RefreshPreferences): PlannedRollout {
  const role = (tags as readonly { readonly key: string; readonly value: string }[] | undefined)?.find(
    ({ key }) => key === roleTag,
  )?.value;
  // Without a percentage, Auto Scaling's default applies.
  const { MinHealthyPercentage: min = 90, MaxHealthyPercentage: max = 100 } = refresh;
  return { ...rollout, role: role ?? "worker", maxUnavailable: 100 - Number(min), maxSurge: Number(max) - 100 };
}
