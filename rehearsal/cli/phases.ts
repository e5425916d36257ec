/** Phases of a rehearsal on this host: display, and their times. */
import { alignColumns } from "../../cli/columns";
import type { Report } from "../assets";
import type { RehearsalStatus } from "../supervisor/status";
import type { HostTime } from "../timeline/recordedBoot";
import type { Display, PhaseOutput } from "./display";

export class Phases {
  readonly #times: HostTime[] = [];

  constructor(readonly display: Display) {}

  /** Phases and builds in the order of their starts, finished or not. */
  get times(): readonly HostTime[] {
    return this.#times;
  }

  async run<T>(title: string, work: (output: PhaseOutput) => Promise<T>): Promise<T> {
    const end = this.begin(title, "phase");
    const result = await this.display.phase(title, work);
    end();
    return result;
  }

  /** Shows and records builds of assets within a phase. */
  reportTo(output: PhaseOutput): Report {
    const running = new Map<string, () => void>();
    return (step, state, took) => {
      if (state === "start") running.set(step, this.begin(step, "build"));
      else {
        running.get(step)?.();
        running.delete(step);
      }
      output.live([...running.keys()]);
      if (state !== "cached") output.line(took === undefined ? `${step} …` : `${step}: ${took.toFixed(0)} s`);
    };
  }

  timings(status: RehearsalStatus): string[] {
    const phases = this.#times
      .filter(({ kind }) => kind === "phase")
      .map(({ title, startedAt, endedAt = startedAt }) => [title, (endedAt - startedAt) / 1000] as const);
    const details = Object.entries(status.phases).map(([name, took]) => [`  ${name}`, took] as const);
    const boot = ["From the first machine's start until all are ready", status.readyAfter ?? 0] as const;
    return alignColumns([...phases, ...details, boot].map(([name, took]) => [name, `${took.toFixed(1)} s`]));
  }

  /** Records a start. The returned function records the end. */
  private begin(title: string, kind: HostTime["kind"]): () => void {
    const index = this.#times.length;
    const time: HostTime = { title, kind, startedAt: Date.now() };
    this.#times.push(time);
    return () => {
      this.#times[index] = { ...time, endedAt: Date.now() };
    };
  }
}
