import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";

import { resourceTags } from "../tags";
import type { MachineRole as Kind } from "../tags";
import { trustOfInstances } from "./policies";
import type { IamPolicy } from "./policyTerms";

export interface MachineRoleArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly region: string;
  readonly kind: Kind;
  /** What machines of this kind may do on AWS. */
  readonly policy: pulumi.Input<IamPolicy>;
}

/** The IAM role that the machines of one kind act under. */
export class MachineRole extends pulumi.ComponentResource {
  readonly roleArn: pulumi.Output<string>;
  readonly instanceProfileArn: pulumi.Output<string>;

  constructor(name: string, args: MachineRoleArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:node:MachineRole", name, {}, options);
    const { cluster, kind } = args;
    const tags = resourceTags(cluster, `${cluster}-${kind}`);

    const role = new iam.Role(
      name,
      {
        description: `Machines (${kind}) of Kubernetes cluster ${cluster}`,
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
    const profile = new iam.InstanceProfile(
      `${name}-profile`,
      { role: role.name, tags },
      // A machine that boots before its role allows anything fails its first calls.
      { parent: this, dependsOn: [permission] },
    );

    this.roleArn = role.arn;
    this.instanceProfileArn = profile.arn;
    this.registerOutputs({ roleArn: this.roleArn, instanceProfileArn: this.instanceProfileArn });
  }
}
