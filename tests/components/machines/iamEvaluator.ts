/** Decisions of instance policies, by the evaluator of the rehearsal, which iam-simulate judges. */

import type { EtcdMemberAccess } from "../../../components/etcd/memberPolicy.plan";
import type { IamPolicy, InstanceAccess } from "../../../components/machines/iamStatements.plan";
import type { Context } from "../../../rehearsal/aws/iam/conditions";
import { decide } from "../../../rehearsal/aws/iam/evaluator";
import { matchesGlob } from "../../../rehearsal/aws/iam/patterns";

/** Matches an ARN or name against a pattern with IAM's wildcards. */
export const matches = matchesGlob;

/** Request to AWS, with its condition keys. */
export interface Request {
  readonly action: string;
  readonly resource: string;
  readonly context?: Context;
}

const principal = {
  type: "role",
  roleArn: "arn:aws:iam::123456789012:role/machine",
  sessionArn: "arn:aws:sts::123456789012:assumed-role/machine/i-0123456789abcdef0",
} as const;

/** Decision of a role's policy. */
export function allows(policy: IamPolicy, { action, resource, context = {} }: Request): boolean {
  const identity = policy.Statement.map(({ Sid, Effect, Action, Resource, Condition }) => ({
    ...{ name: Sid, effect: Effect, actions: Action, resources: Resource, condition: Condition },
  }));
  return decide({ principal, action, resource, context }, { identity }).allowed;
}

export const region = "eu-central-1";
export const accountId = "123456789012";
export const keyArn = (name: string) => `arn:aws:kms:${region}:${accountId}:key/${name}`;

/** Facts of cluster blue. */
export const access: InstanceAccess = {
  cluster: "blue",
  region,
  accountId,
  secretsKeyArn: keyArn("secrets"),
  bundle: { bucketArn: "arn:aws:s3:::blue-bundle", keyArn: keyArn("bundle") },
  images: { repositories: ["*"], cachePrefixes: [] },
  metricsNamespace: "Holdfast",
};

/** Facts of etcd member b. */
export const memberB: EtcdMemberAccess = {
  member: "b",
  dnsName: "etcd-b.blue.example.internal",
  hostedZoneId: "Z0123456789ABCDEFGHIJ",
  volumeId: "vol-0123456789abcdef1",
  disksKeyArn: keyArn("disks"),
  backups: { bucketArn: "arn:aws:s3:::blue-backups", keyArn: keyArn("backups") },
};
