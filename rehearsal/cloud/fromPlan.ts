/** A plan as the supervisor takes it. */
import type { RehearsalAssets } from "../assets";
import type { Plan } from "../plan";
import type { BootPlan } from "./bootPlan";
import type { CloudResource } from "./realiser";

/** @throws if the plan has no kubeconfig for the administrator. */
export function toBootPlan(plan: Plan, assets: RehearsalAssets, machines: Readonly<Record<string, number>>): BootPlan {
  const resources = plan.resources.map(({ urn, type, name, id, dependsOn, inputs, outputs }): CloudResource => ({
    urn,
    type,
    name,
    id,
    dependsOn,
    inputs: revealed(inputs) as CloudResource["inputs"],
    outputs: revealed(outputs) as CloudResource["outputs"],
  }));
  const kubeconfig = revealed(plan.outputs.kubeconfig);
  if (typeof kubeconfig !== "string") throw new Error("the stack has no output kubeconfig");
  const { image, containerdSeed, mirror, tools } = assets;
  const { name, region, network } = plan.spec;
  return {
    stack: plan.stack,
    cluster: { name, region, podCidr: network.podCidr },
    accountId: accountOf(resources),
    resources,
    bundle: { key: plan.bundle.key, content: plan.bundle.content },
    kubeconfig,
    machines,
    image,
    containerdSeed,
    mirror,
    tools,
  };
}

/** Account that the plan's ARNs name. */
export function accountOf(resources: readonly CloudResource[]): string {
  for (const { outputs } of resources) {
    const account = /^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(\d{12}):/.exec(String(outputs.arn));
    if (account?.[1] !== undefined) return account[1];
  }
  throw new Error("no ARN of the plan names an account");
}

/** The value with every secret in clear: machines get them as AWS would give them. */
export function revealed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revealed);
  if (value === null || typeof value !== "object" || Buffer.isBuffer(value)) return value;
  if ("secret" in value && value.secret === true && "value" in value) return revealed(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revealed(item)]));
}
