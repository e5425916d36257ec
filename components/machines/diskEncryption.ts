import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";

import type { AwsAccount } from "../aws/account";
import { viaService } from "../aws/kmsViaService.plan";
import { EncryptionKey } from "../aws/encryptionKey";
import type { PolicyStatement } from "../aws/encryptionKey";
import { useThrough } from "../aws/kmsKeyUse.plan";
import { resourceTags } from "../aws/tags.plan";

/** What encrypting and decrypting a disk takes; EBS does it with a grant, on behalf of who attaches or launches. */
const useOfDisks = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"];

export interface DiskEncryptionArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly account: AwsAccount;
  /** The key outlives the stack: without it, retained volumes cannot be read. */
  readonly protect: boolean;
}

/**
 * The key of every disk of the cluster, and the service-linked role by which its Auto Scaling groups launch machines on
 * such disks. The role is the cluster's own: an account that never had a group has no default one, and a key policy that
 * names a role which does not exist is refused.
 */
export class DiskEncryption extends pulumi.ComponentResource {
  readonly keyArn: pulumi.Output<string>;
  /** Role for `serviceLinkedRoleArn` of the cluster's groups. */
  readonly autoScalingRoleArn: pulumi.Output<string>;

  constructor(name: string, args: DiskEncryptionArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:DiskEncryption", name, {}, options);
    const { cluster, account } = args;

    const role = new iam.ServiceLinkedRole(
      `${name}-launcher`,
      {
        awsServiceName: "autoscaling.amazonaws.com",
        // Roles are shared by all regions of an account.
        customSuffix: `${cluster}-${account.region}`,
        description: `Launches the machines of Kubernetes cluster ${cluster}`,
        tags: resourceTags(cluster, `${cluster}-launcher`),
      },
      { parent: this },
    );
    const key = new EncryptionKey(
      `${name}-key`,
      {
        cluster,
        account,
        purpose: "disks",
        description: `Disks of Kubernetes cluster ${cluster}`,
        protect: args.protect,
        use: [
          useThrough(account, "ec2", useOfDisks),
          grantToEbs("GrantByAccount", account.rootArn, { "kms:ViaService": viaService(account.region, "ec2") }),
          { Sid: "UseByAutoScaling", Effect: "Allow", Principal: { AWS: role.arn }, Action: useOfDisks, Resource: "*" },
          grantToEbs("GrantByAutoScaling", role.arn, {}),
        ],
      },
      { parent: this },
    );

    this.keyArn = key.arn;
    this.autoScalingRoleArn = role.arn;
    this.registerOutputs({ keyArn: this.keyArn, autoScalingRoleArn: this.autoScalingRoleArn });
  }
}

/** Attaching or launching hands EBS a grant to decrypt the disk; no grant is made for anyone but an AWS service. */
function grantToEbs(
  sid: string,
  principal: pulumi.Output<string>,
  equals: Readonly<Record<string, string>>,
): PolicyStatement {
  return {
    Sid: sid,
    Effect: "Allow",
    Principal: { AWS: principal },
    Action: "kms:CreateGrant",
    Resource: "*",
    Condition: {
      Bool: { "kms:GrantIsForAWSResource": "true" },
      ...(Object.keys(equals).length > 0 && { StringEquals: equals }),
    },
  };
}
