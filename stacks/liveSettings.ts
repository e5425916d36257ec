import * as pulumi from "@pulumi/pulumi";

import { checkChanges } from "../components/changes/checkChanges.plan";
import { liveSettingsOutput, parseLiveSettings, toLiveSettings } from "../components/changes/liveSettings.plan";
import type { LiveSettings } from "../components/changes/liveSettings.plan";
import { withRetainedVolumes } from "../components/changes/retainedVolumes.plan";
import { formatRefusals, isRefused } from "../components/changes/settingsChange.plan";
import type { Cluster } from "../components/cluster";
import type { ClusterSpec } from "../components/clusterSpec";
import { plainError } from "../components/plainError";

/** Function of the engine that StackReference uses, too. Unlike a StackReference, it adds no resource to the stack. */
const readStackOutputs = "pulumi:pulumi:readStackOutputs";

/** Organization of stacks in backends other than Pulumi Cloud. */
const noOrganization = "organization";

/**
 * Fails a preview and an update before any resource is registered if the settings change something that the live cluster
 * cannot change. A stack without the record of an earlier update is accepted. A plan reports the changes instead.
 */
export function requireAllowedChanges(live: LiveSettings | undefined, spec: ClusterSpec): void {
  if (!pulumi.runtime.hasEngine()) return;
  const changes = checkChanges(live, toLiveSettings(spec));
  if (changes.some(isRefused)) throw plainError(`${formatRefusals(changes)}\nNothing was changed.`);
}

/** Settings that the last successful update of this stack recorded. */
export async function fetchLiveSettings(): Promise<LiveSettings | undefined> {
  const result = (await pulumi.runtime.invoke(readStackOutputs, { name: ownStack() })) as {
    readonly outputs?: Readonly<Record<string, unknown>>;
  };
  try {
    return parseLiveSettings(result.outputs?.[liveSettingsOutput]);
  } catch (error) {
    throw plainError(`stack output ${(error as Error).message}`);
  }
}

/** Pulumi Cloud requires the full name; file and bucket backends of before Pulumi 3.61 accept only the stack's own. */
function ownStack(): string {
  // A plan has no organization, and answers by itself.
  if (!pulumi.runtime.hasEngine()) return pulumi.getStack();
  const organization = pulumi.getOrganization();
  const stack = pulumi.getStack();
  return organization === noOrganization ? stack : `${organization}/${pulumi.getProject()}/${stack}`;
}

/** Record of the settings for the next update: known once all groups of machines have their new configuration. */
export function recordLiveSettings(
  live: LiveSettings | undefined,
  spec: ClusterSpec,
  { controlPlane, workers }: Cluster,
) {
  const record = withRetainedVolumes(live, toLiveSettings(spec));
  return pulumi.all([...controlPlane.groupArns, ...workers.groupArns]).apply(() => record);
}
