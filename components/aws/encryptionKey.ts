import * as kms from "@pulumi/aws/kms";
import * as pulumi from "@pulumi/pulumi";

import type { AwsAccount } from "./awsAccount";
import { keyAlias } from "./kmsKeyUse.plan";
import type { PolicyStatement } from "./policyStatement";
import { resourceTags } from "./tags.plan";

export interface EncryptionKeyArgs {
  readonly cluster: string;
  readonly awsAccount: AwsAccount;
  /** Last part of the alias `alias/holdfast-<cluster>-<purpose>`. */
  readonly purpose: string;
  /** One sentence, shown in the console. */
  readonly description: string;
  /** Key policy statements that allow encryption and decryption. */
  readonly use: readonly PolicyStatement[];
  /** Prevents deletion by mistake and with the stack: the data that the key encrypted would be lost. */
  readonly protect: boolean;
}

/**
 * Actions that administer a key. None of them encrypts, decrypts or creates a grant: an administrator's IAM policy alone does
 * not give access to the encrypted data.
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

/** Symmetric KMS key with yearly rotation, its alias and its key policy. */
export class EncryptionKey extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: EncryptionKeyArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:EncryptionKey", name, {}, options);
    const administer: PolicyStatement = {
      Sid: "AdministerKey",
      Effect: "Allow",
      Principal: { AWS: args.awsAccount.rootArn },
      Action: administration,
      Resource: "*",
    };

    const key = new kms.Key(
      name,
      {
        description: args.description,
        enableKeyRotation: true,
        // The maximum of KMS: time to notice that the key is still in use.
        deletionWindowInDays: 30,
        policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement: [administer, ...args.use] }),
        tags: resourceTags(args.cluster, `${args.cluster}-${args.purpose}`),
      },
      { parent: this, protect: args.protect, retainOnDelete: args.protect },
    );
    new kms.Alias(
      `${name}-alias`,
      { name: keyAlias(args.cluster, args.purpose), targetKeyId: key.keyId },
      { parent: this },
    );

    this.arn = key.arn;
    this.registerOutputs({ arn: this.arn });
  }
}
