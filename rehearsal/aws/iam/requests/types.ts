/** Requests to AWS as IAM authorizes them. */
import type { Context } from "../conditions";

/** Request as it arrives. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Undefined for the content of an S3 object, which is not read for a decision. */
  readonly body: Buffer | undefined;
}

/** Signing name of the service, and region, from the signature. */
export interface Scope {
  readonly service: string;
  readonly region: string;
}

/** One decision that a request needs. A request can need several: `AttachVolume` on the volume and on the instance. */
export interface Authorization {
  /** `<service>:<action>`. */
  readonly action: string;
  /** ARN, or `*`. */
  readonly resource: string;
  readonly context: Context;
}

export type Tags = Readonly<Record<string, string>>;

/** Facts about resources that the request does not carry. */
export interface ResourceFacts {
  readonly partition: string;
  readonly accountId: string;
  /** Tags of an EC2 resource. */
  ec2Tags(id: string): Promise<Tags>;
  /** Auto Scaling group, by its name or by an instance in it. */
  group(by: { readonly name: string } | { readonly instance: string }): Promise<GroupFacts | undefined>;
  /** Tags of a load balancer, target group or listener, by its ARN, or of a classic load balancer by its name. */
  balancerTags(arnOrName: string): Promise<Tags>;
  /** KMS key of a volume; undefined: not encrypted with a key of the plan. */
  volumeKey(id: string): Promise<string | undefined>;
  /** KMS keys of those parameters that are SecureStrings, by name. */
  parameterKeys(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** KMS key with which a bucket encrypts new objects. */
  bucketKey(bucket: string): string | undefined;
  /** ARN of a KMS key, by ARN, id or alias. */
  keyArn(id: string): string;
  objectExists(bucket: string, key: string): Promise<boolean>;
}

export interface GroupFacts {
  readonly name: string;
  readonly arn: string;
  readonly tags: Tags;
}

/** ARN of a resource in the account. */
export function arnOf(facts: ResourceFacts, service: string, region: string, resource: string): string {
  return `arn:${facts.partition}:${service}:${region}:${facts.accountId}:${resource}`;
}

/** Condition keys about the tags of a resource. EC2, Auto Scaling and load balancing have their own key as well. */
export function resourceTags(service: string, tags: Tags): Context {
  return Object.fromEntries(
    Object.entries(tags).flatMap(([key, value]) => [
      [`aws:ResourceTag/${key}`, value],
      [`${service}:ResourceTag/${key}`, value],
    ]),
  );
}

/** Condition keys about the tags in a request. */
export function requestTags(tags: Tags): Context {
  const keys = Object.keys(tags);
  if (keys.length === 0) return {};
  return {
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    "aws:TagKeys": keys,
  };
}

/** Use of a KMS key that a service makes on behalf of its caller. */
export function useKey(
  facts: ResourceFacts,
  { region }: Scope,
  use: {
    readonly action: string;
    readonly key: string;
    readonly service: "ec2" | "s3" | "ssm";
    readonly encryptionContext?: Readonly<Record<string, string>>;
    readonly grant?: boolean;
  },
): Authorization {
  const suffix = facts.partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
  const encryption = Object.entries(use.encryptionContext ?? {});
  return {
    action: `kms:${use.action}`,
    resource: use.key,
    context: {
      "kms:ViaService": `${use.service}.${region}.${suffix}`,
      "kms:CallerAccount": facts.accountId,
      ...Object.fromEntries(encryption.map(([key, value]) => [`kms:EncryptionContext:${key}`, value])),
      ...(encryption.length > 0 && { "kms:EncryptionContextKeys": encryption.map(([key]) => key) }),
      ...(use.grant === true && { "kms:GrantIsForAWSResource": "true" }),
    },
  };
}
