import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";

import { controlPlaneMembers } from "../etcd/members.plan";
import type { Member, MemberLetter } from "../etcd/members.plan";
import { membership, ofMember } from "../etcd/etcd";
import type { EtcdIdentity } from "../etcd/etcd";
import { orderRestore } from "../etcd/restoreParameter";
import { cloudControllerPolicy } from "../addons/cloudController/policy.plan";
import { commonNode, inZone, machineAccess } from "../machines/machineBasis";
import type { MachineBasis } from "../machines/machineBasis";
import { MachineRole } from "../machines/instanceRole";
import type { MachineRoleArgs } from "../machines/instanceRole";
import type { NodeConfig } from "../node/nodeConfig.plan";
import { controlPlanePolicy } from "../machines/rolePolicies.plan";
import { has } from "../addons/spec";
import { memberTags, resourceTags } from "../aws/tags.plan";
import { memberGroup } from "../machines/memberGroup";

export interface ControlPlaneArgs {
  readonly basis: MachineBasis;
  /** Private subnet by zone name. */
  readonly subnetIds: Readonly<Record<string, pulumi.Input<string>>>;
  readonly securityGroupIds: readonly pulumi.Input<string>[];
  /** Target groups of the API's load balancers. */
  readonly targetGroupArns: readonly pulumi.Input<string>[];
  /** Identities of etcd's members; a stacked control plane takes them on. */
  readonly etcd: EtcdIdentity;
  /** URL of the issuer of service accounts' tokens. */
  readonly serviceAccountIssuer: pulumi.Input<string>;
}

/** The machines of the control plane: a group of one for each member, all alike and none the first. */
export class ControlPlane extends pulumi.ComponentResource {
  readonly members: readonly Member[];
  /** Roles of the machines: one for all, or one for each that is a member of etcd as well. */
  readonly roleArns: readonly pulumi.Output<string>[];
  /** Groups of the members; known once AWS has started their machines. */
  readonly groupArns: readonly pulumi.Output<string>[];

  constructor(name: string, args: ControlPlaneArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:ControlPlane", name, {}, options);
    this.members = controlPlaneMembers(args.basis.spec);

    const roles = this.roles(name, args, this.managedPolicies(name, args.basis));
    const order = isStacked(args.basis) ? [orderRestore(name, args.basis, [...roles.values()], this)] : [];
    const basis = { ...args.basis, bootAfter: [...args.basis.bootAfter, ...order] };
    this.groupArns = this.members.map((member) =>
      this.member(name, { ...args, basis }, ofMember(roles, member.name), member),
    );

    this.roleArns = [...new Set(roles.values())].map(({ roleArn }) => roleArn);
    this.registerOutputs({ roleArns: this.roleArns });
  }

  /** What the machines may do for a part of the platform that acts as them. */
  private managedPolicies(name: string, basis: MachineBasis): Readonly<Record<string, pulumi.Output<string>>> {
    if (!has(basis.spec, "cloudController")) return {};
    const { name: cluster } = basis.spec;
    const policy = new iam.Policy(
      `${name}-cloud-controller`,
      {
        description: `Cloud controller of Kubernetes cluster ${cluster}`,
        policy: pulumi.jsonStringify(machineAccess(basis).apply(cloudControllerPolicy)),
        tags: resourceTags(cluster, `${cluster}-cloud-controller`),
      },
      { parent: this },
    );
    return { "cloud-controller": policy.arn };
  }

  private roles(
    name: string,
    { basis, etcd }: ControlPlaneArgs,
    managedPolicies: Readonly<Record<string, pulumi.Output<string>>>,
  ): ReadonlyMap<MemberLetter, MachineRole> {
    const machine = machineAccess(basis);
    if (!isStacked(basis)) {
      const shared = this.role(`${name}-machine`, basis, {
        policy: machine.apply((access) => controlPlanePolicy(access)),
        managedPolicies,
      });
      return new Map(this.members.map((member) => [member.name, shared]));
    }
    // What a member of etcd may do ends at its own volume, name and backups.
    return new Map(
      this.members.map(({ name: member }) => {
        const policy = pulumi
          .all([machine, ofMember(etcd.access, member)])
          .apply(([access, own]) => controlPlanePolicy(access, own));
        return [member, this.role(`${name}-${member}-machine`, basis, { member, policy, managedPolicies })];
      }),
    );
  }

  private role(
    name: string,
    { spec }: MachineBasis,
    args: Pick<MachineRoleArgs, "member" | "policy" | "managedPolicies">,
  ): MachineRole {
    const { name: cluster, region } = spec;
    return new MachineRole(name, { cluster, region, kind: "control-plane", ...args }, { parent: this });
  }

  private member(
    name: string,
    args: ControlPlaneArgs,
    role: MachineRole,
    { name: member, zone }: Member,
  ): pulumi.Output<string> {
    const { basis, etcd } = args;
    const { controlPlane, name: cluster } = basis.spec;
    const groupName = `${cluster}-control-plane-${member}`;
    const node: pulumi.Output<NodeConfig> = pulumi.output({
      ...commonNode(basis, "controlPlane", groupName),
      serviceAccountIssuer: args.serviceAccountIssuer,
      ...(isStacked(basis) ? membership(etcd, member) : { member: { name: member } }),
    });
    const group = memberGroup(
      `${name}-${member}`,
      {
        basis,
        groupName,
        node,
        architecture: controlPlane.architecture,
        instanceType: controlPlane.instanceType,
        rootVolume: controlPlane.rootVolume,
        subnetId: inZone(args.subnetIds, zone),
        securityGroupIds: args.securityGroupIds,
        targetGroupArns: args.targetGroupArns,
        instanceProfileArn: role.instanceProfileArn,
        tags: memberTags(cluster, groupName, "control-plane", member),
      },
      this,
    );
    return group.arn;
  }
}

function isStacked({ spec }: MachineBasis): boolean {
  return spec.etcd.topology === "stacked";
}
