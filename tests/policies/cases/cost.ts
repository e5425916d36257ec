import { aws } from "../../../policies/model/types";
import { each, on } from "../scene";
import type { Cases } from "../scene";

const tags = { owner: "platform", environment: "prod", "cost-center": "4711" };
const { autoscalingGroup, launchTemplate, instance, volume, eip } = aws;
const plain = [
  aws.bucket,
  eip,
  aws.fileSystem,
  instance,
  aws.key,
  aws.loadBalancer,
  aws.logGroup,
  aws.natGateway,
  aws.queue,
  aws.topic,
  volume,
  aws.vpc,
];
const launched = (...kinds: readonly string[]) =>
  on(
    launchTemplate,
    { tagSpecifications: kinds.map((resourceType) => ({ resourceType, tags })) },
    { defaultTags: { tags } },
  );
const mapped = (ebs: object) => on(launchTemplate, { blockDeviceMappings: [{ ebs }] });

export const costCases: Cases = {
  "tags-of-ownership": [
    ...each(plain, (type) => ({
      passes: [on(type, { tags })],
      fails: [on(type, { tags: { ...tags, owner: undefined } })],
      says: /No tag owner\./,
    })),
    ...each(plain, (type) => ({
      passes: [on(type, {}, { defaultTags: { tags } })],
      fails: [on(type, {})],
      says: /No tag owner, environment, cost-center/,
    })),
    { passes: [launched("instance", "volume")], fails: [launched("instance")], says: /No tag owner/ },
    {
      passes: [on(autoscalingGroup, { tags: Object.entries(tags).map(([key, value]) => ({ key, value })) })],
      fails: [on(autoscalingGroup, {}, { defaultTags: { tags } })],
      says: /No tag owner/,
    },
  ],
  "disks-gp3": [
    { passes: [on(volume, { type: "gp3" })], fails: [on(volume, { type: "gp2" })], says: /type is gp2/ },
    {
      passes: [on(instance, { rootBlockDevice: { volumeType: "gp3" } })],
      fails: [on(instance, { rootBlockDevice: { volumeSize: 20 } })],
      says: /rootBlockDevice\.volumeType is missing/,
    },
    { passes: [mapped({ volumeType: "io2" })], fails: [mapped({ volumeType: "standard" })], says: /is standard/ },
  ],
  "current-instance-types": each([instance, launchTemplate], (type) => ({
    passes: [on(type, { instanceType: "m6i.large" })],
    fails: [on(type, { instanceType: "m4.large" })],
    says: /instanceType is m4\.large/,
  })),
  "addresses-in-use": [
    {
      passes: [on(eip), on(aws.natGateway, {}, { of: { allocationId: ["Eip"] } })],
      fails: [on(eip)],
      says: /Nothing in the stack uses/,
    },
    { passes: [on(eip, { instance: "i-1" })], fails: [on(eip)], says: /Nothing in the stack uses/ },
  ],
};
