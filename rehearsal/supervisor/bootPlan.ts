/** Input of the supervisor: the plan as plain data with secrets in clear text, and the assets of machines. */
import { readFileSync, writeFileSync } from "node:fs";
import type { CloudResource } from "../aws/resources/resourceHandler";

export interface BootPlan {
  readonly stack: string;
  readonly cluster: { readonly name: string; readonly region: string; readonly podCidr: string };
  /** The plan's objects include a pod network. Otherwise machines have a bridge. */
  readonly ownPodNetwork: boolean;
  /** AWS account in the plan's ARNs. */
  readonly accountId: string;
  readonly resources: readonly CloudResource[];
  /** Content of each node bundle by its key. */
  readonly bundles: Readonly<Record<string, Buffer>>;
  /** Administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** Calls that signatures or policies forbid are refused, or answered and recorded only. */
  readonly iam: "enforce" | "audit";
  /** Requested initial machines of groups, by group name. */
  readonly machines: Readonly<Record<string, number>>;
  /** Settings over those of the stack and of the rehearsal. */
  readonly overrides: Readonly<Record<string, unknown>>;
  /** The Pulumi engine creates the resources, with its own keys; those of the plan describe them only. */
  readonly engine: boolean;
  /** Kubernetes versions that machines can run: that of the members at the start, then the others. */
  readonly kubernetesVersions: readonly [string, ...string[]];
  readonly image: string;
  /** Container images on every machine. */
  readonly images: readonly string[];
  readonly containerdSeed: string;
  readonly mirror: string;
  readonly tools: {
    readonly haproxy: string;
    readonly coredns: string;
    readonly kubectl: string;
    readonly motoServer: string;
  };
}

/** Writes the plan, readable by the owner only. */
export function writeBootPlan(file: string, plan: BootPlan): void {
  const { bundles, ...rest } = plan;
  const encoded = Object.entries(bundles).map(([key, content]) => [key, content.toString("base64")]);
  const text = JSON.stringify({ ...rest, bundles: Object.fromEntries(encoded) as object });
  writeFileSync(file, text, { mode: 0o600 });
}

export function readBootPlan(file: string): BootPlan {
  const { bundles, ...rest } = JSON.parse(readFileSync(file, "utf8")) as Omit<BootPlan, "bundles"> & {
    readonly bundles: Readonly<Record<string, string>>;
  };
  const decoded = Object.entries(bundles).map(([key, content]) => [key, Buffer.from(content, "base64")]);
  return { ...rest, bundles: Object.fromEntries(decoded) as BootPlan["bundles"] };
}
