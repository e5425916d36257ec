/** Boots a stack and shows how it goes. */
import { spawnSync } from "node:child_process";
import { alignColumns } from "../../cli/columns";
import { prepareAssets, type Report } from "../assets";
import { bootPlanned, downOnFailure, planRehearsal, stackSpec, startSupervisor, waitUntilReady } from "../boot";
import type { RehearsalClient } from "../supervisor/client";
import { down } from "../supervisor/down";
import type { RehearsalStatus } from "../supervisor/status";
import { applyObjects } from "../kubernetes/applyObjects";
import { notRehearsed } from "../kubernetes/plannedObjects";
import type { Plan } from "../../plan/planStack";
import { rehearsalSettings, substitutions } from "../settingOverrides";
import { createDisplay, type Display, type PhaseOutput } from "./display";
import { takeDownWhenInterrupted } from "./interruption";
import { describeNotRehearsed, describeObjects } from "./objectsTable";
import { describeDropped, machineTable, stageChanges } from "./statusTable";

export interface RehearseOptions {
  readonly stack: string;
  readonly id: string;
  readonly machines: Readonly<Record<string, number>>;
  readonly timeoutMs: number;
}

/** Exit code: 0 when every machine is ready. A failure leaves the machines for inspection; an interruption does not. */
export async function rehearse(options: RehearseOptions): Promise<number> {
  const phases = new Phases(createDisplay());
  takeDownWhenInterrupted(options.id);
  const { client, plan, images } = await launch(options, phases);
  const applying = applyObjects(client, plan, { timeoutMs: options.timeoutMs, images });
  // Waited for below; until then nobody would hear it fail.
  applying.catch(() => undefined);
  const status = await phases.run("Boot machines until all are ready", (output) => {
    let before: RehearsalStatus | undefined;
    return waitUntilReady(client, options.timeoutMs, (now) => {
      output.live(machineTable(now.machines, phases.display.width - 4));
      for (const change of stageChanges(before, now)) output.line(change);
      before = now;
    });
  });
  const applied = await phases.run("Apply the plan's objects to the API server", () => applying);
  const [program = "", ...kubectl] = status.kubectl ?? [];
  const nodes = spawnSync(program, [...kubectl, "get", "nodes"], { encoding: "utf8" });
  phases.display.note(nodes.stdout + nodes.stderr);
  for (const line of describeObjects(applied)) phases.display.note(line);
  const left = [...substitutions(await stackSpec(options.stack)), ...notRehearsed(plan, images)];
  for (const line of describeNotRehearsed(left)) phases.display.note(line);
  for (const line of howToGoOn(status, options)) phases.display.note(line);
  for (const line of describeDropped(await client.droppedFlows(), status.machines)) phases.display.note(line);
  phases.display.note("");
  for (const line of phases.timings(status)) phases.display.note(line);
  return nodes.status === 0 && applied.refused.length === 0 ? 0 : 1;
}

interface Launched {
  readonly client: RehearsalClient;
  readonly plan: Plan;
  /** Images that machines have. */
  readonly images: readonly string[];
}

/** Everything up to the first machine's start; a failure leaves nothing. */
async function launch({ stack, id, machines }: RehearseOptions, phases: Phases): Promise<Launched> {
  const spec = await stackSpec(stack);
  const { kubernetesVersion } = spec;
  await phases.run("Remove what an earlier run left", () => down(id));
  const assets = await phases.run("Prepare machine image, software and tools", (output) =>
    prepareAssets({ kubernetesVersion, report: assetReport(output) }),
  );
  phases.display.note(
    `Settings of ${stack} changed for the rehearsal: ${summary(rehearsalSettings(spec, assets.sha256))}`,
  );
  return downOnFailure(id, async () => {
    const [plan] = await phases.run(`Plan stack ${stack}`, () =>
      Promise.all([planRehearsal({ stack }, assets), startSupervisor(id, assets)]),
    );
    const client = await phases.run("Make the plan's resources and services", () =>
      bootPlanned(id, plan, assets, machines),
    );
    return { client, plan, images: assets.images };
  });
}

/** Phases that are shown as they run, and their seconds at the end. */
class Phases {
  readonly #seconds: [title: string, seconds: number][] = [];

  constructor(readonly display: Display) {}

  async run<T>(title: string, work: (output: PhaseOutput) => Promise<T>): Promise<T> {
    const started = performance.now();
    const result = await this.display.phase(title, work);
    this.#seconds.push([title, (performance.now() - started) / 1000]);
    return result;
  }

  timings(status: RehearsalStatus): string[] {
    const within = Object.entries(status.phases).map(([name, took]): [string, number] => [`  ${name}`, took]);
    const all = [...this.#seconds, ...within, ["First machine's start to all ready", status.readyAfter ?? 0] as const];
    return alignColumns(all.map(([name, took]) => [name, `${took.toFixed(1)} s`]));
  }
}

function howToGoOn({ endpoint, kubeconfig, kubectl }: RehearsalStatus, { id, stack }: RehearseOptions): string[] {
  const idFlag = id === stack ? "" : ` --id ${id}`;
  return alignColumns([
    ["endpoint", `${endpoint?.url ?? ""} (${endpoint?.address ?? ""} within the rehearsal)`],
    ["kubeconfig", kubeconfig ?? ""],
    ["kubectl", `${kubectl?.join(" ") ?? ""} get nodes`],
    ["or", `npm run rehearse --${idFlag} --kubectl -- get nodes`],
    ["look inside", `npm run rehearse --${idFlag} --shell <machine>`],
    ["take down", `npm run rehearse -- --down ${id}`],
  ]);
}

/** Each step of the assets as it goes on. */
function assetReport(output: PhaseOutput): Report {
  const running = new Set<string>();
  return (step, state, took) => {
    if (state === "start") running.add(step);
    else running.delete(step);
    output.live([...running]);
    if (state !== "cached") output.line(took === undefined ? `${step} …` : `${step}: ${took.toFixed(0)} s`);
  };
}

/** Hashes are for machines to read. */
function summary(overrides: unknown): string {
  return JSON.stringify(overrides, (key, value: unknown) =>
    key === "sha256" && value !== null && typeof value === "object" ? `of ${Object.keys(value).length} files` : value,
  );
}
