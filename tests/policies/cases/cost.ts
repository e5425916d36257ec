import { aws } from "../../../policies/model/types";
import { forTypes, resource } from "../fixtures";
import type { Cases } from "../fixtures";

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
  resource(
    launchTemplate,
    { tagSpecifications: kinds.map((resourceType) => ({ resourceType, tags })) },
    { defaultTags: { tags } },
  );
const mapped = (ebs: object) => resource(launchTemplate, { blockDeviceMappings: [{ ebs }] });

const template = resource(launchTemplate, { instanceType: "m6i.large" }, { name: "template" });
const group = (maxSize: number) =>
  resource(autoscalingGroup, { minSize: 1, maxSize }, { of: { launchTemplate: ["template"] } });

export const costCases: Cases = {
  // 0.096 USD per hour in us-east-1.
  "cost-ceiling": [
    [[group(100), template], [group(2000), template], /costs \d{3},\d{3}\.\d\d USD per month at maximum size/],
  ],
  "ownership-tags": [
    ...forTypes(plain, (type) => [
      resource(type, { tags }),
      resource(type, { tags: { ...tags, owner: undefined } }),
      /Missing tags: owner\./,
    ]),
    ...forTypes(plain, (type) => [
      resource(type, {}, { defaultTags: { tags } }),
      resource(type),
      /Missing tags: owner, environment, cost-center/,
    ]),
    [launched("instance", "volume"), launched("instance"), /Missing tags: owner/],
    [
      resource(autoscalingGroup, { tags: Object.entries(tags).map(([key, value]) => ({ key, value })) }),
      resource(autoscalingGroup, {}, { defaultTags: { tags } }),
      /Missing tags: owner/,
    ],
  ],
  "disks-gp3": [
    [resource(volume, { type: "gp3" }), resource(volume, { type: "gp2" }), /type is gp2/],
    [
      resource(instance, { rootBlockDevice: { volumeType: "gp3" } }),
      resource(instance, { rootBlockDevice: { volumeSize: 20 } }),
      /rootBlockDevice\.volumeType is missing/,
    ],
    [mapped({ volumeType: "io2" }), mapped({ volumeType: "standard" }), /is standard/],
  ],
  "current-instance-types": forTypes([instance, launchTemplate], (type) => [
    resource(type, { instanceType: "m6i.large" }),
    resource(type, { instanceType: "m4.large" }),
    /instanceType is m4\.large/,
  ]),
  "no-unused-elastic-ips": [
    [
      [resource(eip), resource(aws.natGateway, {}, { of: { allocationId: ["Eip"] } })],
      resource(eip),
      /Nothing in the stack uses/,
    ],
    [resource(eip, { instance: "i-1" }), resource(eip), /Nothing in the stack uses/],
  ],
};
