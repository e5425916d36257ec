import { autoscalingGroupTypes } from "./autoscaling/groups";
import { lifecycleHookTypes } from "./autoscaling/lifecycleHooks";
import { alarmTypes } from "./cloudwatch/alarms";
import { distributionTypes } from "./cloudfront/distributions";
import { logGroupTypes } from "./cloudwatch/logGroups";
import type { Properties, ResourceType } from "./core/resourceType";
import { launchTemplateTypes } from "./ec2/launchTemplates";
import { routingTypes } from "./ec2/routing";
import { securityGroupTypes } from "./ec2/securityGroups";
import { volumeTypes } from "./ec2/volumes";
import { vpcTypes } from "./ec2/vpc";
import { vpcEndpointTypes } from "./ec2/vpcEndpoints";
import { pullThroughCacheTypes } from "./ecr/pullThroughCacheRules";
import { loadBalancerTypes } from "./elb/loadBalancers";
import { eventRuleTypes } from "./eventbridge/rules";
import { openIdConnectProviderTypes } from "./iam/openIdConnectProviders";
import { roleTypes } from "./iam/roles";
import { serviceLinkedRoleTypes } from "./iam/serviceLinkedRoles";
import { keyTypes } from "./kms/keys";
import { kubernetesTypes } from "./kubernetes/kubernetesTypes";
import { stashTypes } from "./pulumi/stash";
import { zoneTypes } from "./route53/zones";
import { bucketSettingTypes } from "./s3/bucketSettings";
import { bucketTypes } from "./s3/buckets";
import { replicationTypes } from "./s3/replication";
import { scheduleTypes } from "./scheduler/schedules";
import { topicTypes } from "./sns/topics";
import { queueTypes } from "./sqs/queues";
import { parameterTypes } from "./ssm/parameters";
import { tlsTypes } from "./tls/tlsTypes";

/** Every simulated resource type, by token. */
export const resourceTypes: ReadonlyMap<string, ResourceType> = new Map(
  [
    alarmTypes,
    autoscalingGroupTypes,
    bucketSettingTypes,
    bucketTypes,
    distributionTypes,
    eventRuleTypes,
    keyTypes,
    kubernetesTypes,
    launchTemplateTypes,
    lifecycleHookTypes,
    loadBalancerTypes,
    logGroupTypes,
    openIdConnectProviderTypes,
    parameterTypes,
    pullThroughCacheTypes,
    queueTypes,
    replicationTypes,
    roleTypes,
    routingTypes,
    scheduleTypes,
    securityGroupTypes,
    serviceLinkedRoleTypes,
    stashTypes,
    tlsTypes,
    topicTypes,
    volumeTypes,
    vpcEndpointTypes,
    vpcTypes,
    zoneTypes,
  ]
    .flat()
    .map((type) => [type.token, type]),
);

/**
 * Input properties of a resource whose change requires a replacement, and paths of parts.
 *
 * @param settings inputs of the resource's provider
 */
export function replacementProperties(token: string, inputs: Properties, settings: Properties): readonly string[] {
  const type = resourceTypes.get(token);
  return [...(type?.replaceOn ?? []), ...(type?.alsoReplaceOn?.(settings, inputs) ?? [])];
}

/** Outputs of a type that every update changes. */
export const outputsChangedByUpdate = (token: string): readonly string[] =>
  resourceTypes.get(token)?.changesWithUpdate ?? [];
