import * as ec2 from "@pulumi/aws/ec2";
import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";

import { regionalArn } from "../aws/awsAccount";
import type { AwsAccount } from "../aws/awsAccount";
import { clusterPath } from "../aws/clusterPath.plan";
import { createEncryptedLogGroup } from "../aws/encryptedLogGroup";
import { resourceTags } from "../aws/tags.plan";

export interface FlowLogsArgs {
  readonly cluster: string;
  readonly awsAccount: AwsAccount;
  readonly vpcId: pulumi.Input<string>;
  /** Days; one of the values that CloudWatch Logs accepts. */
  readonly retentionDays: number;
  /** Keeps the logs and their key when the stack is destroyed. */
  readonly protect: boolean;
}

/** VPC flow logs in an encrypted CloudWatch log group. */
export class FlowLogs extends pulumi.ComponentResource {
  constructor(name: string, args: FlowLogsArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:FlowLogs", name, {}, options);
    const { cluster, awsAccount, protect, retentionDays } = args;
    const groupName = `${clusterPath(cluster)}/flow-logs`;
    const groupArn = regionalArn(awsAccount, "logs", `log-group:${groupName}`);
    const title = `${cluster}-flow-logs`;
    const tags = resourceTags(cluster, title);
    const description = `Flow logs of Kubernetes cluster ${cluster}`;

    const group = createEncryptedLogGroup(
      name,
      { cluster, awsAccount, purpose: "logs", description, protect, groupName, title, retentionDays },
      this,
    );
    const role = new iam.Role(
      `${name}-writer`,
      {
        description: `Writes the flow logs of Kubernetes cluster ${cluster}`,
        assumeRolePolicy: pulumi.jsonStringify({
          Version: "2012-10-17",
          Statement: [
            {
              Sid: "AssumeByFlowLogs",
              Effect: "Allow",
              Principal: { Service: "vpc-flow-logs.amazonaws.com" },
              Action: "sts:AssumeRole",
              Condition: {
                StringEquals: { "aws:SourceAccount": awsAccount.id },
                ArnLike: { "aws:SourceArn": regionalArn(awsAccount, "ec2", "vpc-flow-log/*") },
              },
            },
          ],
        }),
        tags,
      },
      { parent: this },
    );
    const permission = new iam.RolePolicy(
      `${name}-writer`,
      {
        role: role.name,
        policy: pulumi.jsonStringify({
          Version: "2012-10-17",
          Statement: [
            {
              Sid: "WriteOwnLogGroup",
              Effect: "Allow",
              Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
              Resource: [groupArn, pulumi.interpolate`${groupArn}:log-stream:*`],
            },
            // Required by VPC user guide, "IAM role for publishing flow logs to CloudWatch Logs"; supports no resources.
            {
              Sid: "FindLogGroup",
              Effect: "Allow",
              Action: ["logs:DescribeLogGroups"],
              Resource: ["*"],
              Condition: { StringEquals: { "aws:RequestedRegion": awsAccount.region } },
            },
          ],
        }),
      },
      { parent: this },
    );
    new ec2.FlowLog(
      name,
      {
        vpcId: args.vpcId,
        trafficType: "ALL",
        logDestinationType: "cloud-watch-logs",
        logDestination: group.arn,
        iamRoleArn: role.arn,
        // One minute instead of the default ten, to investigate incidents while they last.
        maxAggregationInterval: 60,
        tags,
      },
      { parent: this, dependsOn: [permission] },
    );
    this.registerOutputs({});
  }
}
