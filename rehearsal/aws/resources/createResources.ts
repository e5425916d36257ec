/**
 * Creates the plan's AWS resources in the rehearsed AWS, in dependency order, and replaces planned ids by real ones. Types
 * without a handler are listed with the reason; an unlisted type is an error.
 */
import { computeHandlers } from "./compute";
import { iamHandlers } from "./iam";
import { IdMapping } from "./idMapping";
import { messagingHandlers } from "./messaging";
import { networkHandlers } from "./network";
import type { CloudResource, CreationContext, ResourceHandler } from "./resourceHandler";
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

const routed = "the rehearsal's router forwards packets instead";
const enforced = "the rehearsal's firewall enforces it";
const noAlarms = "the rehearsal has no monitoring";
const servedByBucket = "the rehearsal's STS reads the issuer's bucket instead";
const runByClock = "the rehearsal's clock runs the schedules of the plan";
const onlyOnAws = "has no effect within the cluster";

/** Types that are not created, with the reason. */
export const skippedTypes: Readonly<Record<string, string>> = {
  "aws:cloudfront/distribution:Distribution": servedByBucket,
  "aws:cloudfront/originAccessControl:OriginAccessControl": servedByBucket,
  "aws:cloudwatch/metricAlarm:MetricAlarm": noAlarms,
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": enforced,
  "aws:ec2/eip:Eip": routed,
  "aws:ec2/flowLog:FlowLog": onlyOnAws,
  "aws:ec2/natGateway:NatGateway": routed,
  "aws:ec2/securityGroupRule:SecurityGroupRule": enforced,
  "aws:ec2/tag:Tag": onlyOnAws,
  "aws:ec2/vpcDhcpOptions:VpcDhcpOptions": routed,
  "aws:ec2/vpcDhcpOptionsAssociation:VpcDhcpOptionsAssociation": routed,
  "aws:ec2/vpcEndpoint:VpcEndpoint": routed,
  "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": "the rehearsal has no registries; machines have their images",
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
  "aws:scheduler/schedule:Schedule": runByClock,
  "aws:scheduler/scheduleGroup:ScheduleGroup": runByClock,
  "aws:sns/topic:Topic": noAlarms,
  "aws:sns/topicPolicy:TopicPolicy": noAlarms,
  "aws:sns/topicSubscription:TopicSubscription": noAlarms,
  "aws:sqs/queuePolicy:QueuePolicy": onlyOnAws,
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": enforced,
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": enforced,
};

/**
 * Creates every resource and returns it with real ids in `id`, `inputs` and `outputs`; adds them to `ids`.
 * @throws on an unlisted type, and on the first refusal, with the resource's name
 */
export async function createResources(
  resources: readonly CloudResource[],
  context: CreationContext,
  ids = new IdMapping(),
): Promise<CloudResource[]> {
  const unknown = [...new Set(resources.map(({ type }) => type))].filter((type) => !isKnown(type));
  if (unknown.length > 0) throw new Error(`a rehearsal has no handler for resource type ${unknown.join(", ")}`);

  const created: CloudResource[] = [];
  for (const resource of creationOrder(resources)) {
    const inputs = realInputs(resource, ids);
    const real = await resourceHandlers[resource.type]?.({ ...resource, inputs }, context).catch((error: unknown) => {
      throw new Error(`${resource.type} ${resource.name}: ${String(error)}`, { cause: error });
    });
    ids.add(resource.id, real?.id);
    for (const [output, value] of Object.entries(real ?? {})) ids.add(resource.outputs[output], value);
    created.push({ ...resource, id: ids.replace(resource.id), inputs, outputs: ids.replace(resource.outputs) });
  }
  return created;
}

/** Inputs with real ids, including those in user data. */
export function realInputs({ inputs }: CloudResource, ids: IdMapping): CloudResource["inputs"] {
  const { userData } = inputs;
  const real = ids.replace(inputs);
  return typeof userData === "string" ? { ...real, userData: ids.replaceBase64(userData) } : real;
}

/** Resources of other providers are plain values (TLS) or go to the booted cluster. */
function isKnown(type: string): boolean {
  return !type.startsWith("aws:") || type in resourceHandlers || type in skippedTypes;
}

/**
 * AWS resources of a plan in dependency order. Keeps the plan's order where possible: a resource is registered after its inputs
 * are known, so only explicit dependencies matter.
 * @throws on circular dependencies
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
