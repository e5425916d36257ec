/** What the metadata service says of an instance, and who may ask. */
import { holds } from "../../machines/addresses";
import { isTerminating } from "../autoScaling/refresh.plan";
import type { RoleCredentialCache } from "./roleCredentials";
import type { InstanceFacts } from "../../services/metadataTree";
import type { Instance, InstanceRegistry } from "./instance";
import type { Inventory } from "../resources/inventory";

export interface FactsOptions {
  readonly region: string;
  readonly accountId: string;
  readonly inventory: Inventory;
  readonly instances: InstanceRegistry;
  readonly credentials: RoleCredentialCache;
}

/** Facts of the instance that calls from an address; of the pod's machine only if the launch template lets pods ask. */
export async function factsAt(address: string, options: FactsOptions): Promise<InstanceFacts | undefined> {
  const { instances } = options;
  const caller =
    instances.at(address) ??
    instances.all.find(({ podCidr, launch }) => launch.metadataHopLimit > 1 && holds(podCidr, address));
  return caller === undefined ? undefined : factsOf(caller, options);
}

async function factsOf(instance: Instance, options: FactsOptions): Promise<InstanceFacts> {
  const { inventory, credentials, region, accountId } = options;
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
    vpcId: inventory.vpc.id,
    vpcCidr: inventory.vpc.cidr,
    subnetId: instance.subnet.id,
    subnetCidr: instance.subnet.cidr,
    securityGroups: Object.fromEntries(
      launch.securityGroups.map((id) => [id, inventory.securityGroups[id]?.name ?? id]),
    ),
    ...(launch.metadataTags && { tags: instance.tags }),
    targetLifecycleState: isTerminating(instance.lifecycle) ? "Terminated" : "InService",
    ...(instance.spotInterruption !== undefined && { spotInterruption: instance.spotInterruption }),
    ...(launch.role !== undefined && {
      role: { name: launch.role, credentials: await credentials.of(launch.role, instance.id) },
    }),
    userData: launch.userData,
  };
}
