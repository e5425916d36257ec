/** Talks to the API as whoever the kubeconfig says: kubectl knows every way to log in that there is. */

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { throughTunnel, tunnelVariable } from "../../components/platform/apiTunnel";
import { stackOutput } from "../stack";

/** Runs kubectl with arguments and standard input; gives its standard output. Rejects with what it complains of. */
export type Kubectl = (args: readonly string[], input?: string) => Promise<string>;

/** How the API is reached; by the stack's own output where nothing is given. */
export interface ApiOptions {
  readonly stack: string;
  readonly kubeconfig?: string | undefined;
  /** Id of a running rehearsal. */
  readonly rehearsal?: string | undefined;
}

/** Calls `work` with kubectl; what had to be written down for it is gone afterwards. */
export async function withKubectl<T>(options: ApiOptions, work: (kubectl: Kubectl) => Promise<T>): Promise<T> {
  if (options.rehearsal !== undefined) {
    const { RehearsalClient } = await import("../../rehearsal/cloud/client.js");
    const { kubectl } = await RehearsalClient.of(options.rehearsal).status();
    if (kubectl === undefined) throw new Error(`rehearsal ${options.rehearsal} has no API yet`);
    return work(runner(kubectl));
  }
  if (options.kubeconfig !== undefined) return work(runner(["kubectl", "--kubeconfig", options.kubeconfig]));
  const kubeconfig = stackOutput(options.stack, "kubeconfig", "name a kubeconfig with --kubeconfig");
  const folder = mkdtempSync(join(tmpdir(), "holdfast-user-"));
  try {
    const path = join(folder, "kubeconfig");
    writeFileSync(path, throughTunnel(kubeconfig, process.env[tunnelVariable]), { mode: 0o600 });
    return await work(runner(["kubectl", "--kubeconfig", path]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function runner([program = "kubectl", ...leading]: readonly string[]): Kubectl {
  return async (args, input = "") => {
    const child = spawn(program, [...leading, ...args], { stdio: ["pipe", "pipe", "pipe"], env: process.env });
    // kubectl may end without reading what it is told.
    child.stdin.on("error", () => undefined).end(input);
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once("error", (error: NodeJS.ErrnoException) => {
        reject(error.code === "ENOENT" ? new Error(`${program} is not installed`) : error);
      });
      child.once("close", resolve);
    });
    const [code, output, complaint] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
    if (code !== 0) throw new Error(complaint.trim() || `kubectl ${args[0] ?? ""} ended with ${String(code)}`);
    return output;
  };
}
