/** Runs one drill on a cluster, with writers at work throughout. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Check, Drill, DrillContext } from "./drill";
import { waitForFullStrength } from "./fullStrength";
import type { RehearsedCluster } from "./rehearsedCluster";
import { type DrillResult, evaluateDrill } from "./result";
import { announcedLoss, type RestorePoint } from "./writes";
import { Writer } from "./writer";

/** Writes before the fault, and after full strength: enough to see that they go through. */
const calmMs = 3_000;
/** How long a cluster may take to be whole before a drill; and beyond its promise after one, for the figure. */
const patienceMs = 300_000;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Runs a drill. What the cluster does wrong is in the result.
 * @throws if the cluster is not whole before it.
 */
export async function runDrill(
  drill: Drill,
  cluster: RehearsedCluster,
  log: (text: string) => void,
): Promise<DrillResult> {
  await waitForFullStrength(cluster, patienceMs);
  const { members = 3 } = drill;
  if (cluster.memberNames.length < members) throw new Error(`${drill.name} takes ${members} members of etcd`);
  const writer = await Writer.start(cluster, `drill-${drill.name}-${Date.now().toString(36)}`);
  const problems: string[] = [];
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    await work().catch((error: unknown) => problems.push(messageOf(error)));
  };
  let began: number | undefined;
  let ended: number | undefined;
  let fullStrengthAt: number | undefined;
  let restored: RestorePoint | undefined;
  let check: Check | undefined;
  const tidying: Check[] = [];
  const scene: DrillContext = {
    cluster,
    log,
    begins: () => (began = Date.now()),
    ends: () => (ended = Date.now()),
    afterwards: (tidy) => tidying.unshift(tidy),
    restores: (to, what) => {
      restored = to;
      const gone = announcedLoss(writer.writes, to).length;
      log(`restoring ${what}: what was written after revision ${to.revision} will be gone, ${gone} writes until now`);
    },
  };
  try {
    await sleep(calmMs);
    const started = Date.now();
    await attempt(async () => {
      check = (await drill.inject(scene)) ?? undefined;
    });
    began ??= started;
    ended ??= Date.now();
    await attempt(async () => {
      fullStrengthAt = await waitForFullStrength(cluster, drill.limits.fullStrengthMs + patienceMs);
    });
    await sleep(calmMs);
    await writer.stop();
    if (fullStrengthAt !== undefined && check !== undefined) await attempt(check);
    for (const tidy of tidying) await attempt(tidy);
    const stored = await writer.stored().catch((error: unknown) => {
      problems.push(`what is stored cannot be listed: ${messageOf(error)}`);
      return new Set<string>();
    });
    return evaluateDrill(drill, {
      ...{ writes: writer.writes, stored, began, ended, problems, externalEtcd: cluster.externalEtcd },
      ...(fullStrengthAt !== undefined && { fullStrengthAt }),
      ...(restored !== undefined && { restored }),
    });
  } finally {
    await writer.stop();
  }
}
