/** Observation of etcd's voters during a change of their machines. */
import { setTimeout as sleep } from "node:timers/promises";
import type { RehearsedCluster } from "./rehearsedCluster";

/** Watches the voters until it is stopped. Skips moments in which no member answers. */
export class VoterWatch {
  /** Letters of the voters at a time: `abc`. */
  readonly seen = new Set<string>();
  #watching = true;
  readonly #loop: Promise<void>;

  constructor(private readonly cluster: Pick<RehearsedCluster, "listVoters">) {
    this.#loop = this.watch();
  }

  async stop(): Promise<void> {
    this.#watching = false;
    await this.#loop;
  }

  /** Voters at a time when one of these members had no vote; undefined: they always had one. */
  lossOf(letters: readonly string[]): string | undefined {
    return [...this.seen].find((voters) => letters.some((letter) => !voters.includes(letter)));
  }

  private async watch(): Promise<void> {
    while (this.#watching) {
      const voters = Object.keys(await this.cluster.listVoters().catch(() => ({}))).join("");
      if (voters !== "") this.seen.add(voters);
      await sleep(500);
    }
  }
}
