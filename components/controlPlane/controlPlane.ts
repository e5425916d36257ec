import * as pulumi from "@pulumi/pulumi";

import { controlPlaneMembers } from "../etcd/members";
import type { Member } from "../etcd/members";
import { membership } from "../etcd/etcd";
import type { EtcdIdentity } from "../etcd/etcd";
import { commonNode, inZone, machineAccess } from "../node/machineBasis";
import type { MachineBasis } from "../node/machineBasis";
import { MachineRole } from "../node/machineRole";
import type { NodeConfig } from "../node/nodeConfig";
import { controlPlanePolicy } from "../node/policies";
import { memberTags } from "../tags";
import { memberGroup } from "./memberGroup";

export interface ControlPlaneArgs {
  readonly basis: MachineBasis;
  /** Private subnet by zone name. */
  readonly subnetIds: Readonly<Record<string, pulumi.Input<string>>>;
  readonly securityGroupIds: readonly pulumi.Input<string>[];
  /** Target groups of the API's load balancers. */
  readonly targetGroupArns: readonly pulumi.Input<string>[];
  /** Identities of etcd's members; a stacked control plane takes them on. */
  readonly etcd: EtcdIdentity;
}

/** The machines of the control plane: a group of one for each member, all alike and none the first. */
export class ControlPlane extends pulumi.ComponentResource {
  readonly members: readonly Member[];
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: ControlPlaneArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:controlPlane:ControlPlane", name, {}, options);
    this.members = controlPlaneMembers(args.basis.spec);

    const role = this.role(name, args);
    for (const member of this.members) this.member(name, args, role, member);

    this.roleArn = role.roleArn;
    this.registerOutputs({ roleArn: this.roleArn });
  }

  private role(name: string, { basis, etcd }: ControlPlaneArgs): MachineRole {
    const { name: cluster, region } = basis.spec;
    const policy = isStacked(basis)
      ? pulumi
          .all([machineAccess(basis), etcd.access])
          .apply(([machine, member]) => controlPlanePolicy(machine, member))
      : machineAccess(basis).apply((machine) => controlPlanePolicy(machine));
    return new MachineRole(`${name}-machine`, { cluster, region, kind: "control-plane", policy }, { parent: this });
  }

  private member(name: string, args: ControlPlaneArgs, role: MachineRole, { name: member, zone }: Member): void {
    const { basis, etcd } = args;
    const { controlPlane, name: cluster } = basis.spec;
    const groupName = `${cluster}-control-plane-${member}`;
    const node: pulumi.Output<NodeConfig> = pulumi.output({
      ...commonNode(basis, "controlPlane", groupName),
      ...(isStacked(basis) ? membership(etcd, member) : { member: { name: member } }),
    });
    memberGroup(
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
  }
}

function isStacked({ spec }: MachineBasis): boolean {
  return spec.etcd.topology === "stacked";
}
