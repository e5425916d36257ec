/** Observation of etcd's voters during a change of their machines. */
import type { RehearsedCluster } from "./rehearsedCluster";
import { Repetition } from "./repetition";

/** Watches the voters until it is stopped. Skips moments in which no member answers. */
export class VoterWatch {
  /** Letters of the voters at a time: `abc`. */
  readonly seen = new Set<string>();
  readonly #observations: Repetition;

  constructor(cluster: Pick<RehearsedCluster, "listVoters">) {
    this.#observations = new Repetition(500, async () => {
      const voters = Object.keys(await cluster.listVoters().catch(() => ({}))).join("");
      if (voters !== "") this.seen.add(voters);
    });
  }

  stop(): Promise<void> {
    return this.#observations.stop();
  }

  /** Voters at a time when one of these members had no vote; undefined: they always had one. */
  lossOf(letters: readonly string[]): string | undefined {
    return [...this.seen].find((voters) => letters.some((letter) => !voters.includes(letter)));
  }
}
