/** What a rehearsal tells about itself. Plain data, as it crosses the control socket. */
import type { InstanceState } from "../aws/ec2/instance";

export interface StepProgress {
  readonly name: string;
  readonly state: "running" | "done" | "failed";
  /** Which try it is. */
  readonly attempt: number;
  /** Seconds that the last finished try took. */
  readonly seconds: number;
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
  /** What it is at: `booting`, `cloud-init`, the steps that run, `joined`, `Ready`. */
  readonly stage: string;
  readonly steps: readonly StepProgress[];
  /** Its node is Ready; machines that are no nodes: all their steps are done. */
  readonly ready: boolean;
  /** Seconds from its first boot until it was first seen ready; absent: not yet. */
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
  /** Seconds from the first machine's start until all were ready for the first time. */
  readonly readyAfter?: number;
  /** URL of the API by its name, and by an address that this host's `--kubectl` reaches. */
  readonly endpoint?: { readonly url: string; readonly address: string };
  readonly kubeconfig?: string;
  /** Command line of kubectl as the administrator, to be followed by its arguments; runs on this host. */
  readonly kubectl?: readonly string[];
  /** Network namespace in which the endpoint is reachable. */
  readonly namespace: string;
  /** URL of the rehearsal's AWS within that namespace. */
  readonly awsEndpoint: string;
  /** Seconds by phase. */
  readonly phases: Readonly<Record<string, number>>;
  /** What went wrong, newest last. */
  readonly problems: readonly string[];
}
