import { roleTag } from "../../components/aws/tags.plan";
import type { LiveSettings } from "../../components/changes/liveSettings.plan";
import { settingsOf } from "../report/planFile";
import type { PlainPlan, Properties } from "../report/planFile";
import type { Rollout } from "./changes";
import { groupName, groupType } from "./rollouts";

interface PlannedRollout extends Rollout {
  readonly role: string;
  /** Share of the instances that stays in service, in percent. */
  readonly minHealthy: number;
}

/** Steps in which groups replace their instances. The machines keep the order; the update itself does not wait for them. */
export function rolloutOrder(after: PlainPlan, rollouts: readonly Rollout[]): readonly string[] {
  const groups = after.resources.filter(({ type }) => type === groupType);
  const inputs = new Map(groups.map((group) => [groupName(group), group.inputs]));
  const planned = rollouts.map((rollout) => withRole(rollout, inputs.get(rollout.group) ?? {}));
  const members = planned.filter(({ role }) => role !== "worker");
  const workers = planned.filter(({ role, max }) => role === "worker" && max > 0);
  return [...memberSteps(members, settingsOf(after)), ...workerSteps(workers, members.length > 0)];
}

function memberSteps(members: readonly PlannedRollout[], settings: LiveSettings | undefined): readonly string[] {
  if (members.length === 0) return [];
  const groups = members.map(({ group }) => group).join(", ");
  const outage = settings?.controlPlane.members === 1 ? "; the API is not available meanwhile" : "";
  if (members.length === 1) return [`${groups}, while all other members are healthy${outage}`];
  return [`one at a time, each while all others are healthy: ${groups}${outage}`];
}

function workerSteps(workers: readonly PlannedRollout[], alsoMembers: boolean): readonly string[] {
  if (workers.length === 0) return [];
  const groups = workers.map(({ group, minHealthy }) => `${group} (at least ${minHealthy} % in service)`).join(", ");
  return [`${alsoMembers ? "at the same time, " : ""}workers: ${groups}`];
}

function withRole(rollout: Rollout, { tags, instanceRefresh }: Properties): PlannedRollout {
  const role = (tags as readonly { readonly key: string; readonly value: string }[] | undefined)?.find(
    ({ key }) => key === roleTag,
  )?.value;
  const refresh = instanceRefresh as { readonly preferences?: { readonly minHealthyPercentage?: number } } | undefined;
  return { ...rollout, role: role ?? "worker", minHealthy: refresh?.preferences?.minHealthyPercentage ?? 0 };
}
