/** A plan as the supervisor takes it. */
import { has } from "../../components/addons/spec";
import type { RehearsalAssets } from "../assets";
import type { Plan } from "../../plan/planStack";
import { reveal } from "../../plan/program/secret";
import type { BootPlan } from "./bootPlan";
import type { CloudResource } from "../aws/resources/resourceHandler";

/** @throws if the plan has no kubeconfig for the administrator. */
export function toBootPlan(plan: Plan, assets: RehearsalAssets, machines: Readonly<Record<string, number>>): BootPlan {
  const resources = plan.resources.map(({ urn, type, name, id, dependsOn, inputs, outputs }): CloudResource => ({
    urn,
    type,
    name,
    id,
    dependsOn,
    inputs: reveal(inputs) as CloudResource["inputs"],
    outputs: reveal(outputs) as CloudResource["outputs"],
  }));
  const kubeconfig = reveal(plan.outputs.kubeconfig);
  if (typeof kubeconfig !== "string") throw new Error("the stack has no output kubeconfig");
  const { image, containerdSeed, mirror, tools } = assets;
  const { name, region, network, platform } = plan.spec;
  return {
    stack: plan.stack,
    cluster: { name, region, podCidr: network.podCidr },
    servingCertificates: has(plan.spec, "certificateApprover"),
    ownPodNetwork: platform.enabled && platform.podNetwork.provider !== "none",
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
