/** Keeps firewall, load balancers and DNS in sync with instances and Route 53 records. */
import type { Route53Client } from "@aws-sdk/client-route-53";
import type { InstanceRegistry, LifecycleState } from "../aws/ec2/instance";
import { zoneRecords } from "../aws/route53";
import type { Network } from "../machines/network";
import { Coalesced } from "../coalesced";
import type { DnsServer } from "../services/dnsServer";
import { instanceZone, route53NegativeTtl, type ZoneRecords } from "../services/dnsZones";
import { firewallGroups, type Member } from "../services/firewallGroups";
import type { Registration } from "../services/loadBalancer";
import type { LoadBalancers } from "../services/loadBalancers";
import type { DeployedPlan } from "./deployedPlan";

export interface NetworkSyncOptions {
  readonly region: string;
  readonly deployed: Pick<DeployedPlan, "inventory">;
  readonly instances: InstanceRegistry;
  readonly network: Network;
  readonly balancers: LoadBalancers;
  readonly dns: DnsServer;
  readonly route53: Route53Client;
}

/** Zone as the DNS server has it. @param name with or without the final dot */
export const hostedZone = (name: string, records: ZoneRecords["records"]): ZoneRecords => ({
  ...{ name: name.replace(/\.$/, ""), negativeTtl: route53NegativeTtl, records },
});

/** Route 53 zones with their records. */
export function hostedZones({
  deployed: { inventory },
  balancers,
  route53,
}: Pick<NetworkSyncOptions, "deployed" | "balancers" | "route53">): Promise<ZoneRecords[]> {
  const addressesOf = (dnsName: string): readonly string[] =>
    balancers.running.find(({ balancer }) => balancer.dnsName.toLowerCase() === dnsName.toLowerCase())?.addresses ?? [];
  const zones = Object.entries(inventory.zones).map(async ([id, name]) =>
    hostedZone(name, await zoneRecords(route53, id, addressesOf)),
  );
  return Promise.all(zones);
}

/** Registration of an instance in its target groups, if any. */
function registrationIn(lifecycle: LifecycleState): Registration | undefined {
  if (lifecycle === "InService") return "registered";
  if (lifecycle === "Terminating") return "draining";
  return lifecycle.startsWith("Terminating:") ? "deregistered" : undefined;
}

export class NetworkSync {
  readonly #instances = new Coalesced(() => this.applyInstances());

  constructor(private readonly options: NetworkSyncOptions) {}

  /** Applies a change of instances to the firewall, load balancers, and instance names in DNS. */
  syncInstances(): Promise<void> {
    return this.#instances.run();
  }

  private async applyInstances(): Promise<void> {
    const { deployed, instances, network, balancers, dns, region } = this.options;
    await balancers.sync(deployed.inventory.loadBalancers);
    const machines = instances.all.map(({ launch, address, podCidr }): Member => ({
      securityGroups: launch.securityGroups,
      addresses: [address, podCidr],
    }));
    const members = [...machines, ...balancers.running.map(({ member }) => member)];
    await network.setFirewall(firewallGroups(deployed.inventory.securityGroups, members));
    const targets = instances.all.flatMap(({ address, lifecycle, group: { targetGroups } }) => {
      const registration = registrationIn(lifecycle);
      return registration === undefined ? [] : [{ address, targetGroups, registration }];
    });
    await Promise.all(balancers.running.map((balancer) => balancer.setTargets(targets)));
    const records = instances.all.map(({ privateDnsName, address }) => ({
      ...{ name: privateDnsName, type: "A", ttl: 60, values: [address] },
    }));
    dns.setZone(instanceZone(region), records);
  }

  /** Applies a change of Route 53 records to the DNS server. */
  async syncRecords(): Promise<void> {
    for (const { name, records } of await hostedZones(this.options)) this.options.dns.setZone(name, records);
  }
}
