/** Which instances a group gives up when it shrinks: Auto Scaling's default termination policy. Pure. */

export interface Candidate {
  readonly id: string;
  readonly zone: string;
  /** Version of the launch template that it was started from. */
  readonly version: string;
  readonly protected: boolean;
  /** Milliseconds since the epoch. */
  readonly launchedAt: number;
}

/**
 * Up to `count` of the group's instances, none of them protected: from the zone with most, then those of another version
 * of the launch template than the group's, then the oldest.
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
