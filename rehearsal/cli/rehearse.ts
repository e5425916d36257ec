/** `holdfast rehearse`: boots a stack on this host, inspects it, and takes it down. */
import { type SpawnSyncOptions, spawnSync } from "node:child_process";
import { join } from "node:path";
import { UsageError, messageOf, printJson, printLines } from "../../cli/program";
import { checkHost } from "../assets";
import { type SoftwareOptions, applySoftwareOptions } from "../assets/software";
import { describeDenials, describeSummary, describeUnused, type IamReport } from "../aws/iam/report";
import { RehearsalClient } from "../supervisor/client";
import { down, listRehearsals } from "../supervisor/down";
import { describeStatus } from "./statusTable";

interface RehearsalOptions {
  readonly id?: string | undefined;
  /** Initial machines of groups, by group name. */
  readonly machines?: Readonly<Record<string, number>> | undefined;
  readonly iam: IamReport["mode"];
  readonly markdown?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** Each option without a default is an action of its own; without any, the stack boots. */
export interface RehearseOptions extends RehearsalOptions, SoftwareOptions {
  readonly drill?: string | undefined;
  readonly conformance?: boolean | undefined;
  /** Regular expression of the suite's tests. */
  readonly focus?: string | undefined;
  readonly status?: boolean | undefined;
  readonly permissions?: boolean | undefined;
  readonly kubectl?: boolean | undefined;
  readonly pulumi?: boolean | undefined;
  readonly shell?: string | undefined;
  readonly logs?: string | undefined;
  readonly down?: boolean | undefined;
  /** The Pulumi engine creates the resources. */
  readonly engine?: boolean | undefined;
  readonly cilium?: boolean | undefined;
  /** Seconds. */
  readonly timeout: number;
}

/** @param words a stack or rehearsal; arguments of kubectl or pulumi; a command for a machine */
export async function runRehearse(words: readonly string[], options: RehearseOptions): Promise<number> {
  const id = () => options.id ?? defaultId();
  const json = options.json === true;
  if (options.kubectl === true) return kubectl(id(), words);
  if (options.pulumi === true) return pulumi(id(), words);
  if (options.shell !== undefined) return onMachine(id(), options.shell, words.length > 0 ? words : undefined);
  if (options.logs !== undefined) {
    const args = words.length > 0 ? words : ["--no-pager"];
    return onMachine(id(), options.logs, ["journalctl", "--no-hostname", ...args]);
  }
  if (words.length > 1) throw new UsageError(`specify one stack, not ${words.join(", ")}`);
  if (options.down === true) return takeDown(options.id ?? words[0] ?? defaultId(), json);
  if (options.status === true) return showStatus(options.id === undefined ? listRehearsals() : [options.id], json);
  if (options.permissions === true) return showPermissions(id(), json);
  applySoftwareOptions(options);
  const [stack = "staging"] = words;
  if (options.drill === "list") return listDrills(json);
  if (options.engine === true && options.machines !== undefined) {
    throw new UsageError("--machines is not valid with --engine, which boots the sizes of the settings; remove it");
  }
  if (options.drill !== undefined) return runDrills(stack, options.drill, options);
  if (options.focus !== undefined && options.conformance !== true) {
    throw new UsageError("--focus selects tests of --conformance; add it, or remove --focus");
  }
  if (options.conformance === true) return runConformance(stack, options);
  if (json) {
    const valid = "--status, --permissions, --down, --drill and --conformance";
    throw new UsageError(`--json is only valid with ${valid}; remove it`);
  }
  if (!checkHost().ok) return planOnly(stack);
  // Planning takes a second to load.
  const { rehearse } = require("./rehearseUp") as typeof import("./rehearseUp");
  return rehearse({
    stack,
    id: options.id ?? stack,
    machines: options.machines ?? {},
    iam: options.iam,
    engine: options.engine === true,
    cilium: options.cilium === true,
    timeoutMs: options.timeout * 1000,
  });
}

const loadDrill = () => require("./drill") as typeof import("./drill");

/** Prints the drills, and the faults that cannot be rehearsed. */
export const listDrills = (json: boolean): number => loadDrill().listDrills(json);

/**
 * Injects faults into a rehearsal of a stack.
 * @param names separated by commas, or `all`
 */
export async function runDrills(stack: string, names: string, options: RehearsalOptions): Promise<number> {
  if (!checkHost().ok) return planOnly(stack);
  return loadDrill().drill({
    ...{ stack, id: options.id ?? stack, names, markdown: options.markdown === true, json: options.json === true },
    machines: options.machines ?? {},
    iam: options.iam,
  });
}

/** Runs Kubernetes' conformance suite on a rehearsal of a stack. */
async function runConformance(
  stack: string,
  { id = stack, focus, json = false, markdown = false, machines = {}, iam, cilium = false }: RehearseOptions,
): Promise<number> {
  if (!checkHost().ok) return planOnly(stack);
  const suite = require("./conformance") as typeof import("./conformance");
  return suite.runConformance({ stack, id, focus, json, markdown, machines, iam, cilium });
}

/**
 * Injects random faults into a rehearsal of a stack, one after another.
 * @param seed integer that determines the faults
 */
export async function runSoak(
  stack: string,
  soak: { readonly minutes: number; readonly seed: number },
  { id = stack, json = false, machines = {}, iam }: RehearsalOptions,
): Promise<number> {
  if (!checkHost().ok) return planOnly(stack);
  const { soakRehearsal } = require("./soak") as typeof import("./soak");
  return soakRehearsal({ ...soak, stack, id, json, machines, iam });
}

/** Shows only the plan, on a host that cannot boot machines. */
function planOnly(stack: string): number {
  const holdfast = join(__dirname, "..", "..", "cli", "holdfast.cjs");
  spawnSync(process.execPath, [holdfast, "plan", stack], { stdio: "inherit" });
  process.stderr.write("\nThis host cannot boot machines, so the plan above was not rehearsed:\n");
  for (const { problem, remedy } of checkHost().problems) process.stderr.write(`  - ${problem}\n    ${remedy}\n`);
  return 1;
}

async function takeDown(id: string, json: boolean): Promise<number> {
  const found = await down(id);
  if (json) return printJson({ id, found });
  return printLines([found ? `took rehearsal ${id} down` : `there is no rehearsal ${id}`]);
}

async function showStatus(ids: readonly string[], json: boolean): Promise<number> {
  if (json) {
    const status = (id: string): Promise<object> =>
      RehearsalClient.of(id)
        .status()
        .catch((error: unknown) => ({ id, problems: [messageOf(error)] }));
    return printJson(await Promise.all(ids.map(status)));
  }
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

async function showPermissions(id: string, json: boolean): Promise<number> {
  const report = await RehearsalClient.of(id).iamReport();
  if (json) return printJson(report);
  return printLines([...describeDenials(report), describeSummary(report), ...describeUnused(report)]);
}

async function kubectl(id: string, args: readonly string[]): Promise<number> {
  const { kubectl: command } = await RehearsalClient.of(id).status();
  if (command === undefined) throw new Error("the cluster has no address yet");
  return runInherited([...command, ...args]);
}

async function pulumi(id: string, args: readonly string[]): Promise<number> {
  const { EngineStack } = require("../engine/engineStack") as typeof import("../engine/engineStack");
  const { argv, cwd, env } = await EngineStack.of(id).command(args);
  return runInherited(argv, { cwd, env });
}

async function onMachine(id: string, machine: string, argv?: readonly string[]): Promise<number> {
  return runInherited(await RehearsalClient.of(id).shellCommand(machine, argv));
}

function runInherited(
  [command = "", ...args]: readonly string[],
  options: Pick<SpawnSyncOptions, "cwd" | "env"> = {},
): number {
  const { status, error } = spawnSync(command, args, { stdio: "inherit", ...options });
  if (error !== undefined) throw error;
  return status ?? 1;
}

/** Id of the only rehearsal. */
function defaultId(): string {
  const ids = listRehearsals();
  if (ids.length > 1) throw new Error(`there are several rehearsals; choose one with --id: ${ids.join(", ")}`);
  return ids[0] ?? "staging";
}
