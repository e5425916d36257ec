import { autoscalingCalls } from "./autoscaling";
import { tagsOf, without } from "./call";
import type { Call, Mappings, Planned } from "./call";
import { cloudfrontCalls } from "./cloudfront";
import { ec2Calls } from "./ec2";
import { elbCalls } from "./elb";
import { iamCalls } from "./iam";
import { s3Calls } from "./s3";
import { serviceCalls } from "./services";

export type { Call, Inputs, Planned } from "./call";

const mappings: Mappings = {
  ...autoscalingCalls,
  ...cloudfrontCalls,
  ...ec2Calls,
  ...elbCalls,
  ...iamCalls,
  ...s3Calls,
  ...serviceCalls,
};

/** Inputs that decide what the provider does, such as when it deletes a resource; it sends them to no API. */
const providerOnly: readonly string[] = [
  "forceDelete",
  "forceDestroy",
  "ignoreFailedScalingActivities",
  "overrideProvider",
  "revokeRulesOnDelete",
  "skipDestroy",
  "waitForCapacityTimeout",
];

/** Requests that create a resource; undefined for a type without a mapping. */
export function callsOf(resource: Planned): readonly Call[] | undefined {
  const { type, inputs, outputs } = resource;
  // Tags reach the mapping in the forms of the APIs. A list is in the form of its API already.
  const own = without(inputs, ...providerOnly, ...(Array.isArray(inputs.tags) ? [] : ["tags"]));
  return mappings[type]?.(own, { tags: tagsOf(resource), outputs });
}
