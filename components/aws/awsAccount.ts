import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import * as pulumi from "@pulumi/pulumi";

import { partitionOf } from "./partition.plan";

/** AWS account and region that the provider deploys to. */
export interface AwsAccount {
  /** Twelve digits. */
  readonly id: pulumi.Output<string>;
  readonly region: string;
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  readonly partition: string;
  /** ARN of the account as a principal: the account's IAM policies decide which users and roles it covers. */
  readonly rootArn: pulumi.Output<string>;
}

/** Account of the provider's credentials. */
export function fetchAwsAccount(region: string, options: pulumi.InvokeOutputOptions): AwsAccount {
  const partition = partitionOf(region);
  const id = getCallerIdentityOutput({}, options).accountId;
  return { id, region, partition, rootArn: pulumi.interpolate`arn:${partition}:iam::${id}:root` };
}

/** ARN of a resource in the account and region: `arn:<partition>:<service>:<region>:<account>:<resource>`. */
export function regionalArn(
  awsAccount: AwsAccount,
  service: string,
  resource: pulumi.Input<string>,
): pulumi.Output<string> {
  return pulumi.interpolate`arn:${awsAccount.partition}:${service}:${awsAccount.region}:${awsAccount.id}:${resource}`;
}
