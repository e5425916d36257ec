/** Processes that the Pulumi engine starts and that end with it. */

import { join } from "node:path";

const root = join(__dirname, "..", "..");

/** Environment variable with the process id of the engine. */
const engineVariable = "HOLDFAST_ENGINE_PID";

/** Interval between checks that the engine still runs, in milliseconds. */
const engineCheckInterval = 500;

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * Shell script that runs a module of this project with the arguments of the engine. It changes into the project, where Node.js
 * finds tsx, and passes on the engine's process id: if the engine is killed while Node.js starts, the module has another parent.
 *
 * @param module path below the project
 * @param environment further environment variables
 */
export const launcher = (module: string, environment: Readonly<Record<string, string>> = {}): string =>
  [
    "#!/bin/sh",
    `export ${engineVariable}=$PPID`,
    ...Object.entries(environment).map(([name, value]) => `export ${name}=${quoted(value)}`),
    `cd ${quoted(root)} && exec ${quoted(process.execPath)} --require tsx/cjs ${quoted(module)} "$@"`,
    "",
  ].join("\n");

const enginePid = (): number => Number(process.env[engineVariable] ?? process.ppid);

/**
 * Ends this process when the engine ends. The engine stops its plugins with SIGINT; a killed engine cannot, so this process also
 * checks whether its parent still runs. Ctrl-C does not reach a plugin, which has its own process group.
 *
 * @param beforeExit called once
 */
export function endWithEngine(beforeExit: () => void = () => undefined): void {
  const engine = enginePid();
  const end = (): void => {
    beforeExit();
    process.exit(0);
  };
  process.on("SIGINT", end);
  setInterval(() => {
    if (process.ppid !== engine) end();
  }, engineCheckInterval).unref();
}

/** Sends the engine a signal, unless it has ended: another process may have its id then. */
export function signalEngine(signal: NodeJS.Signals): void {
  if (process.ppid === enginePid()) process.kill(process.ppid, signal);
}
