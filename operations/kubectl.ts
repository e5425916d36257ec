/** Talks to the API as whoever a kubeconfig says: kubectl knows every way to sign in that there is. */

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { throughTunnel, tunnelVariable } from "../components/api/apiTunnel.plan";
import { readStackOutput } from "./stack";

const run = promisify(execFile);

/** Command line of kubectl with its kubeconfig, to be followed by arguments. */
export type KubectlCommand = readonly [string, ...string[]];

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
  if (options.rehearsal === undefined) return withKubeconfig(options, (path) => work(kubectlOf(kubectlAt(path))));
  const { RehearsalClient } = await import("../rehearsal/supervisor/client.js");
  const [program, ...args] = (await RehearsalClient.of(options.rehearsal).status()).kubectl ?? [];
  if (program === undefined) throw new Error(`rehearsal ${options.rehearsal} has no API yet`);
  return work(kubectlOf([program, ...args]));
}

/**
 * Calls `work` with the path of a kubeconfig. The stack's own is written down for as long as it is needed, for its owner alone,
 * and leads through the tunnel where there is one.
 */
export async function withKubeconfig<T>(
  { stack, kubeconfig }: Pick<ApiOptions, "stack" | "kubeconfig">,
  work: (path: string) => Promise<T>,
): Promise<T> {
  if (kubeconfig !== undefined) return work(kubeconfig);
  const own = readStackOutput(stack, "kubeconfig", "name a file with --kubeconfig");
  const folder = mkdtempSync(join(tmpdir(), "holdfast-"));
  try {
    const path = join(folder, "kubeconfig");
    writeFileSync(path, throughTunnel(own, process.env[tunnelVariable]), { mode: 0o600 });
    return await work(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** kubectl with that kubeconfig; a rehearsal has a kubectl of its own. */
export const kubectlAt = (kubeconfig: string): KubectlCommand => [
  process.env.HOLDFAST_KUBECTL ?? "kubectl",
  "--kubeconfig",
  kubeconfig,
];

/** @param timeoutMs how long a call may take; by default as long as it takes. */
export function kubectlOf([program, ...leading]: KubectlCommand, timeoutMs = 0): Kubectl {
  return async (args, input = "") => {
    const options = { env: process.env, maxBuffer: 256 << 20, timeout: timeoutMs };
    const running = run(program, [...leading, ...args], options);
    // kubectl may end without reading what it is told.
    running.child.stdin?.on("error", () => undefined).end(input);
    try {
      return (await running).stdout;
    } catch (error) {
      const { stderr = "", code, killed } = error as { stderr?: string; code?: unknown; killed?: boolean };
      if (code === "ENOENT") throw new Error(`there is no ${program} on PATH`, { cause: error });
      const ended = killed === true ? `gave no answer within ${timeoutMs / 1000} s` : `ended with ${String(code)}`;
      throw new Error(stderr.trim() || `kubectl ${args.join(" ")} ${ended}`, { cause: error });
    }
  };
}
