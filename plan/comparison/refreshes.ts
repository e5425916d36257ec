import type { PlainResource } from "../report/planFile";

export const groupType = "aws:autoscaling/group:Group";
const scheduleType = "aws:scheduler/schedule:Schedule";

/** Preferences of an instance refresh, with the names of the API: `MinHealthyPercentage`. */
export type RefreshPreferences = Readonly<Record<string, unknown>>;

/** Name of an Auto Scaling group in AWS. */
export const groupName = ({ inputs, name }: Pick<PlainResource, "inputs" | "name">): string =>
  typeof inputs.name === "string" ? inputs.name : name;

/** Instance refreshes by Auto Scaling group: of an update, or of the schedules of maintenance windows. */
export function refreshesOf(
  resources: readonly Pick<PlainResource, "type" | "inputs" | "name">[],
): ReadonlyMap<string, RefreshPreferences> {
  const refreshes = new Map<string, RefreshPreferences>();
  for (const resource of resources) {
    const { type, inputs } = resource;
    const refresh = inputs.instanceRefresh as { readonly preferences?: RefreshPreferences } | undefined;
    if (type === groupType && refresh !== undefined) {
      const named = Object.entries(refresh.preferences ?? {}).map(
        ([name, value]) => [name.charAt(0).toUpperCase() + name.slice(1), value] as const,
      );
      refreshes.set(groupName(resource), Object.fromEntries(named));
    } else if (type === scheduleType) {
      const { input } = inputs.target as { readonly input: string };
      const request = JSON.parse(input) as { readonly AutoScalingGroupName: string; readonly Preferences: object };
      refreshes.set(request.AutoScalingGroupName, { ...request.Preferences });
    }
  }
  return refreshes;
}
