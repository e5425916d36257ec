/** Boots a plan on this host, and takes it down again. What the command line shows step by step, tests do in one call. */
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterSpec } from "../components/clusterSpec";
import { parseSettings } from "../stacks/settings";
import { prepareAssets, type RehearsalAssets, type Report } from "./assets";
import { writeBootPlan } from "./supervisor/bootPlan";
import { RehearsalClient } from "./supervisor/client";
import { down } from "./supervisor/down";
import { toBootPlan } from "./supervisor/fromPlan";
import { groupSizes } from "./aws/autoScaling/groupSizes";
import { checkHostCapacity } from "./supervisor/hostCapacity";
import { type StatePaths, statePaths, stateRoot } from "./supervisor/state";
import type { RehearsalStatus } from "./supervisor/status";
import { supervisorCommand } from "./machines/cgroups";
import { createNetwork } from "./machines/network";
import { type Plan, PlanError, planStack } from "../plan/planStack";
import { applyObjects, type AppliedObjects } from "./kubernetes/applyObjects";
import { mergeSettings, readStackFile } from "../plan/program/stackFile";
import { rehearsalSettings } from "./settingOverrides";

export { down } from "./supervisor/down";

const defaultTimeoutMs = 600_000;

export interface BootOptions {
  readonly stack: string;
  /** Name of the rehearsal; default the stack's. */
  readonly id?: string;
  /** Machines that a group starts with, by its name; worker pools start with one otherwise. */
  readonly machines?: Readonly<Record<string, number>>;
  /** Merged into the stack's settings, after the rehearsal's own. */
  readonly overrides?: Readonly<Record<string, unknown>>;
  /** Told of the assets' steps. */
  readonly report?: Report;
  /** How long all machines may take to become ready. Default ten minutes. */
  readonly timeoutMs?: number;
}

/**
 * Boots a stack and resolves when every machine is ready and the API server has taken every object of the plan. What an
 * earlier rehearsal with this id left is removed first. Rejects, and leaves the machines for inspection, if it does not come
 * to that in time.
 */
export async function boot(options: BootOptions): Promise<RehearsalClient> {
  const id = options.id ?? options.stack;
  const { kubernetesVersion } = await stackSpec(options.stack);
  await down(id);
  const assets = await prepareAssets({ kubernetesVersion, report: options.report ?? (() => undefined) });
  const { client, plan } = await downOnFailure(id, async () => {
    const [planned] = await Promise.all([planRehearsal(options, assets), startSupervisor(id, assets)]);
    return { client: await bootPlanned(id, planned, assets, options.machines), plan: planned };
  });
  // Nodes become Ready with a pod network, which may be among the objects.
  const [applied] = await Promise.all([
    applyObjects(client, plan, { timeoutMs: options.timeoutMs ?? defaultTimeoutMs, images: assets.images }),
    waitUntilReady(client, options.timeoutMs),
  ]);
  checkAllAccepted(applied);
  return client;
}

/** @throws if the API server has refused an object, with each and its reason. */
export function checkAllAccepted({ refused }: AppliedObjects): void {
  if (refused.length === 0) return;
  const lines = refused.map(({ object, phase, status, message }) => `${object}: ${phase}: ${status}: ${message}`);
  throw new Error(`the API server refused ${refused.length} objects:\n${lines.join("\n")}`);
}

/** Does a part of the way to machines; if it fails, everything that was begun is removed. */
export async function downOnFailure<T>(id: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await down(id);
    throw error;
  }
}

/**
 * The cluster that a stack file describes.
 * @throws PlanError with every problem of its settings.
 */
export async function stackSpec(stack: string): Promise<ClusterSpec> {
  const settings = parseSettings(await readStackFile(join(__dirname, "..", "stacks"), stack));
  if (!settings.ok) throw new PlanError(settings.problems);
  return settings.spec;
}

/** The stack's plan with the rehearsal's overrides. */
export async function planRehearsal(
  { stack, overrides = {} }: Pick<BootOptions, "stack" | "overrides">,
  { sha256 }: Pick<RehearsalAssets, "sha256">,
): Promise<Plan> {
  const own = rehearsalSettings(await stackSpec(stack), sha256);
  return planStack(stack, { overrides: mergeSettings(own, overrides) as object });
}

/** Makes the state directory and the network, and starts the supervisor in it; resolves when it listens. */
export async function startSupervisor(id: string, { tools }: RehearsalAssets): Promise<RehearsalClient> {
  const paths = statePaths(id);
  mkdirSync(paths.directory, { recursive: true, mode: 0o700 });
  const { namespace } = await createNetwork(paths.directory);
  const log = openSync(paths.log, "a", 0o600);
  const [program = "", ...argv] = supervisorCommand([
    "nsenter",
    `--net=/run/netns/${namespace}`,
    process.execPath,
    "--import",
    require.resolve("tsx"),
    join(__dirname, "supervisor", "supervisor.ts"),
    id,
    stateRoot(),
    tools.motoServer,
  ]);
  const supervisor = spawn(program, argv, { cwd: join(__dirname, ".."), detached: true, stdio: ["ignore", log, log] });
  closeSync(log);
  supervisor.unref();
  const ended = new Promise<never>((_resolve, reject) => {
    supervisor.once("error", reject);
    supervisor.once("exit", () => {
      reject(new Error(`the supervisor ended: ${lastLines(paths.log)}`));
    });
  });
  await Promise.race([ended, untilListening(paths)]);
  supervisor.removeAllListeners();
  return RehearsalClient.of(id);
}

/**
 * Hands a plan to the supervisor; resolves when its machines are on their way.
 * @throws if this host has no room for them.
 */
export async function bootPlanned(
  id: string,
  plan: Plan,
  assets: RehearsalAssets,
  machines: Readonly<Record<string, number>> = {},
): Promise<RehearsalClient> {
  const client = RehearsalClient.of(id);
  const bootPlan = toBootPlan(plan, assets, machines);
  checkHostCapacity(
    groupSizes(bootPlan.resources, machines).flatMap(({ role, machines: count }) =>
      Array.from({ length: count }, () => role),
    ),
  );
  writeBootPlan(client.paths.plan, bootPlan);
  await client.boot();
  return client;
}

/** Waits until every machine is ready, showing each status. Rejects when the time is over. */
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

async function untilListening(paths: StatePaths): Promise<void> {
  const client = RehearsalClient.of(paths.id);
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
