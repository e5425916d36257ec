import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";

import type { AwsAccount } from "../aws/awsAccount";
import { viaService } from "../aws/kmsViaService.plan";
import type { AllowSid } from "../aws/statementPurposes.plan";
import { EncryptionKey } from "../aws/encryptionKey";
import type { PolicyStatement } from "../aws/policyStatement";
import { allowUseThrough } from "../aws/kmsKeyUse.plan";
import { resourceTags } from "../aws/tags.plan";

/** KMS actions that encrypted EBS volumes need; EBS performs them with a grant of the attaching or launching principal. */
const diskActions = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"];

export interface DiskEncryptionArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly awsAccount: AwsAccount;
  /** Keeps the key when the stack is destroyed: without it, retained volumes are unreadable. */
  readonly protect: boolean;
}

/**
 * KMS key of every disk of the cluster, and the service-linked role with which its Auto Scaling groups launch instances on
 * such disks. The role belongs to the cluster: an account that never had a group has no default one, and KMS rejects a key
 * policy that names a missing role.
 */
export class DiskEncryption extends pulumi.ComponentResource {
  readonly keyArn: pulumi.Output<string>;
  /** Service-linked role of the cluster's Auto Scaling groups. */
  readonly autoScalingRoleArn: pulumi.Output<string>;

  constructor(name: string, args: DiskEncryptionArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:DiskEncryption", name, {}, options);
    const { cluster, awsAccount } = args;

    const role = new iam.ServiceLinkedRole(
      `${name}-launcher`,
      {
        awsServiceName: "autoscaling.amazonaws.com",
        // IAM roles are global: the region makes the name unique.
        customSuffix: `${cluster}-${awsAccount.region}`,
        description: `Launches the instances of Kubernetes cluster ${cluster}`,
        tags: resourceTags(cluster, `${cluster}-launcher`),
      },
      { parent: this },
    );
    const key = new EncryptionKey(
      `${name}-key`,
      {
        cluster,
        awsAccount,
        purpose: "disks",
        description: `Disks of Kubernetes cluster ${cluster}`,
        protect: args.protect,
        use: [
          allowUseThrough(awsAccount, "ec2", diskActions),
          grantToEbs("GrantByAccount", awsAccount.rootArn, viaService(awsAccount.region, "ec2")),
          {
            Sid: "UseByAutoScaling",
            Effect: "Allow",
            Principal: { AWS: role.arn },
            Action: diskActions,
            Resource: "*",
          },
          grantToEbs("GrantByAutoScaling", role.arn),
        ],
      },
      { parent: this },
    );

    this.keyArn = key.arn;
    this.autoScalingRoleArn = role.arn;
    this.registerOutputs({ keyArn: this.keyArn, autoScalingRoleArn: this.autoScalingRoleArn });
  }
}

/** Permission to create grants for EBS, and for no principal that is not an AWS service. */
function grantToEbs(sid: AllowSid, principal: pulumi.Output<string>, service?: string): PolicyStatement {
  return {
    Sid: sid,
    Effect: "Allow",
    Principal: { AWS: principal },
    Action: "kms:CreateGrant",
    Resource: "*",
    Condition: {
      Bool: { "kms:GrantIsForAWSResource": "true" },
      ...(service === undefined ? {} : { StringEquals: { "kms:ViaService": service } }),
    },
  };
}
