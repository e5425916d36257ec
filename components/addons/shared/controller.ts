import { regionalArn } from "../../aws/account";
import type { AwsAccount } from "../../aws/account";
import type { IssuerIdentity } from "../../access/serviceAccounts/issuer";
import type { ClusterSpec } from "../../clusterSpec";
import type { Output } from "@pulumi/pulumi";
import type { Reach } from "./iamStatements.plan";

/** What a controller that speaks to AWS is made from; its objects go through the provider in its options. */
export interface ControllerArgs {
  readonly spec: ClusterSpec;
  readonly account: AwsAccount;
  /** Who vouches for the controller's service account. */
  readonly issuer: IssuerIdentity;
}

/** What of AWS a controller's role reaches. */
export function reachOf(
  { name, region }: Pick<ClusterSpec, "name" | "region">,
  account: AwsAccount,
): Reach<Output<string>> {
  return {
    cluster: name,
    region,
    partition: account.partition,
    arn: (service, resource) => regionalArn(account, service, resource),
  };
}
