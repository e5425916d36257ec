/** Boots a stack and shows how it goes. */
import { spawnSync } from "node:child_process";
import { prepareAssets, type Report } from "../assets";
import { bootPlanned, down, planRehearsal, rehearsalOverrides, startSupervisor, stackSpec, untilReady } from "../boot";
import type { RehearsalStatus } from "../cloud/status";
import { createDisplay, type PhaseOutput } from "./display";
import { alignColumns, machineTable, stageChanges } from "./statusTable";

export interface RehearseOptions {
  readonly stack: string;
  readonly id: string;
  readonly machines: Readonly<Record<string, number>>;
  readonly timeoutMs: number;
}

/** Exit code: 0 when every machine is ready. A failure leaves the machines for inspection; an interruption does not. */
export async function rehearse({ stack, id, machines, timeoutMs }: RehearseOptions): Promise<number> {
  const display = createDisplay();
  const { kubernetesVersion } = await stackSpec(stack);
  takeDownWhenInterrupted(id);
  const seconds: [phase: string, seconds: number][] = [];
  const phase = async <T>(title: string, run: (output: PhaseOutput) => Promise<T>): Promise<T> => {
    const started = performance.now();
    const result = await display.phase(title, run);
    seconds.push([title, (performance.now() - started) / 1000]);
    return result;
  };

  await phase("Remove what an earlier run left", () => down(id));
  const assets = await phase("Prepare machine image, software and tools", (output) =>
    prepareAssets({ kubernetesVersion, report: assetReport(output) }),
  );
  const plan = await phase(`Plan stack ${stack}`, async (output) => {
    output.line(`settings changed for the rehearsal: ${JSON.stringify(summary(rehearsalOverrides(assets)))}`);
    const [planned] = await Promise.all([planRehearsal({ stack }, assets), startSupervisor(id, assets)]);
    return planned;
  });
  const client = await phase("Make the plan's resources and services", () => bootPlanned(id, plan, assets, machines));
  const status = await phase("Boot machines until all are ready", (output) => {
    let before: RehearsalStatus | undefined;
    return untilReady(client, timeoutMs, (now) => {
      output.live(machineTable(now.machines, display.width - 4));
      for (const change of stageChanges(before, now)) output.line(change);
      before = now;
    });
  });

  const [program = "", ...kubectl] = status.kubectl ?? [];
  const nodes = spawnSync(program, [...kubectl, "get", "nodes", "-o", "wide"], { encoding: "utf8" });
  const lines = [
    "",
    nodes.stdout + nodes.stderr,
    `endpoint    ${status.endpoint?.url ?? ""} (${status.endpoint?.address ?? ""} within the rehearsal)`,
    `kubeconfig  ${status.kubeconfig ?? ""}`,
    `kubectl     ${[program, ...kubectl].join(" ")} get nodes`,
    `            npm run rehearse -- --kubectl${idFlag(id, stack)} -- get nodes`,
    `take down   npm run rehearse -- --down ${id}`,
    "",
    ...alignColumns([...seconds, ...machinePhases(status)].map(([name, took]) => [name, `${took.toFixed(1)} s`])),
    "",
  ];
  process.stdout.write(lines.join("\n"));
  return nodes.status === 0 ? 0 : 1;
}

function machinePhases(status: RehearsalStatus): [string, number][] {
  const inSupervisor = Object.entries(status.phases).map(([name, took]): [string, number] => [`  ${name}`, took]);
  return [...inSupervisor, ["First machine's start to all ready", status.readyAfter ?? 0]];
}

function idFlag(id: string, stack: string): string {
  return id === stack ? "" : ` --id ${id}`;
}

/** Ctrl-C takes back what was begun, so that nothing runs that nobody sees. */
function takeDownWhenInterrupted(id: string): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      process.stderr.write(`\ninterrupted: removing rehearsal ${id}\n`);
      void down(id).finally(() => process.exit(signal === "SIGINT" ? 130 : 143));
    });
  }
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
function summary(overrides: unknown): unknown {
  return JSON.parse(
    JSON.stringify(overrides, (key, value: unknown) =>
      key === "sha256" && value !== null && typeof value === "object" ? `${Object.keys(value).length} files` : value,
    ),
  );
}
