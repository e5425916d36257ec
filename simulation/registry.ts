import { kubernetesTypes } from "./kubernetes/kubernetesTypes";
import type { ResourceType } from "./core/resourceType";
import { autoscalingGroupTypes } from "./autoscaling/groups";
import { autoscalingHookTypes } from "./autoscaling/lifecycleHooks";
import { cloudwatchTypes } from "./cloudwatch/alarms";
import { diskTypes } from "./ec2/volumes";
import { endpointTypes } from "./ec2/vpcEndpoints";
import { iamTypes } from "./iam/roles";
import { kmsTypes } from "./kms/keys";
import { launchTemplateTypes } from "./ec2/launchTemplates";
import { loadBalancingTypes } from "./elb/loadBalancers";
import { messagingTypes } from "./sns/topics";
import { route53Types } from "./route53/zones";
import { routingTypes } from "./ec2/routing";
import { s3BucketTypes } from "./s3/buckets";
import { s3ReplicationTypes } from "./s3/replication";
import { s3SettingTypes } from "./s3/bucketSettings";
import { securityGroupTypes } from "./ec2/securityGroups";
import { ssmTypes } from "./ssm/parameters";
import { vpcTypes } from "./ec2/vpc";
import { tlsTypes } from "./tls/tlsTypes";

/** Every resource type that the simulation knows, by its token. */
export const resourceTypes: ReadonlyMap<string, ResourceType> = new Map(
  [
    vpcTypes,
    routingTypes,
    endpointTypes,
    securityGroupTypes,
    diskTypes,
    launchTemplateTypes,
    autoscalingGroupTypes,
    autoscalingHookTypes,
    iamTypes,
    kmsTypes,
    s3BucketTypes,
    s3SettingTypes,
    s3ReplicationTypes,
    ssmTypes,
    route53Types,
    loadBalancingTypes,
    cloudwatchTypes,
    messagingTypes,
    tlsTypes,
    kubernetesTypes,
  ]
    .flat()
    .map((type) => [type.token, type]),
);

/** Input properties of a type of which a change makes a new resource; plans of a change are drawn with it. */
export const replacementProperties = (token: string): readonly string[] => resourceTypes.get(token)?.replaceOn ?? [];

/** Outputs of a type that get a new value with any change of the resource. */
export const changingOutputs = (token: string): readonly string[] => resourceTypes.get(token)?.changesWithUpdate ?? [];
