/** Boots a stack on this host: in one call for tests, in steps for the command line. */
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterSpec } from "../components/clusterSpec";
import { machineVersions } from "../components/node/machineVersions.plan";
import { type Plan, PlanError, planStack } from "../plan/planStack";
import type { LiveStack } from "../plan/live/liveStack";
import { readStackFile } from "../plan/program/stackFile";
import { project } from "../stacks/file/config";
import { mergeSettings } from "../stacks/file/merge";
import { parseSettings } from "../stacks/settings";
import { stacksFolder } from "../stacks/stacksFolder";
import { prepareAssets, type RehearsalAssets, type Report } from "./assets";
import { groupSizes, settingSizes } from "./aws/autoScaling/groupSizes";
import { EngineStack } from "./engine/engineStack";
import { applyObjects, type AppliedObjects } from "./kubernetes/applyObjects";
import { withChartObjects } from "./kubernetes/charts";
import { supervisorCommand } from "./machines/cgroups";
import { inNamespace } from "./machines/namespaces";
import { Network } from "./machines/network";
import { isCiliumChosen, rehearsalSettings } from "./settingOverrides";
import { writeBootPlan } from "./supervisor/bootPlan";
import { RehearsalClient } from "./supervisor/client";
import { down } from "./supervisor/down";
import { type BootChoices, toBootPlan } from "./supervisor/fromPlan";
import { checkHostCapacity } from "./supervisor/hostCapacity";
import { statePaths, stateRoot } from "./supervisor/statePaths";
import type { RehearsalStatus } from "./supervisor/status";

export { down } from "./supervisor/down";

const defaultTimeoutMs = 600_000;

export interface BootOptions {
  readonly stack: string;
  /** Name of the rehearsal. Default: name of the stack. */
  readonly id?: string;
  /** The real Pulumi engine creates the resources, with `pulumi up`. Default: false. */
  readonly engine?: boolean;
  /** Initial machines of groups, by group name. Default: the sizes in the plan, and one per worker pool that may have machines. */
  readonly machines?: Readonly<Record<string, number>>;
  /** Refuse calls that signatures or policies forbid, or record them only. Default: `enforce`. */
  readonly iam?: BootChoices["iam"];
  /** Settings that override those of the stack and of the rehearsal. */
  readonly overrides?: Readonly<Record<string, unknown>>;
  /** Kubernetes versions that machines may get later, in an upgrade. Default: none. */
  readonly upgrades?: readonly string[];
  /** Receives the progress of building assets. */
  readonly report?: Report;
  /** Time for all machines to become ready. Default: ten minutes. */
  readonly timeoutMs?: number;
}

/**
 * Boots a stack. Resolves when every machine is ready and the API server has accepted every object of the plan. Takes an earlier
 * rehearsal with this id down first. Rejects after the timeout, and leaves the machines for inspection.
 */
export async function boot(options: BootOptions): Promise<RehearsalClient> {
  const id = options.id ?? options.stack;
  const { upgrades = [], overrides = {}, report = () => undefined } = options;
  const [kubernetesVersion, ...others] = machineVersions(await stackSpec(options.stack, overrides));
  await down(id);
  const assets = await prepareAssets({
    ...{ kubernetesVersion, upgrades: [...others, ...upgrades], report },
    cilium: isCiliumChosen(overrides),
  });
  const { client, plan } = await downOnFailure(id, async () => {
    const [planned] = await Promise.all([planRehearsal(options, assets), startSupervisor(id, assets)]);
    return { client: await bootPlanned(id, planned, assets, options), plan: planned };
  });
  if (options.engine === true) {
    const settings = await settingsOver(options, assets);
    await (await EngineStack.prepare(id, options.stack, settings, report)).up();
    await waitUntilReady(client, options.timeoutMs);
    return client;
  }
  // In parallel: nodes become Ready only with a pod network, which may be among the objects.
  const [applied] = await Promise.all([
    applyObjects(client, plan, { timeoutMs: options.timeoutMs ?? defaultTimeoutMs, images: assets.images }),
    waitUntilReady(client, options.timeoutMs),
  ]);
  checkAllAccepted(applied);
  return client;
}

/** @throws if the API server has refused objects, with the reasons */
function checkAllAccepted({ refused }: AppliedObjects): void {
  if (refused.length === 0) return;
  const lines = refused.map(({ object, phase, status, message }) => `${object}: ${phase}: ${status}: ${message}`);
  throw new Error(`the API server refused ${refused.length} objects:\n${lines.join("\n")}`);
}

