import type { Taint } from "../../workers/settings";
import { sandboxLabel } from "../../workers/pools.plan";

interface Pool {
  readonly taints: readonly Taint[];
  readonly sandbox?: string;
}

/** RuntimeClass that places pods on nodes with gVisor and lets them tolerate the taints of those pools. */
export function gvisorRuntimeClass(pools: Readonly<Record<string, Pool>>) {
  const sandboxed = Object.values(pools).filter(({ sandbox }) => sandbox === "gvisor");
  const taints = new Map(sandboxed.flatMap((pool) => pool.taints).map((taint) => [JSON.stringify(taint), taint]));
  return {
    metadata: { name: "gvisor" },
    // Name of the runtime in containerd's configuration (node/files/steps/gvisor).
    handler: "runsc",
    scheduling: {
      nodeSelector: { [sandboxLabel]: "gvisor" },
      tolerations: [...taints.values()].map(({ key, value, effect }) => ({ key, operator: "Equal", value, effect })),
    },
  };
}
