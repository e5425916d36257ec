/** Work that covers all earlier calls: calls during a run share the next one, which starts after it. */
export class Coalesced {
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(private readonly work: () => Promise<void>) {}

  /** Resolves or rejects with a run that starts after the call. */
  run(): Promise<void> {
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        this.#running = this.work();
        return this.#running;
      });
    return this.#next;
  }
}
