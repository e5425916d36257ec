/** Instance of the rehearsed EC2, and its machine. */
import type { Machine } from "../../machines/machine";
import type { Port } from "../../machines/types";
import type { HookWait } from "../autoScaling/hookWait";
import type { Group, LaunchSpec, Subnet } from "../resources/inventory";

/**
 * `pending`: being created; `stopped`: powered off, but not terminated; `terminating`: leaving its group; `failed`: its machine
 * did not boot.
 */
export type InstanceState = "pending" | "running" | "stopped" | "terminating" | "failed";

/** State of an instance in its Auto Scaling group, as in Auto Scaling's API. */
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
  /** Short name: group name without the cluster name, numbered from the second machine on (`worker-general-2`). */
  readonly name: string;
  readonly group: Group;
  /** Contents of its launch template version. */
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
  readonly podCidr: string;
  state: InstanceState;
  lifecycle: LifecycleState;
  /** Milliseconds since the epoch, once in service. */
  inServiceSince?: number;
  /** Pending lifecycle hooks. */
  hookWait?: HookWait;
  /** Reported as unhealthy; its replacement has started. */
  unhealthy?: boolean;
  /** EC2's notice that it interrupts the spot instance. */
  spotInterruption?: { readonly action: "terminate"; readonly time: string };
  /** EC2 has terminated it; its machine is being removed. */
  terminated?: boolean;
  /** Message of the last error. */
  problem?: string;
  port?: Port;
  machine?: Machine;
  /** Settles when its machine runs or has failed to boot. */
  booting?: Promise<void>;
  /** Start of its first boot, milliseconds since the epoch. */
  startedAt?: number;
  /** Start of its last boot. */
  bootedAt?: number;
  /** Powered off on purpose: not replaced. */
  poweredOff?: boolean;
}

/** Registry of all instances. */
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
   * Finds an instance by its id or short name, or by an unambiguous prefix of either. A terminating instance has only its id,
   * because its successor takes its name.
   */
  find(name: string): Instance | undefined {
    const byId = this.#byId.get(name);
    if (byId !== undefined) return byId;
    const staying = this.all.filter(({ state }) => state !== "terminating");
    const exact = staying.find((instance) => instance.name === name);
    if (exact !== undefined) return exact;
    const matches = staying.filter(({ id, name: short }) => id.startsWith(name) || short.startsWith(name));
    return matches.length === 1 ? matches[0] : undefined;
  }

  /** First free short name for a machine of a group. */
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
