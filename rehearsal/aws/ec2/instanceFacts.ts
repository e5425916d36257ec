/** Instance metadata for the caller at an address. */
import { rangeContains } from "../../machines/addresses";
import { isTerminating } from "../autoScaling/refresh.plan";
import type { RoleCredentialCache } from "./roleCredentials";
import type { InstanceFacts } from "../../services/metadataTree";
import type { Instance, InstanceRegistry } from "./instance";
import type { DeployedPlan } from "../../supervisor/deployedPlan";

export interface FactsOptions {
  readonly region: string;
  readonly accountId: string;
  readonly deployed: Pick<DeployedPlan, "inventory">;
  readonly instances: InstanceRegistry;
  readonly credentials: RoleCredentialCache;
}

/** Facts of the instance at an address. A pod gets those of its machine if the launch template's hop limit allows it. */
export async function instanceFactsAt(address: string, options: FactsOptions): Promise<InstanceFacts | undefined> {
  const { instances } = options;
  const caller =
    instances.at(address) ??
    instances.all.find(({ podCidr, launch }) => launch.metadataHopLimit > 1 && rangeContains(podCidr, address));
  return caller === undefined ? undefined : factsOf(caller, options);
}

async function factsOf(instance: Instance, options: FactsOptions): Promise<InstanceFacts> {
  const { credentials, region, accountId } = options;
  const { inventory } = options.deployed;
  const { launch } = instance;
  return {
    id: instance.id,
    address: instance.address,
    mac: instance.port?.mac ?? "",
    privateDnsName: instance.privateDnsName,
    instanceType: instance.instanceType,
    imageId: instance.imageId,
    architecture: process.arch === "arm64" ? "arm64" : "x86_64",
    region,
    zone: instance.subnet.zone,
    accountId,
    vpcId: inventory.vpc?.id ?? "",
    vpcCidr: inventory.vpc?.cidr ?? "",
    subnetId: instance.subnet.id,
    subnetCidr: instance.subnet.cidr,
    securityGroups: Object.fromEntries(
      launch.securityGroups.map((id) => [id, inventory.securityGroups[id]?.name ?? id]),
    ),
    tags: launch.metadataTags ? instance.tags : undefined,
    targetLifecycleState: isTerminating(instance.lifecycle) ? "Terminated" : "InService",
    spotInterruption: instance.spotInterruption,
    role:
      launch.role === undefined
        ? undefined
        : { name: launch.role, credentials: await credentials.of(launch.role, instance.id) },
    userData: launch.userData,
  };
}
