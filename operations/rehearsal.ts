/** Operations on a rehearsed cluster: its AWS and its API can be reached from inside its network alone. */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

import type { RehearsalClient } from "../rehearsal/supervisor/client";

/** Set in the process that runs within a rehearsal. */
export const insideRehearsal = process.env.HOLDFAST_REHEARSED === "1";

/**
 * Runs the command of this process once more, inside the network of a rehearsal and against its AWS.
 * @param script the command's own file.
 * @param more what is added to its arguments and its environment.
 * @returns its exit status.
 */
export async function rerunInsideRehearsal(
  client: RehearsalClient,
  script: string,
  more: { readonly arguments: readonly string[]; readonly environment?: Readonly<Record<string, string>> },
): Promise<number> {
  const { namespace, awsEndpoint } = await client.status();
  const { status, error } = spawnSync(
    "nsenter",
    [`--net=/run/netns/${namespace}`, process.execPath, "--import", require.resolve("tsx"), script]
      .concat(process.argv.slice(2))
      .concat(more.arguments),
    {
      stdio: "inherit",
      env: {
        ...process.env,
        ...more.environment,
        HOLDFAST_REHEARSED: "1",
        AWS_ENDPOINT_URL: awsEndpoint,
        AWS_ACCESS_KEY_ID: "rehearsal",
        AWS_SECRET_ACCESS_KEY: "rehearsal",
      },
    },
  );
  if (error !== undefined) throw error;
  return status ?? 1;
}

/** Name of the backups bucket in the plan that is rehearsed. */
export function readPlannedBucket(planFile: string): string {
  const { resources } = JSON.parse(readFileSync(planFile, "utf8")) as {
    resources: readonly { type: string; name: string; inputs: { bucket?: string } }[];
  };
  const found = resources.find(
    ({ type, name }) => type === "aws:s3/bucket:Bucket" && name.endsWith("-etcd-backups-files"),
  );
  if (found?.inputs.bucket === undefined) throw new Error("the rehearsed plan has no backups bucket");
  return found.inputs.bucket;
}
