import { kubernetesTypes } from "./kubernetes";
import type { ResourceType } from "./resourceType";
import { autoscalingGroupTypes } from "./services/autoscalingGroups";
import { autoscalingHookTypes } from "./services/autoscalingHooks";
import { cloudwatchTypes } from "./services/cloudwatch";
import { diskTypes } from "./services/disks";
import { endpointTypes } from "./services/endpoints";
import { iamTypes } from "./services/iam";
import { kmsTypes } from "./services/kms";
import { launchTemplateTypes } from "./services/launchTemplates";
import { loadBalancingTypes } from "./services/loadBalancing";
import { messagingTypes } from "./services/messaging";
import { route53Types } from "./services/route53";
import { routingTypes } from "./services/routing";
import { s3BucketTypes } from "./services/s3Buckets";
import { s3ReplicationTypes } from "./services/s3Replication";
import { s3SettingTypes } from "./services/s3Settings";
import { securityGroupTypes } from "./services/securityGroups";
import { ssmTypes } from "./services/ssm";
import { vpcTypes } from "./services/vpc";
import { tlsTypes } from "./tls";

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
