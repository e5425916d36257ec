import { ProgramInfo, RunResponse } from "@pulumi/pulumi/proto/language_pb";
import type { RunRequest } from "@pulumi/pulumi/proto/language_pb";

import { startNode } from "./runner";

/** Exit code of the SDK's runner after it has printed the error (`@pulumi/pulumi/cmd/run`). */
const errorPrinted = 32;

const flag = (name: string, value: string): string[] => (value === "" ? [] : [`--${name}`, value]);

/**
 * Runs a program until it ends.
 *
 * @param engine address of the engine, for log messages
 */
export function runProgram(request: RunRequest, engine: string): Promise<RunResponse> {
  const info = request.getInfo() ?? new ProgramInfo();
  const child = startNode(info, {
    runner: "run",
    args: [
      ...flag("monitor", request.getMonitorAddress()),
      ...flag("engine", engine),
      ...flag("organization", request.getOrganization()),
      ...flag("project", request.getProject()),
      ...flag("root-directory", info.getRootDirectory()),
      ...flag("stack", request.getStack()),
      ...flag("pwd", info.getProgramDirectory()),
      ...flag("parallel", String(request.getParallel())),
      ...(request.getDryrun() ? ["--dry-run"] : []),
      info.getEntryPoint(),
      ...request.getArgsList(),
    ],
    environment: {
      ...process.env,
      PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    },
    stdio: ["ignore", "inherit", "inherit"],
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      const response = new RunResponse();
      if (code === errorPrinted) response.setBail(true);
      else if (code !== 0) response.setError(`the program ended with ${signal ?? `exit code ${String(code)}`}`);
      resolve(response);
    });
  });
}
