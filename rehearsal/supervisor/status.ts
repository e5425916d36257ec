/** Status of a rehearsal: plain data that crosses the control socket. */
import type { InstanceState } from "../aws/ec2/instance";

export interface StepProgress {
  readonly name: string;
  readonly state: "running" | "done" | "failed";
  readonly attempt: number;
  /** Duration of the last finished attempt in seconds. */
  readonly seconds: number;
}

/** One run of a step. Times in ms since the epoch. */
export interface StepAttempt {
  readonly step: string;
  readonly attempt: number;
  readonly startedAt: number;
  /** Absent while it runs. */
  readonly endedAt?: number;
  readonly state: StepProgress["state"];
}

/** Times of a machine's boot and of its steps since then, in ms since the epoch; absent for what has not happened yet. */
export interface BootTimes {
  readonly name: string;
  readonly role: string;
  readonly zone: string;
  /** Start of its first boot, which creates its disk and its network port. */
  readonly startedAt?: number;
  readonly attempts: readonly StepAttempt[];
  /** First time that it was ready, as far as a status was requested. */
  readonly readyAt?: number;
  /** Message of the last error. */
  readonly problem?: string;
}

export interface MachineStatus {
  readonly id: string;
  /** Short name for people. */
  readonly name: string;
  readonly role: string;
  readonly group: string;
  readonly zone: string;
  readonly address: string;
  readonly podCidr: string;
  readonly state: InstanceState;
  readonly problem?: string;
  /** `booting`, `cloud-init`, the running steps, `joined` or `Ready`. */
  readonly stage: string;
  readonly steps: readonly StepProgress[];
  /** The node is Ready; for etcd machines: all steps are done. */
  readonly ready: boolean;
  /** Seconds from the first boot to the first time it was ready. */
  readonly readyAfter?: number;
}

export interface RehearsalStatus {
  readonly id: string;
  readonly stack: string;
  /** `idle` before a plan is booted. */
  readonly phase: "idle" | "preparing" | "running";
  readonly machines: readonly MachineStatus[];
  /** Every group has its machines, and every machine is ready. */
  readonly ready: boolean;
  /** Seconds from the first machine's start to the first time that all were ready. */
  readonly readyAfter?: number;
  /** URL of the API by its name, and its address and port, which this host's `--kubectl` reaches. */
  readonly endpoint?: { readonly url: string; readonly address: string };
  readonly kubeconfig?: string;
  /** Command line of kubectl as the administrator on this host, without its arguments. */
  readonly kubectl?: readonly string[];
  /** Network namespace from which the endpoint is reachable. */
  readonly namespace: string;
  /** URL of the rehearsed AWS within that namespace. */
  readonly awsEndpoint: string;
  /** Duration of each phase in seconds. */
  readonly phases: Readonly<Record<string, number>>;
  /** Errors, newest last. */
  readonly problems: readonly string[];
}
