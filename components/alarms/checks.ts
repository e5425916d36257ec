import { partitionOf } from "../aws/partition.plan";
import type { ClusterSpec } from "../clusterSpec";
import type { Finding } from "../settings/problems";
import { checkDuplicates, finding, regionPath } from "../settings/problems";

/** Recipients of alarms. */
export function* checkAlarms({ region, alarms: { email, topicArn } }: ClusterSpec): Iterable<Finding> {
  yield* checkDuplicates(["alarms", "email"], email);
  if (topicArn === undefined) return;
  const [, partition = "", , topicRegion = ""] = topicArn.split(":");
  if (partition !== partitionOf(region)) {
    const message = `in AWS partition ${partition}; write a topic in ${region}, whose ARN begins with arn:${partitionOf(region)}`;
    yield finding(["alarms", "topicArn"], message, [regionPath]);
  } else if (topicRegion !== region) {
    const message = `in ${topicRegion}, but alarms can only publish to topics of their own region; write a topic in ${region}`;
    yield finding(["alarms", "topicArn"], message, [regionPath]);
  }
  if (email.length > 0) {
    const message = "only valid without alarms.topicArn; subscribe the addresses to that topic, or remove topicArn";
    yield finding(["alarms", "email"], message, [["alarms", "topicArn"]]);
  }
}
