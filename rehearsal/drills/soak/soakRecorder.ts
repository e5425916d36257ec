/** Clients of a soak. Their history is recorded and checked in windows: the checker holds a window in memory. */
import { messageOf } from "../../../cli/program";
import { formatSeconds } from "../durations";
import { type HistoryVerdict, Recorder } from "../recorder";
import type { RehearsedCluster } from "../rehearsedCluster";
import type { Write } from "../writes";

/** Duration in ms after which the next window starts, between two faults. Some 20,000 operations. */
const windowMs = 900_000;

interface Window {
  readonly recorder: Recorder;
  readonly startedAt: number;
}

/** Names of different windows may be equal. */
const nameIn = (window: number, name: string): string => `${window}/${name}`;

export class SoakRecorder {
  readonly problems: string[] = [];
  readonly #windows: Window[] = [];
  readonly #verdicts: HistoryVerdict[] = [];

  private constructor(
    private readonly cluster: RehearsedCluster,
    private readonly prefix: string,
  ) {}

  /** Starts the clients. */
  static async start(cluster: RehearsedCluster): Promise<SoakRecorder> {
    const recorder = new SoakRecorder(cluster, `soak-${Date.now().toString(36)}`);
    await recorder.#open();
    return recorder;
  }

  /** All writes so far, in the order of their windows. */
  get writes(): readonly Write[] {
    return this.#windows.flatMap(({ recorder }, index) =>
      recorder.writes.map(({ name, ...write }) => ({
        ...write,
        ...(name !== undefined && { name: nameIn(index, name) }),
      })),
    );
  }

  /** Starts the next window if the current one has its length, then ends and checks that one. There are always clients. */
  async renew(): Promise<void> {
    const current = this.#windows.at(-1);
    if (current === undefined || Date.now() - current.startedAt < windowMs) return;
    await this.#open();
    await this.#check(current.recorder);
  }

  /** Stops the clients and checks the last window. @returns the verdict on all windows. */
  async finish(): Promise<HistoryVerdict> {
    const last = this.#windows.at(-1);
    if (last !== undefined) await this.#check(last.recorder);
    const [page] = this.#verdicts.flatMap((verdict) => verdict.page ?? []);
    return {
      operations: this.#verdicts.reduce((sum, { operations }) => sum + operations, 0),
      events: this.#verdicts.reduce((sum, { events }) => sum + events, 0),
      violations: this.#verdicts.flatMap(({ violations }) => violations),
      ...(page !== undefined && { page }),
    };
  }

  /** Names of the writes that the cluster stores, of all windows. */
  async listStored(): Promise<ReadonlySet<string>> {
    const windows = await Promise.all(this.#windows.map(({ recorder }) => recorder.listStored()));
    return new Set(windows.flatMap((names, index) => [...names].map((name) => nameIn(index, name))));
  }

  /** Ends everything that still runs. */
  async stop(): Promise<void> {
    await Promise.all(this.#windows.map(({ recorder }) => recorder.stop()));
  }

  async #open(): Promise<void> {
    const number = this.#windows.length + 1;
    const recorder = await Recorder.start(this.cluster, `${this.prefix}-${number}`, `soak-${number}`);
    this.#windows.push({ recorder, startedAt: Date.now() });
  }

  async #check(recorder: Recorder): Promise<void> {
    const number = this.#windows.findIndex((window) => window.recorder === recorder) + 1;
    await recorder.stop();
    try {
      const { violations, ...verdict } = await recorder.check();
      const named = violations.map((violation) => `window ${number} of ${formatSeconds(windowMs, 0)}: ${violation}`);
      this.#verdicts.push({ ...verdict, violations: named });
    } catch (error) {
      this.problems.push(`window ${number}: ${messageOf(error)}`);
    }
  }
}
