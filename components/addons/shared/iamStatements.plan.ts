/** The terms that the controllers' IAM policies are written in: what is reached, and the conditions on it. */

import { clusterTag, roleTag } from "../../aws/tags.plan";

/** A statement of an identity policy; `Arn` is a text, or what a program has in its place. */
export interface Statement<Arn> {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly (Arn | string)[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** Whose resources are reached, and how they are named. */
export interface Reach<Arn> {
  /** Name of the cluster: value of the tag that conditions ask for. */
  readonly cluster: string;
  readonly region: string;
  readonly partition: string;
  /** ARN of something in the account and region. */
  readonly arn: (service: string, resource: string) => Arn;
}

/** Reading what IAM knows no resource for, in one region. */
export function reads<Arn>(sid: string, { region }: Reach<Arn>, actions: readonly string[]): Statement<Arn> {
  return {
    Sid: sid,
    Effect: "Allow",
    Action: actions,
    Resource: ["*"],
    Condition: { StringEquals: { "aws:RequestedRegion": region } },
  };
}

/** Auto Scaling groups of the cluster's workers: by their names, and by tags that only this stack puts on. */
export function onWorkerGroups<Arn>(sid: string, reach: Reach<Arn>, actions: readonly string[]): Statement<Arn> {
  return {
    Sid: sid,
    Effect: "Allow",
    Action: actions,
    Resource: [reach.arn("autoscaling", `autoScalingGroup:*:autoScalingGroupName/${reach.cluster}-worker-*`)],
    Condition: {
      StringEquals: { [`aws:ResourceTag/${clusterTag}`]: reach.cluster, [`aws:ResourceTag/${roleTag}`]: "worker" },
    },
  };
}