/** Runs a part of the boot; takes the rehearsal down if it fails. */
export async function downOnFailure<T>(id: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await down(id);
    throw error;
  }
}

/** Settings of a stack file, with overrides. @throws PlanError with all problems */
export async function stackSpec(
  stack: string,
  overrides: Readonly<Record<string, unknown>> = {},
): Promise<ClusterSpec> {
  const { config: read, places } = await readStackFile(stacksFolder, stack);
  const key = `${project}:cluster`;
  const config = { ...read, [key]: mergeSettings(read[key] ?? {}, overrides) };
  const settings = parseSettings(config);
  if (!settings.ok) throw new PlanError(places.locate(settings.problems, config));
  return settings.spec;
}

/** Settings over those of the stack: the rehearsal's, and those of the user over them. */
export async function settingsOver(
  { stack, overrides = {} }: Pick<BootOptions, "stack" | "overrides">,
  { sha256 }: Pick<RehearsalAssets, "sha256">,
): Promise<object> {
  return mergeSettings(rehearsalSettings(await stackSpec(stack, overrides), sha256), overrides) as object;
}

/**
 * Plans the stack with the rehearsal's overrides, and with those of the user over them.
 * @param live what runs already. Default: nothing.
 */
export async function planRehearsal(
  options: Pick<BootOptions, "stack" | "overrides">,
  assets: Pick<RehearsalAssets, "sha256" | "charts">,
  live?: LiveStack,
): Promise<Plan> {
  const plan = await planStack(options.stack, { overrides: await settingsOver(options, assets), live });
  return assets.charts === undefined ? plan : withChartObjects(plan, assets.charts);
}

/** Creates the state directory and the network, and starts the supervisor in it. Resolves when the supervisor listens. */
export async function startSupervisor(id: string, { tools }: RehearsalAssets): Promise<RehearsalClient> {
  const paths = statePaths(id);
  mkdirSync(paths.directory, { recursive: true, mode: 0o700 });
  const { namespace } = await Network.create(paths.directory);
  const log = openSync(paths.log, "a", 0o600);
  const script = join(__dirname, "supervisor", `supervisor${extname(__filename)}`);
  const node = [process.execPath, "--import", require.resolve("tsx"), script, id, stateRoot(), tools.motoServer];
  const [program = "", ...argv] = supervisorCommand(inNamespace(namespace, node));
  const supervisor = spawn(program, argv, { cwd: join(__dirname, ".."), detached: true, stdio: ["ignore", log, log] });
  closeSync(log);
  supervisor.unref();
  const ended = new Promise<never>((_resolve, reject) => {
    supervisor.once("error", reject);
    supervisor.once("exit", () => {
      reject(new Error(`the supervisor ended: ${lastLines(paths.log)}`));
    });
  });
  const client = RehearsalClient.of(id);
  await Promise.race([ended, waitUntilListening(client)]);
  supervisor.removeAllListeners();
  return client;
}

/** Passes a plan to the supervisor. Resolves when its machines boot. @throws if this host lacks the capacity */
export async function bootPlanned(
  id: string,
  plan: Plan,
  assets: RehearsalAssets,
  choices: BootChoices = {},
): Promise<RehearsalClient> {
  const client = RehearsalClient.of(id);
  const bootPlan = toBootPlan(plan, assets, choices);
  const sizes = bootPlan.engine ? settingSizes(bootPlan.resources) : groupSizes(bootPlan.resources, bootPlan.machines);
  checkHostCapacity(sizes.flatMap((size) => Array.from({ length: size.machines }, () => size.role)));
  writeBootPlan(client.paths.plan, bootPlan);
  await client.boot();
  return client;
}

/** Waits until every machine is ready and passes each status to `show`. Rejects after the timeout. */
export async function waitUntilReady(
  client: RehearsalClient,
  timeoutMs = defaultTimeoutMs,
  show: (status: RehearsalStatus) => void = () => undefined,
): Promise<RehearsalStatus> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const status = await client.status();
    show(status);
    if (status.ready) return status;
    if (Date.now() > deadline) {
      const waiting = status.machines.filter(({ ready }) => !ready).map(({ name, stage }) => `${name} (${stage})`);
      throw new Error(`not ready after ${timeoutMs / 1000} s: ${[...waiting, ...status.problems].join("; ")}`);
    }
    await sleep(500);
  }
}

async function waitUntilListening(client: RehearsalClient): Promise<void> {
  for (;;) {
    try {
      await client.status();
      return;
    } catch {
      await sleep(30);
    }
  }
}

function lastLines(file: string): string {
  return readFileSync(file, "utf8").trimEnd().split("\n").slice(-5).join("\n");
}
