/**
 * Makes the plan's AWS resources in the rehearsal's own AWS, in dependency order, with the ids that it gives. What it
 * need not know is listed with the reason; a type in neither list is an error, so that nothing is forgotten silently.
 */
import { IdMapping } from "./idMapping";
import type { CloudResource, ResourceHandler, CreationContext } from "./resourceHandler";
import { iamHandlers } from "./iam";
import { computeHandlers } from "./compute";
import { messagingHandlers } from "./messaging";
import { networkHandlers } from "./network";
import { routeHandlers } from "./routes";
import { storageHandlers } from "./storage";

export const resourceHandlers: Readonly<Record<string, ResourceHandler>> = {
  ...iamHandlers,
  ...computeHandlers,
  ...messagingHandlers,
  ...networkHandlers,
  ...routeHandlers,
  ...storageHandlers,
};

const routed = "the rehearsal's router carries what its firewall lets pass";
const wired = "the rehearsal's firewall enforces it on the wire";
const nobodyWatches = "the rehearsal's AWS keeps figures, but nobody watches them";
const onlyOnAws = "has no effect within the cluster";

/** Types that are not made, and why. */
export const skippedTypes: Readonly<Record<string, string>> = {
  "aws:cloudwatch/metricAlarm:MetricAlarm": nobodyWatches,
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": wired,
  "aws:ec2/eip:Eip": routed,
  "aws:ec2/flowLog:FlowLog": onlyOnAws,
  "aws:ec2/natGateway:NatGateway": routed,
  "aws:ec2/securityGroupRule:SecurityGroupRule": wired,
  "aws:ec2/tag:Tag": onlyOnAws,
  "aws:ec2/vpcDhcpOptions:VpcDhcpOptions": routed,
  "aws:ec2/vpcDhcpOptionsAssociation:VpcDhcpOptionsAssociation": routed,
  "aws:ec2/vpcEndpoint:VpcEndpoint": routed,
  "aws:iam/serviceLinkedRole:ServiceLinkedRole": onlyOnAws,
  "aws:kms/keyPolicy:KeyPolicy": onlyOnAws,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": onlyOnAws,
  "aws:s3/bucketLogging:BucketLogging": onlyOnAws,
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": onlyOnAws,
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": onlyOnAws,
  "aws:s3/bucketPolicy:BucketPolicy": onlyOnAws,
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": onlyOnAws,
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": "the rehearsal has one region",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": onlyOnAws,
  "aws:sns/topic:Topic": nobodyWatches,
  "aws:sns/topicPolicy:TopicPolicy": nobodyWatches,
  "aws:sns/topicSubscription:TopicSubscription": nobodyWatches,
  "aws:sqs/queuePolicy:QueuePolicy": onlyOnAws,
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": wired,
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": wired,
};

/**
 * Makes every resource and returns them with this AWS's ids in `id`, `inputs` and `outputs`; `ids` learns them.
 * @throws on a type that nobody has thought of, and on the first refusal (named with its resource).
 */
export async function createResources(
  resources: readonly CloudResource[],
  context: CreationContext,
  ids = new IdMapping(),
): Promise<CloudResource[]> {
  const unknown = [...new Set(resources.map(({ type }) => type))].filter((type) => !isKnown(type));
  if (unknown.length > 0) throw new Error(`the rehearsal's AWS does not know ${unknown.join(", ")}`);

  const made: CloudResource[] = [];
  for (const resource of creationOrder(resources)) {
    const inputs = realInputs(resource, ids);
    const make = resourceHandlers[resource.type];
    if (make !== undefined) {
      const real = await make({ ...resource, inputs }, context).catch((error: unknown) => {
        throw new Error(`${resource.type} ${resource.name}: ${String(error)}`, { cause: error });
      });
      ids.learn(resource.id, real.id);
      for (const [output, value] of Object.entries(real)) ids.learn(resource.outputs[output], value);
    }
    made.push({ ...resource, id: ids.replace(resource.id), inputs, outputs: ids.replace(resource.outputs) });
  }
  return made;
}

function realInputs({ inputs }: CloudResource, ids: IdMapping): CloudResource["inputs"] {
  const { userData } = inputs;
  const real = ids.replace(inputs);
  return typeof userData === "string" ? { ...real, userData: ids.replaceEncoded(userData) } : real;
}

/** Only AWS is rehearsed as a cloud: other providers' resources are either values (TLS) or go to the booted cluster. */
function isKnown(type: string): boolean {
  return !type.startsWith("aws:") || type in resourceHandlers || type in skippedTypes;
}

/**
 * The AWS resources of a plan, each after what it depends on. The plan's own order is kept where it can be: a resource
 * is registered after its inputs are known, so only explicit dependencies need a look.
 * @throws if resources depend on each other.
 */
export function creationOrder(resources: readonly CloudResource[]): CloudResource[] {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const state = new Map<string, "open" | "done">();
  const order: CloudResource[] = [];
  const visit = (resource: CloudResource): void => {
    const seen = state.get(resource.urn);
    if (seen === "done") return;
    if (seen === "open") throw new Error(`${resource.urn} depends on itself`);
    state.set(resource.urn, "open");
    for (const urn of resource.dependsOn) {
      const dependency = byUrn.get(urn);
      if (dependency !== undefined) visit(dependency);
    }
    state.set(resource.urn, "done");
    if (resource.type.startsWith("aws:")) order.push(resource);
  };
  resources.forEach(visit);
  return order;
}
