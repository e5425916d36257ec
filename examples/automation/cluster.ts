/** Clusters with the Pulumi Automation API: a service calls {@link previewCluster} and {@link updateCluster}. */
import { dirname } from "node:path";

import { LocalWorkspace } from "@pulumi/pulumi/automation";
import type { EngineEvent, PreviewOptions, Stack, UpOptions } from "@pulumi/pulumi/automation";
import { Cluster } from "holdfast";
import type { ClusterSettings } from "holdfast";

/** Cluster that a team asks for. */
export interface ClusterRequest {
  /** Name of the stack and of the cluster; it selects the levels of the policies. */
  readonly stack: string;
  readonly region: string;
  /** docs/settings.md lists all. */
  readonly settings: Omit<ClusterSettings, "name">;
}

/** Violation of a policy. A mandatory one stops the preview and the update. */
export interface Violation {
  readonly level: string;
  readonly policy: string;
  /** URN; absent for a violation of the whole stack. */
  readonly resource?: string;
  readonly message: string;
}

export interface Result {
  /** True if the engine completed the operation. */
  readonly succeeded: boolean;
  /** Number of resources by operation: `create`, `update`, `replace`, `delete`, `same`. */
  readonly changes: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
}

export interface UpdateResult extends Result {
  /** Administrator's kubeconfig, a secret; undefined if the update failed. */
  readonly kubeconfig: string | undefined;
}

/** The Pulumi program of a request. It returns the outputs of the stack. */
export function createCluster({ stack, region, settings }: ClusterRequest) {
  const { kubeconfig, apiUrl, backupsBucket } = new Cluster(stack, { region, settings });
  return { kubeconfig, apiUrl, backupsBucket };
}

/** Shows what an update would change, and which policies it would violate. @param log gets the output of Pulumi */
export async function previewCluster(request: ClusterRequest, log: (text: string) => void): Promise<Result> {
  const stack = await selectStack(request);
  return observe((options) => stack.preview(options), log);
}

/** Creates or updates the cluster. @param log gets the output of Pulumi */
export async function updateCluster(request: ClusterRequest, log: (text: string) => void): Promise<UpdateResult> {
  const stack = await selectStack(request);
  const result = await observe((options) => stack.up(options), log);
  const { kubeconfig } = result.succeeded ? await stack.outputs() : {};
  return { ...result, kubeconfig: kubeconfig?.value as string | undefined };
}

/** Backend and encryption come from environment variables: PULUMI_BACKEND_URL, PULUMI_CONFIG_PASSPHRASE. */
const selectStack = (request: ClusterRequest): Promise<Stack> =>
  LocalWorkspace.createOrSelectStack({
    projectName: "clusters",
    stackName: request.stack,
    program: async () => createCluster(request),
  });

const policyPack = dirname(require.resolve("@holdfast/policies/package.json"));

/** Runs an operation with the policy pack, and collects what its events report. */
async function observe(
  run: (options: PreviewOptions & UpOptions) => Promise<unknown>,
  log: (text: string) => void,
): Promise<Result> {
  const events: EngineEvent[] = [];
  let failure: unknown;
  try {
    await run({ policyPacks: [policyPack], color: "never", onOutput: log, onEvent: (event) => events.push(event) });
  } catch (error) {
    failure = error;
  }
  const violations = events.flatMap(({ policyEvent }) => {
    if (policyEvent === undefined) return [];
    const { enforcementLevel, policyName, resourceUrn, message } = policyEvent;
    return [{ level: enforcementLevel, policy: policyName, resource: resourceUrn, message: message.trim() }];
  });
  // A violation is an answer; any other failure is an error of the caller, such as invalid settings.
  if (failure !== undefined && !violations.some(({ level }) => level === "mandatory")) throw failure;
  const changes = events.flatMap(({ summaryEvent }) => summaryEvent?.resourceChanges ?? []).at(-1) ?? {};
  return { succeeded: failure === undefined, changes: changes as Result["changes"], violations };
}
