import * as kms from "@pulumi/aws/kms";
import * as pulumi from "@pulumi/pulumi";

import type { AwsAccount } from "./account";
import { resourceTags } from "./tags.plan";

/** A statement of an IAM or key policy. */
export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: pulumi.Input<string> | Readonly<Record<string, pulumi.Input<string>>>;
  readonly Action: string | readonly string[];
  readonly Resource: pulumi.Input<string> | readonly pulumi.Input<string>[];
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, pulumi.Input<string> | readonly pulumi.Input<string>[]>>>
  >;
}

export interface EncryptionKeyArgs {
  readonly cluster: string;
  readonly account: AwsAccount;
  /** What the key is for: last part of its alias `alias/holdfast-<cluster>-<purpose>`. */
  readonly purpose: string;
  /** One sentence for consoles. */
  readonly description: string;
  /** Who may encrypt and decrypt with it, and only how. */
  readonly use: readonly PolicyStatement[];
  /** The key is neither deleted by mistake nor with the stack: what it encrypted would be lost. */
  readonly protect: boolean;
}

/**
 * Verbs by which an account looks after a key. None of them encrypts or decrypts, and none makes a grant that would: an
 * administrator's IAM policy alone does not open what the key locks.
 */
const administration = [
  "kms:CancelKeyDeletion",
  "kms:CreateAlias",
  "kms:DeleteAlias",
  "kms:DescribeKey",
  "kms:DisableKey",
  "kms:DisableKeyRotation",
  "kms:EnableKey",
  "kms:EnableKeyRotation",
  "kms:GetKeyPolicy",
  "kms:GetKeyRotationStatus",
  "kms:ListAliases",
  "kms:ListGrants",
  "kms:ListKeyPolicies",
  "kms:ListKeyRotations",
  "kms:ListResourceTags",
  "kms:PutKeyPolicy",
  "kms:RevokeGrant",
  "kms:RotateKeyOnDemand",
  "kms:ScheduleKeyDeletion",
  "kms:TagResource",
  "kms:UntagResource",
  "kms:UpdateAlias",
  "kms:UpdateKeyDescription",
];

/** A symmetric KMS key with yearly rotation, its alias, and a policy that says who uses it and through what. */
export class EncryptionKey extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  /** Name of the alias, `alias/…`. */
  readonly alias: pulumi.Output<string>;

  constructor(name: string, args: EncryptionKeyArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:EncryptionKey", name, {}, options);
    const aliasName = `alias/holdfast-${args.cluster}-${args.purpose}`;
    const administer: PolicyStatement = {
      Sid: "AdministerByAccount",
      Effect: "Allow",
      Principal: { AWS: args.account.rootArn },
      Action: administration,
      Resource: "*",
    };

    const key = new kms.Key(
      name,
      {
        description: args.description,
        enableKeyRotation: true,
        // The longest that KMS waits: time to notice that something still needs the key.
        deletionWindowInDays: 30,
        policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement: [administer, ...args.use] }),
        tags: resourceTags(args.cluster, `${args.cluster}-${args.purpose}`),
      },
      { parent: this, protect: args.protect, retainOnDelete: args.protect },
    );
    const alias = new kms.Alias(`${name}-alias`, { name: aliasName, targetKeyId: key.keyId }, { parent: this });

    this.arn = key.arn;
    this.alias = alias.name;
    this.registerOutputs({ arn: this.arn, alias: this.alias });
  }
}
