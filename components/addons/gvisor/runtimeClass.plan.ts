/** Pods in a sandbox of their own: gVisor's, whose kernel in user space stands between a pod and the node's. */

import type { Taint } from "../../clusterSpec";
import { sandboxLabel } from "../../workers/pools.plan";

/** Name by which pods ask for the sandbox (`runtimeClassName`). */
export const sandboxClass = "gvisor";
/** Name of the runtime in containerd's configuration (node/files/steps/sandbox). */
export const sandboxHandler = "runsc";

/** A pool that sandboxed pods can run on. */
export interface SandboxedPool {
  readonly taints: readonly Taint[];
}

/** The RuntimeClass: pods that ask for it go to nodes that have the runtime, past the taints of those pools. */
export function sandboxRuntimeClass(pools: readonly SandboxedPool[]) {
  const taints = new Map(pools.flatMap((pool) => pool.taints).map((taint) => [JSON.stringify(taint), taint]));
  return {
    metadata: { name: sandboxClass },
    handler: sandboxHandler,
    scheduling: {
      nodeSelector: { [sandboxLabel]: sandboxClass },
      tolerations: [...taints.values()].map(({ key, value, effect }) => ({ key, operator: "Equal", value, effect })),
    },
  };
}

/** Pools of a cluster that ask for the sandbox. */
export function sandboxedPools(
  workers: Readonly<Record<string, SandboxedPool & { readonly sandbox?: string }>>,
): readonly SandboxedPool[] {
  return Object.values(workers).filter(({ sandbox }) => sandbox === sandboxClass);
}
