/** What the supervisor is given to boot: the plan as plain data with secrets in clear, and what machines are made of. */
import { readFileSync, writeFileSync } from "node:fs";
import type { CloudResource } from "../aws/resources/resourceHandler";

export interface BootPlan {
  readonly stack: string;
  readonly cluster: { readonly name: string; readonly region: string; readonly podCidr: string };
  /** Whether pods' network comes with the plan's objects; otherwise machines have a bridge. */
  readonly ownPodNetwork: boolean;
  /** Whether kubelets ask for serving certificates, which the rehearsal then approves. */
  readonly servingCertificates: boolean;
  /** Account in the plan's ARNs. */
  readonly accountId: string;
  readonly resources: readonly CloudResource[];
  readonly bundle: { readonly key: string; readonly content: Buffer };
  /** The administrator's. */
  readonly kubeconfig: string;
  /** Machines that a group starts with, by name; others start with what the plan says, worker pools with one. */
  readonly machines: Readonly<Record<string, number>>;
  readonly image: string;
  readonly containerdSeed: string;
  readonly mirror: string;
  readonly tools: {
    readonly haproxy: string;
    readonly coredns: string;
    readonly kubectl: string;
    readonly motoServer: string;
  };
}

/** Writes the plan for the supervisor alone to read. */
export function writeBootPlan(file: string, plan: BootPlan): void {
  const { bundle, ...rest } = plan;
  const text = JSON.stringify({ ...rest, bundle: { key: bundle.key, content: bundle.content.toString("base64") } });
  writeFileSync(file, text, { mode: 0o600 });
}

export function readBootPlan(file: string): BootPlan {
  const plan = JSON.parse(readFileSync(file, "utf8")) as BootPlan & { bundle: { key: string; content: string } };
  return { ...plan, bundle: { key: plan.bundle.key, content: Buffer.from(plan.bundle.content, "base64") } };
}
