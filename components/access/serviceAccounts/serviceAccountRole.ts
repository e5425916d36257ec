import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";

import type { AwsAccount } from "../../aws/awsAccount";
import type { PolicyStatement } from "../../aws/policyStatement";
import { resourceTags } from "../../aws/tags.plan";
import type { IssuerIdentity } from "./issuer";
import { serviceAccountSubject, stsAudience } from "./jwks.plan";
import { podIdentity } from "./podIdentity.plan";
import type { PodIdentity } from "./podIdentity.plan";

export interface ServiceAccountRoleArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly awsAccount: AwsAccount;
  /** OpenID Connect issuer of the token. */
  readonly issuer: IssuerIdentity;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Statements of the IAM policy. */
  readonly policy: readonly PolicyStatement[];
}

/** IAM role that only pods of one ServiceAccount can assume. */
export class ServiceAccountRole extends pulumi.ComponentResource {
  readonly roleArn: pulumi.Output<string>;
  /** Pod spec for the role; resolved once the policy is attached. */
  readonly identity: PodIdentity<pulumi.Output<string>>;

  constructor(name: string, args: ServiceAccountRoleArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:ServiceAccountRole", name, {}, options);
    const { cluster, namespace, serviceAccount } = args;
    const subject = serviceAccountSubject(namespace, serviceAccount);
    const role = new iam.Role(
      name,
      {
        description: `ServiceAccount ${namespace}/${serviceAccount} of Kubernetes cluster ${cluster}`,
        assumeRolePolicy: pulumi
          .all([args.issuer.providerArn, args.issuer.url])
          .apply(([providerArn, url]) => JSON.stringify(trustPolicy(providerArn, url, subject))),
        tags: resourceTags(cluster, `${cluster}-${namespace}-${serviceAccount}`),
      },
      { parent: this },
    );
    const policy = new iam.RolePolicy(
      `${name}-policy`,
      { role: role.name, policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement: args.policy }) },
      { parent: this },
    );

    // Consumers of the ARN wait for the policy: the first calls of a pod would fail without it.
    this.roleArn = pulumi.all([role.arn, policy.id]).apply(([arn]) => arn);
    this.identity = podIdentity(this.roleArn, args.awsAccount.region);
    this.registerOutputs({ roleArn: this.roleArn });
  }
}

/** Trust policy. It checks both claims: `aud` rejects tokens for other audiences, `sub` those of other ServiceAccounts. */
function trustPolicy(providerArn: string, url: string, subject: string): object {
  const issuer = url.replace(/^https:\/\//, "");
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "AssumeByServiceAccount",
        Effect: "Allow",
        Principal: { Federated: providerArn },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: { StringEquals: { [`${issuer}:sub`]: subject, [`${issuer}:aud`]: stsAudience } },
      },
    ],
  };
}
