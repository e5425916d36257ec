/** Work that is repeated beside a drill: observations, and stand-ins for controllers. */
import { setTimeout as sleep } from "node:timers/promises";

export class Repetition {
  #running = true;
  readonly #loop: Promise<void>;

  /**
   * Starts at once.
   * @param pauseMs time in ms between the end of one run and the start of the next
   * @param work must not reject
   */
  constructor(pauseMs: number, work: () => Promise<void>) {
    this.#loop = this.#run(pauseMs, work);
  }

  /** Resolves after the last run. */
  async stop(): Promise<void> {
    this.#running = false;
    await this.#loop;
  }

  async #run(pauseMs: number, work: () => Promise<void>): Promise<void> {
    while (this.#running) {
      await work();
      await sleep(pauseMs);
    }
  }
}
