/** Fetches all facts in parallel. A source that fails becomes a finding and does not stop the others. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";

import type { SettingsProblem } from "../../stacks/settings";
import { listBackups } from "../etcd/backups";
import { fetchBackupObjects } from "../etcd/bucket";
import { fetchMemberMetrics, silenceMs } from "../etcd/status";
import type { Target } from "../etcd/target";
import { parseStackSettings, stackFile } from "../stack";
import type { Api } from "../validate/api";
import { fetchNodes } from "../validate/kubernetesFacts";
import { tryFetch } from "../validate/result";
import { fetchBudgets, fetchDeprecatedApis, fetchWebhooks } from "./apiFacts";
import type { UpgradeFacts } from "./facts";

/** Version of the API server, without `v`. */
export async function fetchVersion(api: Api): Promise<string> {
  const { gitVersion } = await api.object<{ gitVersion: string }>("/version");
  return gitVersion.replace(/^v/, "");
}

export async function fetchUpgradeFacts(target: Target, api: Api, to: string): Promise<UpgradeFacts> {
  const now = new Date();
  const [nodes, deprecatedApis, webhooks, budgets, members, backups] = await Promise.all([
    tryFetch(() => fetchNodes(api)),
    tryFetch(() => fetchDeprecatedApis(api, target.spec.controlPlane.members)),
    tryFetch(() => fetchWebhooks(api)),
    tryFetch(() => fetchBudgets(api)),
    tryFetch(() => fetchMemberMetrics(target, now, silenceMs)),
    tryFetch(async () => listBackups(await fetchBackupObjects(target))),
  ]);
  const file = stackFile(target.stack);
  const settings = problemsWithVersion(target.stack, basename(file), readFileSync(file), to);
  return { now, nodes, deprecatedApis, webhooks, budgets, members, backups, settings };
}

/** Problems of a stack file with another Kubernetes version in place of its own. */
export function problemsWithVersion(
  stack: string,
  name: string,
  content: Uint8Array | string,
  kubernetesVersion: string,
): readonly SettingsProblem[] {
  const parsed = parseStackSettings(stack, name, content, (config) => ({
    ...config,
    "holdfast:cluster": { ...(config["holdfast:cluster"] as object), kubernetesVersion },
  }));
  return parsed.ok ? [] : parsed.problems;
}
