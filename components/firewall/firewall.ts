import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";

import type { ClusterSpec } from "../clusterSpec";
import { ownedTags, resourceTags } from "../aws/tags.plan";
import { firewallRoles, groupRules, roleDescriptions } from "./rules.plan";
import type { FirewallRole, GroupRule, Peer, Traffic } from "./rules.plan";

export interface FirewallArgs {
  readonly spec: ClusterSpec;
  readonly vpcId: pulumi.Input<string>;
  /** AWS' ranges of S3; a VPC that is made without NAT needs it. */
  readonly s3PrefixListId?: pulumi.Input<string> | undefined;
}

/** A security group for each role, and the rules of the table; none inline, so that others may add rules of their own. */
export class Firewall extends pulumi.ComponentResource {
  /** Roles that the cluster has; `etcd` only with machines of its own, `endpoints` only with interface endpoints. */
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
            // The cloud controller adds rules for Services; they go with the group.
            revokeRulesOnDelete: true,
            tags: ownedTags(cluster, `${cluster}-${role}`),
          },
          { parent: this },
        );
        return [role, group.id];
      }),
    );
    for (const rule of groupRules(args.spec)) this.addRule(name, rule, args);
    this.registerOutputs({ groupIds: this.groupIds });
  }

  /** Id of a role's group; throws for a role that this cluster has not. */
  groupId(role: FirewallRole): pulumi.Output<string> {
    const id = this.groupIds[role];
    if (id === undefined) throw new Error(`this cluster has no security group for ${role}`);
    return id;
  }

  private addRule(name: string, rule: GroupRule, args: FirewallArgs): void {
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
    if (args.s3PrefixListId === undefined) throw new Error("a rule leads to S3, but no prefix list of S3 is given");
    return { prefixListId: args.s3PrefixListId };
  }
}

/** AWS writes "every port" as no port, and type and code of ICMP in the place of ports: echo request is 8, 0. */
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
