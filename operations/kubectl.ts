/** kubectl with the kubeconfig of a stack; kubectl supports every authentication method. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { rehearsalClient } from "./rehearsal";
import { readStackOutput } from "./stack";

const run = promisify(execFile);

/** Command line of kubectl with its kubeconfig, without further arguments. */
export type KubectlCommand = readonly [string, ...string[]];

/** Runs kubectl with arguments and standard input. @returns standard output; rejects with standard error. */
export type Kubectl = (args: readonly string[], input?: string) => Promise<string>;

/** Source of the kubeconfig. Default: output `kubeconfig` of the stack. */
export interface ApiOptions {
  readonly stack: string;
  readonly kubeconfig?: string | undefined;
  /** Id of a running rehearsal. */
  readonly rehearsal?: string | undefined;
}

/** Calls `work` with kubectl and removes temporary files afterwards. */
export function withKubectl<T>(options: ApiOptions, work: (kubectl: Kubectl) => Promise<T>): Promise<T> {
  return withKubectlCommand(options, (command) => work(kubectlOf(command)));
}

/** The same with the command line of kubectl. */
export async function withKubectlCommand<T>(
  options: ApiOptions,
  work: (command: KubectlCommand) => Promise<T>,
): Promise<T> {
  if (options.rehearsal === undefined) return withKubeconfig(options, (path) => work(kubectlAt(path)));
  const [program, ...args] = (await rehearsalClient(options.rehearsal).status()).kubectl ?? [];
  if (program === undefined) throw new Error(`the API of rehearsal ${options.rehearsal} is not up yet`);
  return work([program, ...args]);
}

/**
 * Calls `work` with the path of a kubeconfig. Writes the kubeconfig of the stack to a temporary file with mode 0600. In a tunnel,
 * kubectl connects through the proxy that HTTPS_PROXY names.
 */
export async function withKubeconfig<T>(
  { stack, kubeconfig }: Pick<ApiOptions, "stack" | "kubeconfig">,
  work: (path: string) => Promise<T>,
): Promise<T> {
  if (kubeconfig !== undefined) return work(kubeconfig);
  const output = readStackOutput(stack, "kubeconfig", "specify a file with --kubeconfig");
  const folder = mkdtempSync(join(tmpdir(), "holdfast-"));
  try {
    const path = join(folder, "kubeconfig");
    writeFileSync(path, output, { mode: 0o600 });
    return await work(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** HOLDFAST_KUBECTL names another kubectl, such as the one of a rehearsal. */
export const kubectlAt = (kubeconfig: string): KubectlCommand => [
  process.env.HOLDFAST_KUBECTL ?? "kubectl",
  "--kubeconfig",
  kubeconfig,
];

/** @param timeoutMs limit of each call. Default: none. */
export function kubectlOf([program, ...leading]: KubectlCommand, timeoutMs = 0): Kubectl {
  return async (args, input = "") => {
    const options = { env: process.env, maxBuffer: 256 << 20, timeout: timeoutMs };
    const running = run(program, [...leading, ...args], options);
    // kubectl can exit before it reads its input, which raises EPIPE here.
    running.child.stdin?.on("error", () => undefined).end(input);
    try {
      return (await running).stdout;
    } catch (error) {
      const { stderr = "", code, killed } = error as { stderr?: string; code?: unknown; killed?: boolean };
      if (code === "ENOENT") throw new Error(`${program} is not on PATH`, { cause: error });
      const ended = killed === true ? `did not answer within ${timeoutMs / 1000} s` : `exited with ${String(code)}`;
      throw new Error(stderr.trim() || `kubectl ${args.join(" ")} ${ended}`, { cause: error });
    }
  };
}
