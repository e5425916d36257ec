/** Firewall, load balancers and DNS follow the instances and the records. */
import type { Route53Client } from "@aws-sdk/client-route-53";
import type { Network } from "../machines/types";
import type { DnsServer } from "../services/dnsServer";
import { firewallGroups, type Member } from "../services/firewallGroups";
import type { InstanceRegistry, LifecycleState } from "../aws/ec2/instance";
import type { Inventory } from "../aws/resources/inventory";
import type { Registration, RunningLoadBalancer } from "../services/loadBalancer";
import { zoneRecords } from "../aws/route53";
import { instanceZone } from "../services/dnsZones";

export interface NetworkSyncOptions {
  readonly region: string;
  readonly inventory: Inventory;
  readonly instances: InstanceRegistry;
  readonly network: Network;
  readonly balancers: readonly RunningLoadBalancer[];
  readonly dns: DnsServer;
  readonly route53: Route53Client;
}

/** What load balancers have to do with an instance; undefined: nothing. */
function registrationIn(lifecycle: LifecycleState): Registration | undefined {
  if (lifecycle === "InService") return "registered";
  if (lifecycle === "Terminating") return "draining";
  return lifecycle.startsWith("Terminating:") ? "deregistered" : undefined;
}

export class NetworkSync {
  #last: Promise<void> = Promise.resolve();

  constructor(private readonly options: NetworkSyncOptions) {}

  /** After instances came or went: who may talk to whom, who gets traffic, and their names. One run after another. */
  syncInstances(): Promise<void> {
    const run = (): Promise<void> => this.follow();
    this.#last = this.#last.then(run, run);
    return this.#last;
  }

  private async follow(): Promise<void> {
    const { inventory, instances, network, balancers, dns, region } = this.options;
    const machines = instances.all.map(({ launch, address, podCidr }): Member => ({
      securityGroups: launch.securityGroups,
      addresses: [address, podCidr],
    }));
    const members = [...machines, ...balancers.map(({ member }) => member)];
    await network.setFirewall(firewallGroups(inventory.securityGroups, members));
    const targets = instances.all.flatMap(({ address, lifecycle, group: { targetGroups } }) => {
      const registration = registrationIn(lifecycle);
      return registration === undefined ? [] : [{ address, targetGroups, registration }];
    });
    await Promise.all(balancers.map((balancer) => balancer.setTargets(targets)));
    dns.setZone(
      instanceZone(region),
      instances.all.map(({ privateDnsName, address }) => ({
        name: privateDnsName,
        type: "A",
        ttl: 60,
        values: [address],
      })),
    );
  }

  /** After records changed. */
  async syncRecords(): Promise<void> {
    const { inventory, balancers, dns, route53 } = this.options;
    const addressesOf = (dnsName: string): readonly string[] =>
      balancers.find(({ balancer }) => balancer.dnsName.toLowerCase() === dnsName.toLowerCase())?.addresses ?? [];
    for (const [id, name] of Object.entries(inventory.zones)) {
      dns.setZone(name.replace(/\.$/, ""), await zoneRecords(route53, id, addressesOf));
    }
  }
}
