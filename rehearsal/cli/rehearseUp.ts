/** Boots a stack and shows the progress. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { alignColumns } from "../../cli/columns";
import { messageOf } from "../../cli/program";
import { machineVersions } from "../../components/node/machineVersions.plan";
import type { Plan } from "../../plan/planStack";
import { mergeSettings } from "../../stacks/file/merge";
import { prepareAssets } from "../assets";
import {
  bootPlanned,
  downOnFailure,
  planRehearsal,
  settingsOver,
  stackSpec,
  startSupervisor,
  waitUntilReady,
} from "../boot";
import { EngineStack } from "../engine/engineStack";
import { deniedSince, describeDenials, describeSummary, type IamReport } from "../aws/iam/report";
import { applyObjects } from "../kubernetes/applyObjects";
import { notRehearsed } from "../kubernetes/plannedObjects";
import { ciliumChosen, rehearsalSettings, substitutions } from "../settingOverrides";
import type { RehearsalClient } from "../supervisor/client";
import { down } from "../supervisor/down";
import type { RehearsalStatus } from "../supervisor/status";
import { renderTimeline } from "../timeline/timelinePage";
import { createDisplay } from "./display";
import { takeDownWhenInterrupted } from "./interruption";
import { describeNotRehearsed, describeObjects } from "./objectsTable";
import { Phases } from "./phases";
import { describeDropped, machineTable, stageChanges } from "./statusTable";

export interface RehearseOptions {
  readonly stack: string;
  readonly id: string;
  readonly machines: Readonly<Record<string, number>>;
  /** Default: `enforce`. */
  readonly iam?: IamReport["mode"];
  /** The Pulumi engine creates the resources. Default: false. */
  readonly engine?: boolean;
  /** With Cilium instead of flannel. Default: false. */
  readonly cilium?: boolean;
  readonly timeoutMs: number;
}

/** Exit code: 0 when every machine is ready, every object accepted and no call denied by IAM. A failure leaves the machines for inspection. */
export async function rehearse(options: RehearseOptions): Promise<number> {
  const phases = new Phases(createDisplay());
  takeDownWhenInterrupted(options.id);
  const launched = await launch(options, phases);
  try {
    return await bootMachines(launched, options, phases);
  } finally {
    // After a failure, too: it shows the step that failed or did not end.
    await writeTimeline(launched.client, options, phases);
  }
}

async function bootMachines(
  { client, plan, images, engine }: Launched,
  options: RehearseOptions,
  phases: Phases,
): Promise<number> {
  if (engine !== undefined) await runUp(engine, phases);
  const applying =
    engine === undefined
      ? applyObjects(client, plan, { timeoutMs: options.timeoutMs, images })
      : Promise.resolve({ accepted: [], refused: [], seconds: 0 });
  // Awaited below; until then a rejection is not unhandled.
  applying.catch(() => undefined);
  const status = await phases.run("Boot the machines", (output) => {
    let before: RehearsalStatus | undefined;
    return waitUntilReady(client, options.timeoutMs, (now) => {
      output.live(machineTable(now.machines, phases.display.width - 4));
      for (const change of stageChanges(before, now)) output.line(change);
      before = now;
    });
  });
  const applied = await phases.run("Apply the plan's objects", () => applying);
  const [program = "", ...kubectl] = status.kubectl ?? [];
  const nodes = spawnSync(program, [...kubectl, "get", "nodes"], { encoding: "utf8" });
  const uncovered = [...substitutions(await stackSpec(options.stack), plan.spec), ...notRehearsed(plan, images)];
  const iam = await client.iamReport();
  const lines = [
    nodes.stdout + nodes.stderr,
    ...(engine === undefined ? describeObjects(applied) : []),
    ...describeNotRehearsed(uncovered),
    ...describeAccess(status, options),
    ...describeDropped(await client.droppedFlows(), status.machines),
    ...describeDenials(iam),
    describeSummary(iam),
    "",
    ...phases.timings(status),
  ];
  for (const line of lines) phases.display.note(line);
  const accepted = applied.refused.length === 0 && deniedSince(undefined, iam).length === 0;
  return nodes.status === 0 && accepted ? 0 : 1;
}

/** Lines of the engine below the phase on a terminal, and the shortest time, in seconds, of a step that is shown elsewhere. */
const liveLines = 6;
const slowStep = /\((\d{2,}(\.\d+)?s|\d+m\d+s)\)|error|warning/;

