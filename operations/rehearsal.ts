/** Commands on a rehearsed cluster, whose AWS API and Kubernetes API are reachable only in its network namespace. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { administratorCredentials } from "../rehearsal/aws/administrator";
import type { RehearsalClient } from "../rehearsal/supervisor/client";
import type { RehearsalStatus } from "../rehearsal/supervisor/status";

/** This process runs in the network namespace of a rehearsal. */
export const insideRehearsal = process.env.HOLDFAST_REHEARSED === "1";

/** Entry point of the command that this process runs. */
const holdfast = join(__dirname, "..", "cli", "holdfast.cjs");

/** Client of the rehearsal with this id; loaded only for commands on a rehearsal. */
export function rehearsalClient(id: string): RehearsalClient {
  const { RehearsalClient: Client } =
    require("../rehearsal/supervisor/client") as typeof import("../rehearsal/supervisor/client");
  return Client.of(id);
}

/** Additions to a command that runs in a rehearsal. */
interface Additions {
  readonly arguments?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

interface RunningRehearsal {
  readonly status: RehearsalStatus;
  /** Name of the backups bucket in the rehearsed plan. */
  readonly bucket: () => string;
}

/**
 * Runs the command of this process again, in the network namespace of a rehearsal and with its AWS endpoint.
 * @returns its exit status.
 */
export async function rerunInsideRehearsal(
  id: string,
  resolveAdditions: (rehearsal: RunningRehearsal) => Additions = () => ({}),
): Promise<number> {
  const client = rehearsalClient(id);
  const rehearsalStatus = await client.status();
  const { namespace, awsEndpoint } = rehearsalStatus;
  const additions = resolveAdditions({ status: rehearsalStatus, bucket: () => readPlannedBucket(client.paths.plan) });
  const argv = [...process.argv.slice(2), ...(additions.arguments ?? [])];
  const { status, error } = spawnSync(
    "nsenter",
    [`--net=/run/netns/${namespace}`, process.execPath, holdfast, ...argv],
    {
      stdio: "inherit",
      env: {
        ...process.env,
        ...additions.environment,
        HOLDFAST_REHEARSED: "1",
        AWS_ENDPOINT_URL: awsEndpoint,
        AWS_ACCESS_KEY_ID: administratorCredentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: administratorCredentials.secretAccessKey,
      },
    },
  );
  if (error !== undefined) throw error;
  return status ?? 1;
}

/**
 * The same for a command that takes --bucket and --kubeconfig and calls kubectl: with those of the rehearsal, unless given.
 * @throws Error if the API of the rehearsal is not up yet
 */
export function rerunWithKubectl(
  id: string,
  given: { readonly bucket?: string | undefined; readonly kubeconfig?: string | undefined },
): Promise<number> {
  return rerunInsideRehearsal(id, ({ status: { kubectl, kubeconfig }, bucket }) => {
    if (kubeconfig === undefined || kubectl === undefined) throw new Error(`the API of rehearsal ${id} is not up yet`);
    return {
      arguments: ["--bucket", given.bucket ?? bucket(), "--kubeconfig", given.kubeconfig ?? kubeconfig],
      // The command starts with nsenter and its option; kubectl itself comes third.
      environment: { HOLDFAST_KUBECTL: kubectl[2] ?? "kubectl" },
    };
  });
}

function readPlannedBucket(planFile: string): string {
  const { resources } = JSON.parse(readFileSync(planFile, "utf8")) as {
    resources: readonly { type: string; name: string; inputs: { bucket?: string } }[];
  };
  const found = resources.find(
    ({ type, name }) => type === "aws:s3/bucket:Bucket" && name.endsWith("-etcd-backups-files"),
  );
  if (found?.inputs.bucket === undefined) throw new Error("the rehearsed plan has no backups bucket");
  return found.inputs.bucket;
}
