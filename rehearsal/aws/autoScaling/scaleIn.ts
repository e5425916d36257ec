/** Auto Scaling's default termination policy. Pure. */

export interface Candidate {
  readonly id: string;
  readonly zone: string;
  /** Version of its launch template. */
  readonly version: string;
  readonly protected: boolean;
  /** Milliseconds since the epoch. */
  readonly launchedAt: number;
}

/**
 * Chooses up to `count` unprotected instances to terminate: first from the zone with the most instances, then those with
 * another launch template version than the group's, then the oldest.
 */
export function chooseForScaleIn(group: readonly Candidate[], version: string, count: number): string[] {
  const left = [...group];
  const chosen: string[] = [];
  while (chosen.length < count) {
    const [next] = left.filter((each) => !each.protected).sort((one, other) => compare(one, other, left, version));
    if (next === undefined) return chosen;
    chosen.push(next.id);
    left.splice(left.indexOf(next), 1);
  }
  return chosen;
}

function compare(one: Candidate, other: Candidate, group: readonly Candidate[], version: string): number {
  const inZone = ({ zone }: Candidate): number => group.filter((each) => each.zone === zone).length;
  const isCurrent = (each: Candidate): number => Number(each.version === version);
  return inZone(other) - inZone(one) || isCurrent(one) - isCurrent(other) || one.launchedAt - other.launchedAt;
}
