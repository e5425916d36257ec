import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";

import type { AwsAccount } from "../../aws/account";
import type { PolicyStatement } from "../../aws/encryptionKey";
import { resourceTags } from "../../aws/tags.plan";
import type { IssuerIdentity } from "./issuer";
import { serviceAccountSubject, stsAudience } from "./jwks.plan";
import { identityOf } from "./podIdentity.plan";
import type { PodIdentity } from "./podIdentity.plan";

export interface ServiceAccountRoleArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly account: AwsAccount;
  /** Who vouches for the service account. */
  readonly issuer: IssuerIdentity;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** What it may do on AWS: statements of an IAM policy. */
  readonly policy: readonly PolicyStatement[];
}

/** An IAM role that pods of one service account, and nobody else, may take. */
export class ServiceAccountRole extends pulumi.ComponentResource {
  readonly roleArn: pulumi.Output<string>;
  /** What the pods need in their specification to act under the role; resolved once the role allows something. */
  readonly identity: PodIdentity<pulumi.Output<string>>;

  constructor(name: string, args: ServiceAccountRoleArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:ServiceAccountRole", name, {}, options);
    const { cluster, namespace, serviceAccount } = args;

    const role = new iam.Role(
      name,
      {
        description: `Service account ${namespace}/${serviceAccount} of Kubernetes cluster ${cluster}`,
        assumeRolePolicy: pulumi
          .all([args.issuer.providerArn, args.issuer.url])
          .apply(([providerArn, url]) => JSON.stringify(trust({ providerArn, url, namespace, serviceAccount }))),
        tags: resourceTags(cluster, `${cluster}-${namespace}-${serviceAccount}`),
      },
      { parent: this },
    );
    const permission = new iam.RolePolicy(
      `${name}-policy`,
      { role: role.name, policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement: args.policy }) },
      { parent: this },
    );

    // Whoever uses the ARN thereby waits for the policy: a pod that starts before it fails its first calls.
    this.roleArn = pulumi.all([role.arn, permission.id]).apply(([arn]) => arn);
    this.identity = identityOf(this.roleArn, args.account.region);
    this.registerOutputs({ roleArn: this.roleArn });
  }
}

/** Both claims are asked for: without `aud`, a token made for another audience would do, and without `sub` anybody's. */
function trust(who: { providerArn: string; url: string; namespace: string; serviceAccount: string }): object {
  const issuer = who.url.replace(/^https:\/\//, "");
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "TakenByServiceAccount",
        Effect: "Allow",
        Principal: { Federated: who.providerArn },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: {
          StringEquals: {
            [`${issuer}:sub`]: serviceAccountSubject(who.namespace, who.serviceAccount),
            [`${issuer}:aud`]: stsAudience,
          },
        },
      },
    ],
  };
}
