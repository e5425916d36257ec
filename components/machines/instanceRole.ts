import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";

import { resourceTags } from "../aws/tags.plan";
import type { MachineRole } from "../aws/tags.plan";
import type { ClusterSpec } from "../clusterSpec";
import { instanceTrustPolicy } from "./iamStatements.plan";
import type { IamPolicy } from "./iamStatements.plan";

export interface InstanceRoleArgs {
  readonly spec: ClusterSpec;
  readonly role: MachineRole;
  /** Letter of the only member that uses the role. Default: all machines of the role share it. */
  readonly member?: string;
  readonly policy: pulumi.Input<IamPolicy>;
  /** ARNs of further policies by purpose; they do not count toward the size limit of inline policies. Default: none. */
  readonly managedPolicies?: Readonly<Record<string, pulumi.Input<string>>>;
}

/** IAM role and instance profile of one machine role, or of one member. */
export class InstanceRole extends pulumi.ComponentResource {
  readonly instanceProfileArn: pulumi.Output<string>;

  constructor(name: string, args: InstanceRoleArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:InstanceRole", name, {}, options);
    const { name: cluster, region } = args.spec;
    const machines = args.member === undefined ? args.role : `${args.role}-${args.member}`;
    const tags = resourceTags(cluster, `${cluster}-${machines}`);

    const role = new iam.Role(
      name,
      {
        description: `Instances (${machines}) of Kubernetes cluster ${cluster}`,
        assumeRolePolicy: pulumi.jsonStringify(instanceTrustPolicy(region)),
        tags,
      },
      { parent: this },
    );
    const inlinePolicy = new iam.RolePolicy(
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
      // An instance that boots before its role has permissions fails its first calls.
      { parent: this, dependsOn: [inlinePolicy, ...attachments] },
    );

    this.instanceProfileArn = profile.arn;
    this.registerOutputs({ instanceProfileArn: this.instanceProfileArn });
  }
}
