/** Converts a plan to the supervisor's input. */
import type { Plan } from "../../plan/planStack";
import { reveal } from "../../plan/program/secret";
import type { RehearsalAssets } from "../assets";
import { requireOwnVpc } from "../aws/resources/inventory";
import type { CloudResource } from "../aws/resources/resourceHandler";
import type { BootPlan } from "./bootPlan";

/** Options of a rehearsal that a user chooses. */
export interface BootChoices {
  /** Initial machines of groups, by group name. */
  readonly machines?: BootPlan["machines"];
  /** Default: `enforce`. */
  readonly iam?: BootPlan["iam"];
  /** Settings that override those of the stack and of the rehearsal. Default: none. */
  readonly overrides?: BootPlan["overrides"];
  /** The Pulumi engine creates the resources. Default: false. */
  readonly engine?: BootPlan["engine"];
}

/** @throws if the plan has no kubeconfig output, or no VPC of its own */
export function toBootPlan(
  plan: Plan,
  assets: RehearsalAssets,
  { machines = {}, iam = "enforce", overrides = {}, engine = false }: BootChoices = {},
): BootPlan {
  requireOwnVpc(plan.resources);
  const resources = plan.resources.map(
    ({ urn, type, name, id, dependsOn, inputs, outputs, options }): CloudResource => ({
      ...{ urn, type, name, id, dependsOn },
      inputs: reveal(inputs) as CloudResource["inputs"],
      outputs: reveal(outputs) as CloudResource["outputs"],
      retainOnDelete: options.retainOnDelete,
      ...(options.deletedWith !== undefined && { deletedWith: options.deletedWith }),
    }),
  );
  const kubeconfig = reveal(plan.outputs.kubeconfig);
  if (typeof kubeconfig !== "string") throw new Error("the plan has no output kubeconfig");
  const { kubernetesVersions, image, images, containerdSeed, mirror, tools } = assets;
  const { name, region, network, addons } = plan.spec;
  return {
    stack: plan.stack,
    cluster: { name, region, podCidr: network.podCidr },
    ownPodNetwork: addons.enabled && addons.podNetwork.provider !== "none",
    accountId: planAccount(resources),
    resources,
    bundles: Object.fromEntries(plan.bundles.map(({ key, content }) => [key, content])),
    kubeconfig,
    iam,
    machines,
    overrides,
    engine,
    kubernetesVersions,
    image,
    images,
    containerdSeed,
    mirror,
    tools,
  };
}

/** AWS account in the plan's ARNs. */
function planAccount(resources: readonly CloudResource[]): string {
  for (const { outputs } of resources) {
    const account = /^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(\d{12}):/.exec(String(outputs.arn));
    if (account?.[1] !== undefined) return account[1];
  }
  throw new Error("the plan has no ARN with an AWS account");
}
