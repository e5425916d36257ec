/** An instance of the rehearsal's AWS, and the machine that is it. */
import type { Machine, Port } from "../../machines/types";
import type { HookWait } from "../autoScaling/hookWait";
import type { Group, LaunchSpec, Subnet } from "../resources/inventory";

/**
 * `pending`: being made; `running`; `stopped`: powered off, its instance lives on; `terminating`: on its way out of its
 * group; `failed`: its machine could not be booted.
 */
export type InstanceState = "pending" | "running" | "stopped" | "terminating" | "failed";

/** Where an instance is in the life that its Auto Scaling group gives it, in Auto Scaling's words. */
export type LifecycleState =
  | "Pending"
  | "Pending:Wait"
  | "Pending:Proceed"
  | "InService"
  | "Terminating"
  | "Terminating:Wait"
  | "Terminating:Proceed"
  | "Terminated";

export interface Instance {
  readonly id: string;
  /** Short name for people: the group's without the cluster's, counted from the second machine on (`worker-general-2`). */
  readonly name: string;
  readonly group: Group;
  /** What it was started with, by the version of the launch template that its group had. */
  readonly launch: LaunchSpec;
  readonly template: { readonly id: string; readonly name: string; readonly version: string };
  /** Milliseconds since the epoch. */
  readonly launchedAt: number;
  readonly subnet: Subnet;
  readonly address: string;
  readonly privateDnsName: string;
  readonly instanceType: string;
  readonly imageId: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Range of its pods. */
  readonly podCidr: string;
  state: InstanceState;
  lifecycle: LifecycleState;
  /** Milliseconds since the epoch; absent: not yet. */
  inServiceSince?: number;
  /** What its group's hooks wait for; absent: nothing. */
  hold?: HookWait;
  /** Its group was told that it is unhealthy, and ends it for that. */
  unhealthy?: boolean;
  /** EC2 has announced that it takes the spot machine back. */
  spotInterruption?: { readonly action: "terminate"; readonly time: string };
  /** Its machine is being taken away: EC2 has terminated it. */
  ended?: boolean;
  /** What went wrong, for people. */
  problem?: string;
  port?: Port;
  machine?: Machine;
  /** Settles when its machine runs, or could not be made to. */
  booting?: Promise<void>;
  /** When its machine began to boot, milliseconds since the epoch. */
  startedAt?: number;
  /** When it was last switched on. */
  bootedAt?: number;
  /** It was switched off on purpose and must not be replaced for that. */
  keepOff?: boolean;
}

/** Instances by id, with the look-ups that the services need. */
export class InstanceRegistry {
  readonly #byId = new Map<string, Instance>();

  get all(): Instance[] {
    return [...this.#byId.values()];
  }

  get(id: string): Instance | undefined {
    return this.#byId.get(id);
  }

  add(instance: Instance): void {
    this.#byId.set(instance.id, instance);
  }

  remove(id: string): void {
    this.#byId.delete(id);
  }

  at(address: string): Instance | undefined {
    return this.all.find((instance) => instance.address === address);
  }

  /**
   * By id or short name, or by the beginning of either if only one has it. A machine that goes is known by its id alone:
   * its successor has the name.
   */
  find(name: string): Instance | undefined {
    const byId = this.#byId.get(name);
    if (byId !== undefined) return byId;
    const staying = this.all.filter(({ state }) => state !== "terminating");
    const exact = staying.find((instance) => instance.name === name);
    if (exact !== undefined) return exact;
    const begun = staying.filter(({ id, name: short }) => id.startsWith(name) || short.startsWith(name));
    return begun.length === 1 ? begun[0] : undefined;
  }

  /** The first free short name of a group's machines. */
  nameFor(group: string, cluster: string): string {
    const base = group.startsWith(`${cluster}-`) ? group.slice(cluster.length + 1) : group;
    const staying = this.all.filter(({ state }) => state !== "terminating");
    const taken = new Set(staying.map(({ name }) => name));
    for (let index = 1; ; index += 1) {
      const name = index === 1 ? base : `${base}-${index}`;
      if (!taken.has(name)) return name;
    }
  }
}
