import * as sns from "@pulumi/aws/sns";
import * as pulumi from "@pulumi/pulumi";

import { regionalArn } from "../aws/account";
import type { AwsAccount } from "../aws/account";
import type { AlarmsSpec } from "../clusterSpec";
import { EncryptionKey } from "../aws/encryptionKey";
import { resourceTags } from "../aws/tags.plan";

export interface AlarmTopicArgs {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly account: AwsAccount;
  readonly spec: AlarmsSpec;
}

/**
 * The SNS topic that alarms go to, and who reads it. With a topic that exists already nothing is made here: whose it is decides
 * who may publish to it.
 */
export class AlarmTopic extends pulumi.ComponentResource {
  readonly topicArn: pulumi.Output<string>;

  constructor(name: string, args: AlarmTopicArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:AlarmTopic", name, {}, options);
    const { topicArn } = args.spec;
    this.topicArn = topicArn === undefined ? this.ownTopic(name, args) : pulumi.output(topicArn);
    this.registerOutputs({ topicArn: this.topicArn });
  }

  private ownTopic(name: string, { cluster, account, spec }: AlarmTopicArgs): pulumi.Output<string> {
    const byAlarms = { StringEquals: { "aws:SourceAccount": account.id } };
    const key = new EncryptionKey(
      `${name}-key`,
      {
        cluster,
        account,
        purpose: "alarms",
        description: `Alarms of Kubernetes cluster ${cluster}`,
        use: [
          {
            // AWS' own key for SNS cannot be opened to CloudWatch, whose messages would be lost without a word.
            Sid: "UseByCloudWatch",
            Effect: "Allow",
            Principal: { Service: "cloudwatch.amazonaws.com" },
            Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
            Resource: "*",
            Condition: byAlarms,
          },
        ],
        // A message is delivered within minutes; none is left that the key would have to read.
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
              Sid: "PublishByAlarms",
              Effect: "Allow",
              Principal: { Service: "cloudwatch.amazonaws.com" },
              Action: "sns:Publish",
              Resource: topic.arn,
              Condition: {
                ...byAlarms,
                ArnLike: { "aws:SourceArn": regionalArn(account, "cloudwatch", `alarm:${cluster}-*`) },
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
