import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";

import { resourceTags } from "../aws/tags.plan";
import type { MachineRole as Kind } from "../aws/tags.plan";
import { trustOfInstances } from "./rolePolicies.plan";
import type { IamPolicy } from "./iamStatements.plan";

export interface MachineRoleArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly region: string;
  readonly kind: Kind;
  /** Letter of the member whose machine alone has the role; absent: all machines of the kind share it. */
  readonly member?: string;
  /** What machines of this kind may do on AWS. */
  readonly policy: pulumi.Input<IamPolicy>;
  /** ARNs of further policies, by what they are for; they do not count towards the size of a role's own. Default: none. */
  readonly managedPolicies?: Readonly<Record<string, pulumi.Input<string>>>;
}

/** The IAM role that the machines of one kind, or of one member, act under. */
export class MachineRole extends pulumi.ComponentResource {
  readonly roleArn: pulumi.Output<string>;
  readonly instanceProfileArn: pulumi.Output<string>;

  constructor(name: string, args: MachineRoleArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:InstanceRole", name, {}, options);
    const { cluster, kind } = args;
    const who = args.member === undefined ? kind : `${kind}-${args.member}`;
    const tags = resourceTags(cluster, `${cluster}-${who}`);

    const role = new iam.Role(
      name,
      {
        description: `Machines (${who}) of Kubernetes cluster ${cluster}`,
        assumeRolePolicy: pulumi.jsonStringify(trustOfInstances(args.region)),
        tags,
      },
      { parent: this },
    );
    const permission = new iam.RolePolicy(
      `${name}-policy`,
      { role: role.name, policy: pulumi.jsonStringify(args.policy) },
      { parent: this },
    );
    const attachments = Object.entries(args.managedPolicies ?? {}).map(
      ([purpose, policyArn]) =>
        new iam.RolePolicyAttachment(`${name}-${purpose}`, { role: role.name, policyArn }, { parent: this }),
    );
    const profile = new iam.InstanceProfile(
      `${name}-profile`,
      { role: role.name, tags },
      // A machine that boots before its role allows anything fails its first calls.
      { parent: this, dependsOn: [permission, ...attachments] },
    );

    this.roleArn = role.arn;
    this.instanceProfileArn = profile.arn;
    this.registerOutputs({ roleArn: this.roleArn, instanceProfileArn: this.instanceProfileArn });
  }
}
