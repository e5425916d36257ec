/** Evaluates IAM policies, for the part of the language that instance policies use. */

import type { EtcdMemberAccess } from "../../../components/etcd/memberPolicy.plan";
import type { IamPolicy, InstanceAccess } from "../../../components/machines/iamStatements.plan";

/** Matches an ARN or name against a pattern with IAM's wildcards. */
export function matches(pattern: string, text: string): boolean {
  const source = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${source}$`).test(text);
}

/** Request to AWS, with its condition keys. */
export interface Request {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
}

type Compare = (wanted: readonly string[], found: string | undefined) => boolean;

const like: Compare = (wanted, found) => found !== undefined && wanted.some((pattern) => matches(pattern, found));

const operators: Readonly<Record<string, Compare>> = {
  StringEquals: (wanted, found) => found !== undefined && wanted.includes(found),
  StringLike: like,
  StringLikeIfExists: (wanted, found) => found === undefined || like(wanted, found),
  // True for an absent key, as in IAM.
  "ForAllValues:StringEquals": (wanted, found) => found === undefined || wanted.includes(found),
  Null: ([wanted], found) => (found === undefined) === (wanted === "true"),
  Bool: ([wanted], found) => found === wanted,
};

/** Decision of a policy without Deny statements. */
export function allows(policy: IamPolicy, { action, resource, context = {} }: Request): boolean {
  return policy.Statement.some(
    ({ Action, Resource, Condition = {} }) =>
      Action.includes(action) &&
      Resource.some((pattern) => matches(pattern, resource)) &&
      Object.entries(Condition).every(([operator, keys]) => {
        const compare = operators[operator];
        if (compare === undefined) throw new Error(`unsupported condition operator ${operator}`);
        return Object.entries(keys).every(([key, wanted]) => compare([wanted].flat(), context[key]));
      }),
  );
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
