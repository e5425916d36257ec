/** Statements of the add-ons' IAM policies. */

import type { AllowSid } from "../../aws/statementPurposes.plan";
import { clusterTag, roleTag } from "../../aws/tags.plan";

/** Statement of an identity policy. `Arn` is a string, or an output in a Pulumi program. */
export interface Statement<Arn> {
  readonly Sid: AllowSid;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly (Arn | string)[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** Cluster, region and AWS account that a policy is restricted to. */
export interface IamScope<Arn> {
  /** Name of the cluster: value of the tag in conditions. */
  readonly cluster: string;
  readonly region: string;
  readonly partition: string;
  /** ARN of a resource in the AWS account and region. */
  readonly arn: (service: string, resource: string) => Arn;
}

/** Allows read actions that support no resource-level permissions, in one region. */
export function allowReads<Arn>(Sid: AllowSid, { region }: IamScope<Arn>, Action: readonly string[]): Statement<Arn> {
  const Condition = { StringEquals: { "aws:RequestedRegion": region } };
  return { Sid, Effect: "Allow", Action, Resource: ["*"], Condition };
}

/** Allows actions on the cluster's worker Auto Scaling groups, by their names and by tags that only the stack sets. */
export function allowOnWorkerGroups<Arn>(
  Sid: AllowSid,
  { cluster, arn }: IamScope<Arn>,
  Action: readonly string[],
): Statement<Arn> {
  return {
    Sid,
    Effect: "Allow",
    Action,
    Resource: [arn("autoscaling", `autoScalingGroup:*:autoScalingGroupName/${cluster}-worker-*`)],
    Condition: {
      StringEquals: { [`aws:ResourceTag/${clusterTag}`]: cluster, [`aws:ResourceTag/${roleTag}`]: "worker" },
    },
  };
}
