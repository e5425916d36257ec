import type { ClusterSpec } from "../clusterSpec";
import type { Finding } from "../settings/problems";
import { checkDuplicates, finding, regionPath } from "../settings/problems";

/** Recipients of alarms. */
export function* checkAlarms({ region, alarms: { email, topicArn } }: ClusterSpec): Iterable<Finding> {
  yield* checkDuplicates(["alarms", "email"], email);
  if (topicArn === undefined) return;
  const topicRegion = topicArn.split(":")[3] ?? "";
  if (topicRegion !== region) {
    const message = `in ${topicRegion}, but alarms can only publish to topics of their own region; write a topic in ${region}`;
    yield finding(["alarms", "topicArn"], message, [regionPath]);
  }
  if (email.length > 0) {
    const message = "only valid without alarms.topicArn; subscribe the addresses to that topic, or remove topicArn";
    yield finding(["alarms", "email"], message, [["alarms", "topicArn"]]);
  }
}
