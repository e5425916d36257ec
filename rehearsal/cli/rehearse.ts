/** `npm run rehearse`: boots a stack on this host, inspects it, and takes it down. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { UsageError, messageOf, printLines, runProgram } from "../../cli/program";
import type { Arguments, Options } from "../../cli/program";
import { checkHost } from "../assets";
import { describeDenials, describeSummary, describeUnused, type IamReport } from "../aws/iam/report";
import { RehearsalClient } from "../supervisor/client";
import { down, listRehearsals } from "../supervisor/down";
import { describeStatus } from "./statusTable";

const usage = `npm run rehearse [-- [stack] [options]]     boot a stack (default: staging) on this host

  --id <name>             name of the rehearsal, to run several (default: the stack's)
  --timeout <seconds>     time for all machines to become ready (default: 600)
  --machines <group>=<n>  initial machines of a group, may be 0; repeatable
  --iam <mode>            calls to AWS without a valid signature or permission: enforce (refuse them,
                          and fail; default) or audit (answer and print them)

  --drill <name>[,…]      inject faults and measure the impact, on the running rehearsal or a new one; also: list, all
  --markdown              with --drill: write the results into docs/drills.md

  --status                show all rehearsals
  --permissions           show calls that IAM denied, and permissions that no call has used, with their purposes
  --kubectl -- <args>     run kubectl against the rehearsed cluster
  --shell <machine>       open a shell on a machine
  --logs <machine>        show a machine's journal
  --down [stack]          take a rehearsal down and remove everything
`;

const options = {
  down: { type: "boolean" },
  drill: { type: "string" },
  iam: { type: "string", default: "enforce" },
  id: { type: "string" },
  kubectl: { type: "boolean" },
  logs: { type: "string" },
  machines: { type: "string", multiple: true, default: [] },
  markdown: { type: "boolean", default: false },
  permissions: { type: "boolean" },
  shell: { type: "string" },
  status: { type: "boolean" },
  timeout: { type: "string", default: "600" },
} satisfies Options;

async function main({ values, positionals }: Arguments<typeof options>): Promise<number> {
  const id = () => values.id ?? defaultId();
  if (values.down === true) return takeDown(values.id ?? positionals[0] ?? defaultId());
  if (values.status === true) return showStatus(values.id === undefined ? listRehearsals() : [values.id]);
  if (values.permissions === true) return showPermissions(id());
  if (values.kubectl === true) return kubectl(id(), positionals);
  if (values.shell !== undefined) {
    return onMachine(id(), values.shell, positionals.length > 0 ? positionals : undefined);
  }
  if (values.logs !== undefined) {
    const args = positionals.length > 0 ? positionals : ["--no-pager"];
    return onMachine(id(), values.logs, ["journalctl", "--no-hostname", ...args]);
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
      iam: iamMode(values.iam),
    });
  }
  // Imported here, because planning takes a second to load.
  const { rehearse } = await import("./rehearseUp.js");
  return rehearse({
    stack,
    id: values.id ?? stack,
    machines: machineCounts(values.machines),
    iam: iamMode(values.iam),
    timeoutMs: positiveNumber(values.timeout, "--timeout") * 1000,
  });
}

/** Shows only the plan, on a host that cannot boot machines. */
function planOnly(stack: string): number {
  const program = join(__dirname, "..", "..", "plan", "cli", "main.ts");
  spawnSync(process.execPath, ["--import", require.resolve("tsx"), program, stack], { stdio: "inherit" });
  process.stderr.write("\nThis host cannot boot machines, so the plan above was not rehearsed:\n");
  for (const { problem, remedy } of checkHost().problems) process.stderr.write(`  - ${problem}\n    ${remedy}\n`);
  return 1;
}

async function takeDown(id: string): Promise<number> {
  const found = await down(id);
  return printLines([found ? `took rehearsal ${id} down` : `there is no rehearsal ${id}`]);
}

async function showStatus(ids: readonly string[]): Promise<number> {
  if (ids.length === 0) printLines(["no rehearsals"]);
  for (const id of ids) {
    const running = RehearsalClient.of(id);
    const lines = await Promise.all([
      running.status(),
      running.droppedFlows(),
      running.iamReport().catch(() => undefined),
    ]).then(
      ([status, dropped, iam]) => [
        ...describeStatus(status, dropped),
        // There is no report before the plan is booted.
        ...(iam === undefined ? [] : describeDenials(iam)).map((line) => `  ${line}`),
      ],
      (error: unknown) => [messageOf(error)],
    );
    printLines(lines);
  }
  return 0;
}

async function showPermissions(id: string): Promise<number> {
  const report = await RehearsalClient.of(id).iamReport();
  return printLines([...describeDenials(report), describeSummary(report), ...describeUnused(report)]);
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

/** Id of the only rehearsal. */
function defaultId(): string {
  const ids = listRehearsals();
  if (ids.length > 1) throw new Error(`there are several rehearsals; choose one with --id: ${ids.join(", ")}`);
  return ids[0] ?? "staging";
}

function machineCounts(settings: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    settings.map((setting) => {
      const [group = "", count = ""] = setting.split("=");
      if (!/^\d+$/.test(count)) throw new UsageError(`--machines ${setting}: use <group>=<number>`);
      return [group, Number(count)];
    }),
  );
}

function iamMode(mode: string): IamReport["mode"] {
  if (mode !== "enforce" && mode !== "audit") throw new UsageError(`--iam ${mode}: choose enforce or audit`);
  return mode;
}

function positiveNumber(text: string, option: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new UsageError(`${option} ${text}: must be a positive number`);
  return number;
}

runProgram({ usage, options }, main);
