/** Faults of a soak and their times, drawn at random from a seed. Pure. */
import { createHash } from "node:crypto";
import type { SoakCosts } from "../drill";

export interface SoakFault {
  readonly name: string;
  readonly costs: SoakCosts;
}

export interface SoakRequest {
  /** Integer; the same seed, with the same other fields, gives the same schedule. */
  readonly seed: number;
  /** Duration of the soak. */
  readonly minutes: number;
  /** Number of etcd members of the cluster. */
  readonly members: number;
  /** Faults to choose from. */
  readonly faults: readonly SoakFault[];
}

export interface ScheduledFault {
  readonly name: string;
  /** Seconds since the start of the soak. A fault starts later if the cluster recovers later than usual from the one before. */
  readonly startsAt: number;
  /** Planned end, with the recovery. */
  readonly endsAt: number;
}

/** Pause before a fault in s: undisturbed operations between 5 and 30 s. */
const pause = { least: 5, most: 30 } as const;

/** Number of members that may be unavailable at the same time without loss of the quorum. */
export const quorumTolerance = (members: number): number => Math.floor((members - 1) / 2);

/**
 * Faults one after another, each with the usual time of its recovery before the next one, until none fits into the duration. No
 * fault exceeds the quorum's tolerance. Each fault comes once before one comes again, and never twice in succession if there is another.
 */
export function scheduleSoak({ seed, minutes, members, faults }: SoakRequest): readonly ScheduledFault[] {
  const allowed = faults.filter(({ costs }) => costs.members <= quorumTolerance(members));
  const next = randomNumbers(seed);
  const scheduled: ScheduledFault[] = [];
  for (;;) {
    const { name: last, endsAt: since } = scheduled.at(-1) ?? { name: "", endsAt: 0 };
    const startsAt = since + pause.least + Math.floor(next() * (pause.most - pause.least + 1));
    const fitting = allowed.filter(({ costs }) => startsAt + costs.seconds <= 60 * minutes);
    const others = fitting.filter(({ name }) => name !== last);
    const chosen = pick(leastUsed(others.length > 0 ? others : fitting, scheduled), next());
    if (chosen === undefined) return scheduled;
    scheduled.push({ name: chosen.name, startsAt, endsAt: startsAt + chosen.costs.seconds });
  }
}

const pick = <T>(from: readonly T[], random: number): T | undefined => from[Math.floor(random * from.length)];

function leastUsed(faults: readonly SoakFault[], scheduled: readonly ScheduledFault[]): readonly SoakFault[] {
  const uses = ({ name }: SoakFault): number => scheduled.filter((each) => each.name === name).length;
  const least = Math.min(...faults.map(uses));
  return faults.filter((fault) => uses(fault) === least);
}

/**
 * Numbers from 0 to below 1: the first 48 bits of SHA-256 of the text `<seed> <number of the call>`, so that every version of
 * Node.js repeats them.
 */
function randomNumbers(seed: number): () => number {
  let calls = 0;
  return () => {
    const digest = createHash("sha256")
      .update(`${seed} ${(calls += 1)}`)
      .digest();
    return digest.readUIntBE(0, 6) / 2 ** 48;
  };
}