/** Runs `pulumi up`, with the latest lines of its output on a terminal, and its slow steps elsewhere. */
function runUp(engine: EngineStack, phases: Phases): Promise<void> {
  return phases.run("Run pulumi up", (output) => {
    const lines: string[] = [];
    return engine.up((line) => {
      lines.push(line.trimEnd());
      output.live(lines.slice(-liveLines));
      if (slowStep.test(line)) output.line(line.trim());
    });
  });
}

interface Launched {
  readonly client: RehearsalClient;
  readonly plan: Plan;
  /** Images on every machine. */
  readonly images: readonly string[];
  /** Undefined if the rehearsal itself creates the resources. */
  readonly engine: EngineStack | undefined;
}

/** Runs everything before the first machine boots. Takes the rehearsal down on failure. */
async function launch(
  { stack, id, machines, iam, engine = false, cilium = false }: RehearseOptions,
  phases: Phases,
): Promise<Launched> {
  const chosen = cilium ? ciliumChosen : {};
  const spec = await stackSpec(stack, chosen);
  const [kubernetesVersion, ...upgrades] = machineVersions(spec);
  await phases.run("Remove an earlier rehearsal", () => down(id));
  const assets = await phases.run("Prepare machine image, software and tools", (output) =>
    prepareAssets({
      ...{ kubernetesVersion, upgrades, cilium, report: phases.reportTo(output) },
      note: (text) => {
        output.line(text);
      },
    }),
  );
  const overrides = describeOverrides(mergeSettings(rehearsalSettings(spec, assets.sha256), chosen));
  phases.display.note(`Settings of ${stack} that the rehearsal overrides: ${overrides}`);
  return downOnFailure(id, async () => {
    const [plan] = await phases.run(`Plan stack ${stack}`, () =>
      Promise.all([planRehearsal({ stack, overrides: chosen }, assets), startSupervisor(id, assets)]),
    );
    const title = engine ? "Start services" : "Create the plan's resources and start services";
    const client = await phases.run(title, () =>
      bootPlanned(id, plan, assets, { machines, iam, engine, overrides: chosen }),
    );
    const project = engine
      ? await phases.run("Prepare the Pulumi project", async (output) =>
          EngineStack.prepare(id, stack, await settingsOver({ stack }, assets), phases.reportTo(output)),
        )
      : undefined;
    return { client, plan, images: assets.images, engine: project };
  });
}

async function writeTimeline(client: RehearsalClient, { id, stack }: RehearseOptions, phases: Phases): Promise<void> {
  const { timeline } = client.paths;
  try {
    const machines = await client.bootTimes();
    const page = renderTimeline({ id, stack, host: phases.times, machines, recordedAt: Date.now() });
    writeFileSync(timeline, page, { mode: 0o600 });
    phases.display.note(`timeline of the boot: ${timeline}`);
  } catch (error) {
    // The failure of the boot itself matters more.
    phases.display.note(`no timeline of the boot: ${messageOf(error)}`);
  }
}

function describeAccess(
  { endpoint, kubeconfig, kubectl }: RehearsalStatus,
  { id, stack, engine }: RehearseOptions,
): string[] {
  const idFlag = id === stack ? "" : ` --id ${id}`;
  return alignColumns([
    ["endpoint", `${endpoint?.url ?? ""} (${endpoint?.address ?? ""} within the rehearsal)`],
    ["kubeconfig", kubeconfig ?? ""],
    ["kubectl", `${kubectl?.join(" ") ?? ""} get nodes`],
    ["or", `npx holdfast rehearse${idFlag} --kubectl -- get nodes`],
    ...(engine === true ? [["update", `npx holdfast rehearse${idFlag} --pulumi -- up`]] : []),
    ["inspect", `npx holdfast rehearse${idFlag} --shell <machine>`],
    ["permissions", `npx holdfast rehearse${idFlag} --permissions`],
    ["take down", `npx holdfast rehearse --down ${id}`],
  ]);
}

/** Overrides as JSON, with the number of hashes instead of the hashes. */
function describeOverrides(overrides: unknown): string {
  return JSON.stringify(overrides, (key, value: unknown) =>
    key === "sha256" && value !== null && typeof value === "object" ? `of ${Object.keys(value).length} files` : value,
  );
}
