import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";

import type { ClusterSpec } from "../clusterSpec";
import { ownedTags, resourceTags } from "../aws/tags.plan";
import { firewallRoles, groupRules, roleDescriptions } from "./rules.plan";
import type { FirewallRole, GroupRule, Peer } from "./rules.plan";
import type { Traffic } from "./traffic.plan";

export interface FirewallArgs {
  readonly spec: ClusterSpec;
  readonly vpcId: pulumi.Input<string>;
  /** Prefix list of S3; required without NAT. */
  readonly s3PrefixListId?: pulumi.Input<string> | undefined;
}

/** Security group per role with the rules of the table. No inline rules, so that other programs can add rules. */
export class Firewall extends pulumi.ComponentResource {
  /** Ids by role, for the roles of this cluster. */
  readonly groupIds: Readonly<Partial<Record<FirewallRole, pulumi.Output<string>>>>;

  constructor(name: string, args: FirewallArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Firewall", name, {}, options);
    const cluster = args.spec.name;

    this.groupIds = Object.fromEntries(
      firewallRoles(args.spec).map((role) => {
        const group = new ec2.SecurityGroup(
          `${name}-${role}`,
          {
            vpcId: args.vpcId,
            description: roleDescriptions[role],
            // Includes the rules that the cloud controller adds for Services.
            revokeRulesOnDelete: true,
            tags: ownedTags(cluster, `${cluster}-${role}`),
          },
          { parent: this },
        );
        return [role, group.id];
      }),
    );
    for (const rule of groupRules(args.spec)) this.createRule(name, rule, args);
    this.registerOutputs({ groupIds: this.groupIds });
  }

  /** @throws Error for a role that the cluster does not have. */
  groupId(role: FirewallRole): pulumi.Output<string> {
    const id = this.groupIds[role];
    if (id === undefined) throw new Error(`no security group for role ${role} in this cluster`);
    return id;
  }

  private createRule(name: string, rule: GroupRule, args: FirewallArgs): void {
    const inputs = {
      securityGroupId: this.groupId(rule.group),
      description: rule.description,
      ...this.peerInputs(rule.peer, args),
      ...trafficInputs(rule.traffic),
      tags: resourceTags(args.spec.name, rule.id),
    };
    const Rule = rule.direction === "ingress" ? vpc.SecurityGroupIngressRule : vpc.SecurityGroupEgressRule;
    new Rule(`${name}-${rule.id}`, inputs, { parent: this });
  }

  private peerInputs(peer: Peer, args: FirewallArgs) {
    if ("role" in peer) return { referencedSecurityGroupId: this.groupId(peer.role) };
    if ("cidr" in peer) return { cidrIpv4: peer.cidr };
    if (args.s3PrefixListId === undefined) throw new Error("missing s3PrefixListId: a rule allows traffic to S3");
    return { prefixListId: args.s3PrefixListId };
  }
}

/** AWS's form: no ports for all traffic, and type and code in place of ports for ICMP (echo request: 8, 0). */
function trafficInputs(traffic: Traffic) {
  switch (traffic.protocol) {
    case "all":
      return { ipProtocol: "-1" };
    case "icmp":
      return { ipProtocol: "icmp", fromPort: 8, toPort: 0 };
    case "tcp":
    case "udp":
      return { ipProtocol: traffic.protocol, fromPort: traffic.from, toPort: traffic.to };
  }
}
