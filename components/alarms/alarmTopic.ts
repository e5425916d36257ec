import * as sns from "@pulumi/aws/sns";
import * as pulumi from "@pulumi/pulumi";

import { regionalArn } from "../aws/awsAccount";
import type { AwsAccount } from "../aws/awsAccount";
import type { AlarmsSpec } from "./settings";
import { EncryptionKey } from "../aws/encryptionKey";
import { resourceTags } from "../aws/tags.plan";

export interface AlarmTopicArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly awsAccount: AwsAccount;
  readonly spec: AlarmsSpec;
}

/**
 * SNS topic of the alarms, with its email subscriptions. With an existing topic nothing is created: its owner manages its
 * policy and subscriptions.
 */
export class AlarmTopic extends pulumi.ComponentResource {
  readonly topicArn: pulumi.Output<string>;

  constructor(name: string, args: AlarmTopicArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:AlarmTopic", name, {}, options);
    const { topicArn } = args.spec;
    this.topicArn = topicArn === undefined ? this.createTopic(name, args) : pulumi.output(topicArn);
    this.registerOutputs({ topicArn: this.topicArn });
  }

  private createTopic(name: string, { cluster, awsAccount, spec }: AlarmTopicArgs): pulumi.Output<string> {
    const fromAccount = { StringEquals: { "aws:SourceAccount": awsAccount.id } };
    const key = new EncryptionKey(
      `${name}-key`,
      {
        cluster,
        awsAccount,
        purpose: "alarms",
        description: `Alarms of Kubernetes cluster ${cluster}`,
        use: [
          {
            // CloudWatch cannot use SNS's own key: its messages would be lost silently.
            Sid: "UseByCloudWatch",
            Effect: "Allow",
            Principal: { Service: "cloudwatch.amazonaws.com" },
            Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
            Resource: "*",
            Condition: fromAccount,
          },
        ],
        // SNS keeps no messages that would need the key later.
        protect: false,
      },
      { parent: this },
    );
    const topic = new sns.Topic(
      name,
      { name: `${cluster}-alarms`, kmsMasterKeyId: key.arn, tags: resourceTags(cluster, `${cluster}-alarms`) },
      { parent: this },
    );
    new sns.TopicPolicy(
      `${name}-policy`,
      {
        arn: topic.arn,
        policy: pulumi.jsonStringify({
          Version: "2012-10-17",
          Statement: [
            {
              Sid: "PublishAlarms",
              Effect: "Allow",
              Principal: { Service: "cloudwatch.amazonaws.com" },
              Action: "sns:Publish",
              Resource: topic.arn,
              Condition: {
                ...fromAccount,
                ArnLike: { "aws:SourceArn": regionalArn(awsAccount, "cloudwatch", `alarm:${cluster}-*`) },
              },
            },
          ],
        }),
      },
      { parent: this },
    );
    for (const address of spec.email) {
      new sns.TopicSubscription(
        `${name}-${address}`,
        { topic: topic.arn, protocol: "email", endpoint: address },
        { parent: this },
      );
    }
    return topic.arn;
  }
}
