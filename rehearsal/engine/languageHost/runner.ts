/** Processes of Node.js that run a module of the SDK. */

import { spawn } from "node:child_process";
import type { ChildProcess, StdioOptions } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";

import type { ProgramInfo, RunPluginRequest } from "@pulumi/pulumi/proto/language_pb";

/** Runtime options of `Pulumi.yaml` and `PulumiPolicy.yaml`. */
interface RuntimeOptions {
  /** Arguments of Node.js, separated by spaces. */
  readonly nodeargs?: string;
  /** Compile the program with ts-node. Default: true. */
  readonly typescript?: boolean;
}

export interface NodeProcess {
  /** The SDK's runner: `run`, `run-plugin` or `run-policy-pack`. */
  readonly runner: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly stdio: StdioOptions;
}

const children = new Set<ChildProcess>();

/** Starts a runner of the SDK that the program has installed, in the program's folder. */
export function startNode(info: ProgramInfo, { runner, args, environment, stdio }: NodeProcess): ChildProcess {
  const folder = info.getProgramDirectory();
  const { nodeargs = "", typescript = true } = (info.getOptions()?.toJavaScript() ?? {}) as RuntimeOptions;
  const module = createRequire(join(folder, "index.js")).resolve(`@pulumi/pulumi/cmd/${runner}`);
  const nodeArgs = nodeargs.split(" ").filter((arg) => arg !== "");
  const child = spawn(process.execPath, [...nodeArgs, module, ...args], {
    cwd: folder,
    stdio,
    env: { ...environment, ...(typescript && { PULUMI_NODEJS_TYPESCRIPT: "true" }) },
  });
  children.add(child);
  child.on("close", () => children.delete(child));
  return child;
}

/** Environment variables with which the engine starts a plugin. */
export const environmentOf = (request: RunPluginRequest): NodeJS.ProcessEnv =>
  Object.fromEntries(
    request.getEnvList().map((line): [string, string] => {
      const equals = line.indexOf("=");
      return [line.slice(0, equals), line.slice(equals + 1)];
    }),
  );

export function stopChildren(signal: NodeJS.Signals): void {
  for (const child of children) child.kill(signal);
}
