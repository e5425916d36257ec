/** Record of a rehearsal's boot, from which its timeline is drawn. */
import type { BootTimes } from "../supervisor/status";

/** Phase of a rehearsal on this host, or build of an asset within a phase. Times in ms since the epoch. */
export interface HostTime {
  readonly title: string;
  readonly kind: "phase" | "build";
  readonly startedAt: number;
  /** Absent if it has not ended, or has failed. */
  readonly endedAt?: number;
}

/** What a rehearsal has recorded of its boot. */
export interface RecordedBoot {
  readonly id: string;
  readonly stack: string;
  readonly host: readonly HostTime[];
  readonly machines: readonly BootTimes[];
  /** End of the record, in ms since the epoch: bars of what still runs end there. */
  readonly recordedAt: number;
}
