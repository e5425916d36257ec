/** `npm run rehearse`: boots a stack's plan on this host, looks into it, and takes it down again. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { UsageError, messageOf, runProgram, printLines } from "../../cli/program";
import type { Arguments, Options } from "../../cli/program";
import { checkHost } from "../assets";
import { RehearsalClient } from "../supervisor/client";
import { down, rehearsals } from "../supervisor/down";
import { describeStatus } from "./statusTable";

const usage = `npm run rehearse [-- [stack] [options]]     boots a stack (default staging) on this host

  --id <name>           name of the rehearsal, for several side by side; default the stack's
  --timeout <seconds>   how long the machines may take to become ready; default 600
  --machines <group>=<n>  machines that a group starts with, also none; repeatable

  --drill <name>[,…]    does damage and measures what it cost: on the rehearsal that runs, or on one of its own; list, all
  --markdown            with --drill: writes the figures into docs/drills.md

  --status              what runs
  --kubectl -- <args>   kubectl against the rehearsed cluster
  --shell <machine>     a shell on a machine
  --logs <machine>      a machine's journal
  --down [stack]        removes every trace
`;

const options = {
  down: { type: "boolean" },
  drill: { type: "string" },
  id: { type: "string" },
  kubectl: { type: "boolean" },
  logs: { type: "string" },
  machines: { type: "string", multiple: true, default: [] },
  markdown: { type: "boolean", default: false },
  shell: { type: "string" },
  status: { type: "boolean" },
  timeout: { type: "string", default: "600" },
} satisfies Options;

async function main({ values, positionals }: Arguments<typeof options>): Promise<number> {
  const id = () => values.id ?? theOnly();
  if (values.down === true) return takeDown(values.id ?? positionals[0] ?? theOnly());
  if (values.status === true) return showStatus(values.id === undefined ? rehearsals() : [values.id]);
  if (values.kubectl === true) return kubectl(id(), positionals);
  if (values.shell !== undefined) {
    return onMachine(id(), values.shell, positionals.length > 0 ? positionals : undefined);
  }
  if (values.logs !== undefined) {
    const asked = positionals.length > 0 ? positionals : ["--no-pager"];
    return onMachine(id(), values.logs, ["journalctl", "--no-hostname", ...asked]);
  }
  const [stack = "staging"] = positionals;
  if (values.drill === "list") {
    const { listDrills } = await import("./drill.js");
    return listDrills();
  }
  if (!checkHost().ok) return planOnly(stack);
  if (values.drill !== undefined) {
    const { drill } = await import("./drill.js");
    return drill({
      ...{ stack, id: values.id ?? stack, names: values.drill, markdown: values.markdown },
      machines: machineCounts(values.machines),
    });
  }
  // planning takes a second to load, and only this needs it
  const { rehearse } = await import("./rehearseUp.js");
  return rehearse({
    stack,
    id: values.id ?? stack,
    machines: machineCounts(values.machines),
    timeoutMs: positiveNumber(values.timeout, "--timeout") * 1000,
  });
}

/** A host that cannot boot nodes still shows the plan. */
function planOnly(stack: string): number {
  spawnSync(
    process.execPath,
    ["--import", require.resolve("tsx"), join(__dirname, "..", "..", "plan", "cli", "main.ts"), stack],
    { stdio: "inherit" },
  );
  process.stderr.write("\nThis host cannot boot nodes, so the plan above was not rehearsed:\n");
  for (const { what, how } of checkHost().problems) process.stderr.write(`  - ${what}\n    ${how}\n`);
  return 1;
}

async function takeDown(id: string): Promise<number> {
  const found = await down(id);
  return printLines([found ? `rehearsal ${id} is gone` : `there is no rehearsal ${id}`]);
}

async function showStatus(ids: readonly string[]): Promise<number> {
  if (ids.length === 0) printLines(["no rehearsal runs"]);
  for (const id of ids) {
    const running = RehearsalClient.of(id);
    const lines = await Promise.all([running.status(), running.droppedFlows()]).then(
      ([status, dropped]) => describeStatus(status, dropped),
      (error: unknown) => [messageOf(error)],
    );
    printLines(lines);
  }
  return 0;
}

async function kubectl(id: string, args: readonly string[]): Promise<number> {
  const { kubectl: command } = await RehearsalClient.of(id).status();
  if (command === undefined) throw new Error("the cluster has no address yet");
  return runInherited([...command, ...args]);
}

async function onMachine(id: string, machine: string, argv?: readonly string[]): Promise<number> {
  return runInherited(await RehearsalClient.of(id).shellCommand(machine, argv));
}

function runInherited([command = "", ...args]: readonly string[]): number {
  const { status, error } = spawnSync(command, args, { stdio: "inherit" });
  if (error !== undefined) throw error;
  return status ?? 1;
}

/** The rehearsal that is meant when none is named. */
function theOnly(): string {
  const ids = rehearsals();
  if (ids.length > 1) throw new Error(`name one of the rehearsals with --id: ${ids.join(", ")}`);
  return ids[0] ?? "staging";
}

function machineCounts(settings: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    settings.map((setting) => {
      const [group = "", count = ""] = setting.split("=");
      if (!/^\d+$/.test(count)) throw new UsageError(`--machines ${setting}: "${count}" is no number of machines`);
      return [group, Number(count)];
    }),
  );
}

function positiveNumber(text: string, what: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new UsageError(`${what}: "${text}" is no number above 0`);
  return number;
}

runProgram({ usage, options }, main);
